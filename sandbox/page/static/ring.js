// Which phones ring, what is heard of it, and what a screen reader is told.

import { setIcon } from "./elements.js";

const EVERY = 2200;

export class Ringer {
  constructor(button, announcement, onChange) {
    this.phones = new Set();
    this.button = button;
    this.announcement = announcement;
    this.onChange = onChange;
    this.context = null;
    this.title = document.title;
    button.addEventListener("click", () => this.sound(button.getAttribute("aria-pressed") !== "true"));
    setInterval(() => this.ring(), EVERY);
  }

  set(phone, rings) {
    if (rings === this.phones.has(phone)) return;
    if (rings) this.phones.add(phone);
    else this.phones.delete(phone);
    phone.root.classList.toggle("ringing", rings);
    this.announcement.textContent = rings ? `${phone.name}’s phone is ringing` : "";
    document.title = this.phones.size ? `Ringing · ${this.title}` : this.title;
    if (rings) this.ring();
    this.onChange(phone);
  }

  sound(on) {
    this.button.setAttribute("aria-pressed", String(on));
    setIcon(this.button.querySelector("svg"), on ? "sound" : "muted");
    if (on) this.context ??= new AudioContext();
    this.ring();
  }

  ring() {
    if (this.phones.size === 0 || this.button.getAttribute("aria-pressed") !== "true") return;
    [0, 0.22, 0.44].forEach((after, at) => this.note([659, 784, 659][at], this.context.currentTime + after));
  }

  note(pitch, at) {
    const tone = this.context.createOscillator();
    const loudness = this.context.createGain();
    tone.type = "triangle";
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.14, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    tone.connect(loudness).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + 0.22);
  }
}
