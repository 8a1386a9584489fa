// The call on a phone: it rings over everything else, then there are words to read and keys to press.

import { act } from "./api.js";
import { saidLine } from "./cards.js";
import { element, icon } from "./elements.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export class CallScreen {
  constructor(phoneId, name) {
    this.path = `phones/${phoneId}/call`;
    this.state = null;
    this.title = element("p", { className: "calling-title" });
    this.caller = element("p", { className: "calling-from" });
    this.lines = element("ol", { className: "said", tabIndex: 0, role: "log", "aria-label": `What the caller says to ${name}` });
    this.keys = element("div", { className: "keypad", role: "group", "aria-label": "Keypad" }, ...KEYS.map((key) => this.key(key)));
    this.words = element("input", { type: "text", dir: "auto", "aria-label": `${name} says`, placeholder: "Say something" });
    this.speaking = element("form", { className: "speaking", hidden: true }, this.words, element("button", { type: "submit" }, "Say it"));
    this.speaking.addEventListener("submit", (event) => {
      event.preventDefault();
      this.speak();
    });
    this.ringing = element(
      "div",
      { className: "calling-acts" },
      this.button("reject", "Decline", "hangup", "red"),
      this.button("answer", "Answer", "call", "green"),
    );
    this.voicemail = element("button", { type: "button", className: "calling-plain" }, "Let the voicemail answer");
    this.voicemail.addEventListener("click", () => this.act("voicemail"));
    this.talking = element("div", { className: "calling-acts" }, this.button("hang_up", "Hang up", "hangup", "red"));
    this.root = element(
      "section",
      { className: "calling", hidden: true, tabIndex: -1, "aria-label": `Call to ${name}` },
      element("div", { className: "calling-head" }, icon("call"), this.title, this.caller),
      this.lines,
      this.speaking,
      this.keys,
      this.ringing,
      this.voicemail,
      this.talking,
    );
    this.root.addEventListener("keydown", (event) => {
      if (!this.keys.hidden && event.target !== this.words && KEYS.includes(event.key)) this.press(event.key);
    });
  }

  // Whether there is something to take or to hear; a voicemail that records leaves the rest of the phone free.
  get covers() {
    return this.state !== null && !this.state.voicemail;
  }

  update(state) {
    if (state?.sid !== this.state?.sid) this.lines.replaceChildren();
    this.state = state;
    this.root.hidden = state === null;
    if (state === null) return;
    const { talking, voicemail } = state;
    this.root.classList.toggle("rings", !talking);
    this.root.classList.toggle("recording", voicemail);
    this.title.textContent = voicemail ? "Voicemail is recording" : talking ? "On the phone" : "Incoming call";
    this.caller.textContent = state.caller;
    this.lines.hidden = !talking;
    this.speaking.hidden = !state.records;
    this.keys.hidden = !talking || voicemail;
    this.keys.classList.toggle("asked", state.asks);
    this.ringing.hidden = talking;
    this.voicemail.hidden = talking;
    this.talking.hidden = !talking || voicemail;
    this.say(state.said);
  }

  say(said) {
    const fresh = said.slice(this.lines.children.length);
    this.lines.append(...fresh.map(saidLine));
    if (fresh.length) this.lines.scrollTop = this.lines.scrollHeight;
  }

  button(what, words, drawing, colour) {
    const made = element("button", { type: "button", className: `calling-act ${colour}` }, element("span", { className: "disc" }, icon(drawing)), words);
    made.addEventListener("click", () => this.act(what));
    return made;
  }

  key(key) {
    const made = element("button", { type: "button" }, key);
    made.addEventListener("click", () => this.press(key));
    return made;
  }

  press(keys) {
    return act(this.path, { call: this.state.sid, keys }).catch(() => false);
  }

  speak() {
    const words = this.words.value.trim();
    this.words.value = "";
    return words ? act(this.path, { call: this.state.sid, words }).catch(() => false) : false;
  }

  act(what) {
    return act(this.path, { call: this.state.sid, act: what }).catch(() => false);
  }
}
