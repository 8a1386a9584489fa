// One message as an element.

import { element, icon, wave } from "./elements.js";

const NAMES = {
  voice: "Voice note",
  audio: "Recording",
  video: "Video",
  video_note: "Video message",
  animation: "Animation",
  photo: "Photo",
  sticker: "Sticker",
  document: "Document",
  location: "Place",
  contact: "Contact",
  other: "Message",
};
const ICONS = { audio: "voice", video_note: "video", animation: "video", sticker: "photo" };
const STYLES = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code" };
const WEB = /^https?:\/\//i;

export function bubble(message, language, onTap) {
  const content = element("div", { className: "bubble" });
  if (message.attached) content.append(attached(message.attached));
  if (message.text) content.append(words(message, language));
  content.append(small(message));
  const keys = message.buttons.length ? [keyboard(message, language, onTap)] : [];
  return element("li", { className: message.mine ? "message mine" : "message" }, content, ...keys);
}

function words(message, language) {
  const paragraph = element("p", { className: "words", dir: "auto" });
  if (!message.mine) paragraph.lang = language;
  let at = 0;
  for (const mark of message.entities) {
    if (mark.offset < at) continue; // nested marks: the outer one is shown
    paragraph.append(message.text.slice(at, mark.offset), marked(mark, message.text));
    at = mark.offset + mark.length;
  }
  paragraph.append(message.text.slice(at));
  return paragraph;
}

function marked(mark, text) {
  const words = text.slice(mark.offset, mark.offset + mark.length);
  if (mark.type === "text_link" && WEB.test(mark.url)) return link(mark.url, words);
  return STYLES[mark.type] ? element(STYLES[mark.type], {}, words) : words;
}

function link(address, ...children) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

function small(message) {
  const line = element("p", { className: "small" });
  if (message.edited) line.append(element("span", {}, "edited"));
  line.append(element("time", {}, message.time));
  if (message.mine) line.append(ticks(message.collected));
  return line;
}

function ticks(collected) {
  const said = collected ? "the program has it" : "Telegram has it, the program has not collected it yet";
  return element(
    "span",
    { className: collected ? "ticks collected" : "ticks", title: said },
    icon(collected ? "ticks" : "tick"),
    element("span", { className: "unseen" }, said),
  );
}

function attached({ kind, detail }) {
  return element(
    "div",
    { className: "attached" },
    icon(ICONS[kind] ?? (NAMES[kind] ? kind : "other")),
    element(
      "div",
      {},
      element("span", { className: "attached-name" }, NAMES[kind] ?? kind),
      kind === "voice" || kind === "audio" ? wave() : null,
      element("span", { className: "attached-detail", dir: "auto" }, detail),
    ),
  );
}

function keyboard(message, language, onTap) {
  const rows = message.buttons.map((row) =>
    element("div", { className: "keys-row" }, ...row.map((button) => key(button, message, language, onTap))),
  );
  return element("div", { className: "keys", role: "group", "aria-label": "Answers" }, ...rows);
}

function key(button, message, language, onTap) {
  if (button.url !== null && WEB.test(button.url)) {
    const opens = link(button.url, element("span", { dir: "auto" }, button.label), icon("away"));
    opens.className = "key";
    opens.lang = language;
    return opens;
  }
  const made = element("button", { type: "button", className: "key", lang: language, dir: "auto" }, button.label);
  made.addEventListener("click", () => onTap(message, button, made));
  return made;
}
