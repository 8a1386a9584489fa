// One phone: its owner, its chat, its keyboard.

import { act } from "./api.js";
import { bubble } from "./bubble.js";
import { element, icon } from "./elements.js";

const KINDS = [
  ["voice", "Voice note"],
  ["photo", "Photo"],
  ["video", "Video"],
  ["document", "Document"],
  ["location", "Place"],
  ["contact", "Contact"],
];
const TOAST_FOR = 4500;
const NEAR_THE_END = 80;

export class Phone {
  constructor(state, { onRing, onLook }) {
    this.id = state.id;
    this.name = state.name;
    this.language = state.language.tag;
    this.newest = 0;
    this.toastNumber = -1;
    this.shown = new Map();
    this.filled = false;
    this.onRing = onRing;
    this.build(state);
    this.root.addEventListener("pointerdown", () => onLook(this));
    this.root.addEventListener("focusin", () => onLook(this));
  }

  build(state) {
    this.log = element("ol", { className: "log", tabIndex: 0, role: "log", "aria-label": `Chat on ${state.name}’s phone` });
    this.toast = element("p", { className: "toast", role: "status", dir: "auto", hidden: true });
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
      element("div", { className: "case" }, this.head(state), this.log, this.toast, this.composer(state)),
    );
  }

  head(state) {
    this.kind = element("span", { className: "chat-kind" }, "bot");
    return element(
      "div",
      { className: "chat-head" },
      icon("roof"),
      element("p", { className: "chat-name" }, state.bot, this.kind),
      element("p", { className: "call" }, icon("bell"), "Ringing"),
    );
  }

  composer(state) {
    this.input = element("textarea", {
      rows: 1,
      placeholder: "Write a message",
      dir: "auto",
      lang: this.language,
      maxLength: 4096,
      "aria-label": `Message from ${state.name}`,
    });
    this.send = element("button", { type: "submit", className: "round send", disabled: true, "aria-label": "Send" }, icon("send"));
    const form = element("form", { className: "composer" }, ...this.attachments(), this.input, this.send);
    this.input.addEventListener("input", () => this.ready());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    return form;
  }

  attachments() {
    const choices = KINDS.map(([kind, name]) => {
      const choice = element("button", { type: "button", role: "menuitem" }, icon(kind), name);
      choice.addEventListener("click", () => {
        show(false);
        this.input.focus();
        act(`phones/${this.id}/attachment`, { kind });
      });
      return choice;
    });
    const menu = element("div", { className: "menu", role: "menu", "aria-label": "Send something else", hidden: true }, ...choices);
    const opener = element(
      "button",
      { type: "button", className: "round", "aria-label": "Send something else", "aria-haspopup": "menu", "aria-expanded": "false" },
      icon("attach"),
    );
    const show = (open) => {
      menu.hidden = !open;
      opener.setAttribute("aria-expanded", String(open));
    };
    opener.addEventListener("click", () => {
      show(menu.hidden);
      if (!menu.hidden) choices[0].focus();
    });
    menu.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 2, ArrowLeft: -1, ArrowUp: -2 }[event.key];
      if (step) {
        event.preventDefault();
        choices.at((choices.indexOf(document.activeElement) + step) % choices.length).focus();
      } else if (event.key === "Escape") {
        show(false);
        opener.focus();
      }
    });
    document.addEventListener("pointerdown", (event) => {
      if (!menu.contains(event.target) && !opener.contains(event.target)) show(false);
    });
    return [opener, menu];
  }

  ready() {
    this.send.disabled = this.input.value.trim() === "";
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  offer(text) {
    this.input.value = text;
    this.ready();
    this.input.focus();
  }

  async write() {
    const text = this.input.value.trim();
    if (!text) return;
    this.offer("");
    if (!(await act(`phones/${this.id}/text`, { text }).catch(() => false))) this.offer(text);
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

  // Bring the chat to its present state, touching only what changed.
  update(state) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
    const fresh = state.messages.filter((message) => message.id > this.newest);
    this.draw(state);
    if (this.filled) this.notice(state, fresh);
    this.newest = state.messages.at(-1)?.id ?? this.newest;
    this.kind.textContent = state.blocked ? "bot, blocked" : "bot";
    this.toastOf(state.toasts.at(-1));
    if (atEnd || fresh.some((message) => message.mine)) this.log.scrollTop = this.log.scrollHeight;
    this.filled = true;
    return this.filled ? fresh.filter((message) => !message.mine).length : 0;
  }

  draw(state) {
    const rows = new Map();
    let day = state.messages.at(0)?.day;
    for (const message of state.messages) {
      if (message.day !== day) rows.set(`day ${message.day}`, { kind: "day", text: message.day });
      day = message.day;
      rows.set(`message ${message.id}`, { kind: "message", message });
    }
    if (rows.size === 0) rows.set("empty", { kind: "empty", state });
    for (const [name, { node }] of this.shown) if (!rows.has(name)) this.drop(node);
    let before = null;
    const now = new Map();
    for (const [name, row] of rows) {
      const drawn = this.row(name, row);
      const place = before === null ? this.log.firstChild : before.nextSibling;
      if (drawn.node !== place) this.log.insertBefore(drawn.node, place);
      before = drawn.node;
      now.set(name, drawn);
    }
    this.shown = now;
  }

  row(name, row) {
    const written = JSON.stringify(row.kind === "empty" ? "empty" : row);
    const old = this.shown.get(name);
    if (old?.written === written) return old;
    const node = this.make(row);
    if (old) this.replace(old.node, node);
    else if (this.filled && row.kind === "message") node.classList.add("arrived");
    return { written, node };
  }

  make(row) {
    if (row.kind === "day") return element("li", { className: "day" }, row.text);
    if (row.kind === "empty") return this.empty(row.state);
    return bubble(row.message, this.language, (message, button, key) => this.tap(message, button, key));
  }

  empty(state) {
    const offers = state.suggestions.map((text) => {
      const offer = element("button", { type: "button", dir: "auto" }, text);
      offer.addEventListener("click", () => this.offer(text));
      return offer;
    });
    return element(
      "li",
      { className: "empty" },
      invitation(state),
      offers.length ? element("div", { className: "suggestions" }, ...offers) : null,
    );
  }

  replace(old, made) {
    const held = old.contains(document.activeElement);
    old.replaceWith(made);
    if (held) (made.querySelector(".key") ?? this.log).focus({ preventScroll: true });
  }

  drop(node) {
    const held = node.contains(document.activeElement);
    node.remove();
    if (held) this.input.focus({ preventScroll: true });
  }

  // A page with buttons that was not sent silently rings; it stops when no such page is left.
  notice(state, fresh) {
    const pages = state.messages.filter((message) => !message.mine && !message.silent && message.buttons.flat().some((key) => key.data !== null));
    const wanted = new Set(pages.map((message) => message.id));
    if (state.rings && fresh.some((message) => wanted.has(message.id))) this.onRing(this, true);
    else if (wanted.size === 0) this.onRing(this, false);
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

function invitation(state) {
  if (state.suggestions.length) return "Write what happened, in any words and any language:";
  return state.rings ? `Quiet. Alerts for ${state.name} arrive here.` : "No messages yet.";
}
