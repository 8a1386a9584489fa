// One phone: its owner, what came to it, its call, its keyboard.

import { act } from "./api.js";
import { bubble } from "./bubble.js";
import { CallScreen } from "./call.js";
import { callCard, mailCard } from "./cards.js";
import { CHANNELS, channelsOf } from "./channels.js";
import { Composer } from "./composer.js";
import { element, icon } from "./elements.js";
import { Timeline } from "./timeline.js";

const TOAST_FOR = 4500;
const NEAR_THE_END = 80;

export class Phone {
  constructor(state, { onRing, onLook }) {
    this.id = state.id;
    this.name = state.name;
    this.language = state.language.tag;
    this.channels = channelsOf(state);
    this.known = new Set();
    this.reasons = new Set();
    this.toastNumber = -1;
    this.filled = false;
    this.onRing = onRing;
    this.build(state);
    this.keepAtEnd();
    for (const looks of ["pointerdown", "focusin"]) this.root.addEventListener(looks, () => onLook(this));
  }

  build(state) {
    this.log = element("ol", { className: "log", tabIndex: 0, role: "log", "aria-label": `Chat on ${state.name}’s phone` });
    this.toast = element("p", { className: "toast", role: "status", dir: "auto", hidden: true });
    this.composer = new Composer(state, this.channels);
    this.call = new CallScreen(state.id, state.name);
    this.timeline = new Timeline(this.log, (row) => this.make(row), () => this.focus());
    this.root = element(
      "section",
      { className: "phone", id: `phone-${state.id}`, "aria-label": [state.role, state.name].filter(Boolean).join(", ") },
      element(
        "header",
        { className: "owner" },
        element("p", { className: "owner-role" }, state.role),
        element("h2", { className: "owner-name" }, state.name),
        element("p", { className: "owner-language", title: "Language of this phone" }, state.language.name),
      ),
      element("div", { className: "case" }, this.head(state), this.log, this.toast, this.composer.root, this.call.root),
    );
  }

  // Whoever reads the latest message goes on reading it when the page around it changes its size.
  keepAtEnd() {
    let reads = true;
    this.log.addEventListener("scroll", () => (reads = this.isAtEnd()));
    new ResizeObserver(() => {
      if (reads) this.log.scrollTop = this.log.scrollHeight;
    }).observe(this.log);
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
  }

  head(state) {
    this.kind = element("span", { className: "chat-kind" });
    return element(
      "div",
      { className: "chat-head" },
      icon("roof"),
      element("p", { className: "chat-name" }, state.bot ?? "Panah", this.kind),
      element("p", { className: "call" }, icon("bell"), "Ringing"),
    );
  }

  focus() {
    (this.composer.root.hidden ? this.log : this.composer.input).focus({ preventScroll: true });
  }

  offer(text) {
    this.composer.offer(text);
  }

  async tap(message, button, key) {
    key.classList.add("busy");
    key.disabled = true;
    await act(`phones/${this.id}/tap`, { message: message.id, data: button.data }).catch(() => false);
    setTimeout(() => {
      key.classList.remove("busy");
      key.disabled = false;
    }, 1500);
  }

  // Bring the phone to its present state; gives how much of it is new.
  update(state) {
    const atEnd = this.isAtEnd();
    const fresh = state.messages.filter((message) => !this.known.has(message.key));
    this.timeline.draw(this.rows(state));
    this.take(state.call);
    if (this.filled) this.notice(state, fresh);
    this.ring("call", state.call !== null && !state.call.talking);
    fresh.forEach((message) => this.known.add(message.key));
    this.kind.replaceChildren(this.kindOf(state));
    this.toastOf(state.toasts.at(-1));
    if (atEnd || fresh.some((message) => message.mine)) this.log.scrollTop = this.log.scrollHeight;
    this.filled = true;
    return fresh.filter((message) => !message.mine).length;
  }

  // What a call covers cannot be reached by the keyboard either; whoever was there is taken along, and back again.
  take(call) {
    const held = document.activeElement;
    const covered = [this.log, this.composer.root];
    this.call.update(call);
    for (const part of covered) part.inert = this.call.covers;
    const lost = covered.some((part) => part.contains(held)) || held.closest("[hidden]") !== null;
    if (this.call.covers && lost && this.root.contains(held)) this.call.root.focus({ preventScroll: true });
    else if (!this.call.covers && this.call.root.contains(held)) this.focus();
  }

  // A bot and nothing else says so; otherwise small pictures say by which ways this phone is reached.
  kindOf(state) {
    const blocked = state.blocked ? ", blocked" : "";
    if (this.channels.length === 1 && state.bot !== null) return `bot${blocked}`;
    const ways = this.channels.map((channel) => {
      const { name, icon: drawing } = CHANNELS[channel];
      const words = channel === "telegram" ? name + blocked : name;
      return element("span", { title: words }, icon(drawing), element("span", { className: "unseen" }, words));
    });
    return element("span", { className: "chat-ways" }, ...ways);
  }

  // Days, and what came on them; where a phone has several channels, a change of channel is marked.
  rows(state) {
    const rows = new Map();
    let day = state.messages.at(0)?.day;
    let channel = null;
    for (const message of state.messages) {
      if (message.day !== day) rows.set(`day ${message.day}`, { kind: "day", text: message.day });
      const marked = this.channels.length > 1 && (message.channel !== channel || message.day !== day);
      [day, channel] = [message.day, message.channel];
      rows.set(message.key, { kind: message.channel, message, marked });
    }
    const { name, suggestions, rings } = state;
    if (rows.size === 0) rows.set("empty", { kind: "empty", name, suggestions, rings });
    return rows;
  }

  make(row) {
    if (row.kind === "day") return element("li", { className: "day" }, row.text);
    if (row.kind === "empty") return this.empty(row);
    if (row.kind === "mail") return mailCard(row.message, this.language);
    if (row.kind === "call") return callCard(row.message);
    return bubble(row.message, this.language, row.marked, (message, button, key) => this.tap(message, button, key));
  }

  empty(row) {
    const offers = row.suggestions.map((text) => {
      const offer = element("button", { type: "button", dir: "auto" }, text);
      offer.addEventListener("click", () => this.offer(text));
      return offer;
    });
    return element(
      "li",
      { className: "empty" },
      invitation(row),
      offers.length ? element("div", { className: "suggestions" }, ...offers) : null,
    );
  }

  // A page with buttons that was not sent silently rings until no such page is left, or somebody looks.
  notice(state, fresh) {
    const pages = state.messages.filter((message) => message.buttons && !message.mine && !message.silent && message.buttons.flat().some((key) => key.data !== null));
    const wanted = new Set(pages.map((message) => message.key));
    if (state.rings && fresh.some((message) => wanted.has(message.key))) this.ring("page", true);
    else if (wanted.size === 0) this.ring("page", false);
  }

  looked() {
    this.ring("page", false);
  }

  ring(reason, on) {
    if (on) this.reasons.add(reason);
    else this.reasons.delete(reason);
    this.onRing(this, this.reasons.size > 0);
  }

  toastOf(toast) {
    if (!toast || toast.number <= this.toastNumber) return;
    this.toastNumber = toast.number;
    if (!this.filled) return;
    this.toast.textContent = toast.text;
    this.toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (this.toast.hidden = true), TOAST_FOR);
  }
}

function invitation({ name, suggestions, rings }) {
  if (suggestions.length) return "Write what happened, in any words and any language:";
  return rings ? `Quiet. Alerts for ${name} arrive here.` : "No messages yet.";
}
