// One message of a chat, or one SMS, as an element.

import { mark } from "./channels.js";
import { WEB, element, icon, link, linked, wave } from "./elements.js";

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
  poll: "Poll",
  other: "Message",
};
const ICONS = { audio: "voice", video_note: "video", animation: "video", sticker: "photo" };
const STYLES = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code" };

export function bubble(message, language, marked, onTap) {
  const content = element("div", { className: "bubble" });
  if (message.above) content.append(above(message.above));
  if (message.attached) content.append(attached(message.attached));
  if (message.text) content.append(words(message, language));
  content.append(small(message));
  const keys = message.buttons?.length ? [keyboard(message, language, onTap)] : [];
  const kind = `message ${message.channel}${message.mine ? " mine" : ""}`;
  return element("li", { className: kind }, marked ? mark(message.channel) : null, content, ...keys);
}

// Whose the words were first, or which words they answer.
function above({ kind, words }) {
  const told = kind === "forwarded" ? "Forwarded from " : "Answers ";
  return element("p", { className: "above" }, told, element("bdi", {}, words));
}

function words(message, language) {
  const paragraph = element("p", { className: "words", dir: "auto" });
  if (!message.mine) paragraph.lang = language;
  let at = 0;
  for (const entity of message.entities ?? []) {
    if (entity.offset < at) continue; // nested entities: the outer one is shown
    paragraph.append(message.text.slice(at, entity.offset), styled(entity, message.text));
    at = entity.offset + entity.length;
  }
  paragraph.append(...linked(message.text.slice(at)));
  return paragraph;
}

function styled(entity, text) {
  const words = text.slice(entity.offset, entity.offset + entity.length);
  if (entity.type === "text_link" && WEB.test(entity.url)) return link(entity.url, words);
  return STYLES[entity.type] ? element(STYLES[entity.type], {}, words) : words;
}

function small(message) {
  const line = element("p", { className: "small" });
  if (message.edited) line.append(element("span", {}, "edited"));
  line.append(element("time", {}, message.time));
  if (message.mine && message.channel === "telegram") line.append(ticks(message.collected));
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
