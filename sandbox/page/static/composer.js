// Where a phone's owner writes: by Telegram or WhatsApp, with things to attach, or by SMS.

import { act } from "./api.js";
import { CHANNELS } from "./channels.js";
import { element, icon } from "./elements.js";

const KINDS = [
  ["voice", "Voice note"],
  ["photo", "Photo"],
  ["video", "Video"],
  ["document", "Document"],
  ["location", "Place"],
  ["contact", "Contact"],
];
// Where things are sent that are no words; a visiting card goes by Telegram alone.
const ATTACHING = { telegram: "attachment", whatsapp: "whatsapp" };
const WAYS = {
  telegram: { path: "text", longest: 4096, placeholder: "Message" },
  sms: { path: "sms", longest: 1600, placeholder: "SMS" },
  whatsapp: { path: "whatsapp", longest: 4096, placeholder: "WhatsApp" },
};

export class Composer {
  constructor(state, channels) {
    this.id = state.id;
    this.ways = Object.keys(WAYS).filter((way) => channels.includes(way));
    this.way = this.ways[0];
    this.input = element("textarea", {
      rows: 1,
      dir: "auto",
      lang: state.language.tag,
      "aria-label": `Message from ${state.name}`,
    });
    this.send = element("button", { type: "submit", className: "round send", disabled: true, "aria-label": "Send" }, icon("send"));
    this.attach = this.attachments();
    this.dial = this.dialling(channels.includes("call"));
    this.root = element("form", { className: "composer" }, ...this.choice(), ...this.attach, ...this.dial, this.input, this.send);
    this.root.hidden = this.ways.length === 0;
    this.input.addEventListener("input", () => this.ready());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.root.requestSubmit();
      }
    });
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    if (this.way) this.by(this.way);
  }

  // Which way it goes; asked only where there are two.
  choice() {
    this.choices = new Map();
    if (this.ways.length < 2) return [];
    for (const way of this.ways) {
      const { name, icon: drawing } = CHANNELS[way];
      const button = element("button", { type: "button" }, icon(drawing), name);
      button.addEventListener("click", () => {
        this.by(way);
        this.input.focus();
      });
      this.choices.set(way, button);
    }
    return [element("div", { className: "ways", role: "group", "aria-label": "Write by" }, ...this.choices.values())];
  }

  by(way) {
    this.way = way;
    this.input.placeholder = WAYS[way].placeholder;
    this.input.maxLength = WAYS[way].longest;
    this.root.dataset.way = way;
    this.attach[0].hidden = !(way in ATTACHING);
    for (const [kind, choice] of this.things) choice.hidden = kind === "contact" && way !== "telegram";
    for (const [one, button] of this.choices) button.setAttribute("aria-pressed", String(one === way));
  }

  // Whoever has a number can call as well.
  dialling(can) {
    if (!can) return [];
    const button = element("button", { type: "button", className: "round", "aria-label": "Call Panah" }, icon("call"));
    button.addEventListener("click", () => act(`phones/${this.id}/dial`));
    return [button];
  }

  attachments() {
    const choices = KINDS.map(([kind, name]) => {
      const choice = element("button", { type: "button", role: "menuitem" }, icon(kind), name);
      choice.addEventListener("click", () => {
        show(false);
        this.input.focus();
        act(`phones/${this.id}/${ATTACHING[this.way]}`, { kind });
      });
      return choice;
    });
    this.things = KINDS.map(([kind], at) => [kind, choices[at]]);
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
    if (!(await act(`phones/${this.id}/${WAYS[this.way].path}`, { text }).catch(() => false))) this.offer(text);
  }
}
