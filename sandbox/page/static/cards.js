// What is no bubble: a mail, and a call that is over.

import { mark } from "./channels.js";
import { element, icon, linked } from "./elements.js";

const ENDS = {
  completed: "Answered",
  busy: "Declined",
  "no-answer": "Missed call",
  canceled: "Missed call",
  failed: "Not connected",
};

export function mailCard(mail, language) {
  return element(
    "li",
    { className: "message card mail" },
    element(
      "article",
      { className: "bubble", "aria-label": `E-mail: ${mail.subject}` },
      element("p", { className: "card-head" }, mark("mail"), element("span", { className: "card-from", dir: "auto" }, sender(mail.other))),
      element("h3", { className: "subject", dir: "auto", lang: language }, mail.subject || "(no subject)"),
      element("p", { className: "words", dir: "auto", lang: language }, ...linked(mail.text)),
      ...behindWords(mail),
      element("p", { className: "small" }, element("time", {}, mail.time)),
    ),
  );
}

export function callCard(call) {
  const heard = call.said.some((said) => !said.key);
  const end = call.voicemail ? "Voicemail" : call.dialled && call.status === "completed" ? "Called" : ENDS[call.status] ?? call.status;
  const words = [end, call.voicemail || !call.seconds ? null : length(call.seconds)].filter(Boolean).join(" · ");
  const head = element("span", { className: "call-end" }, icon(call.voicemail ? "voicemail" : heard ? "call" : "hangup"), words, element("time", {}, call.time));
  const card = heard ? unfolding(head, call.said) : element("p", { className: "call-card" }, head);
  return element("li", { className: `message card past-call${heard ? "" : " unheard"}` }, card);
}

function unfolding(head, said) {
  const card = element("details", { className: "call-card" }, element("summary", {}, head), element("ol", { className: "said" }, ...said.map(saidLine)));
  card.addEventListener("toggle", () => card.open && card.scrollIntoView({ block: "nearest" }));
  return card;
}

export function saidLine(said) {
  if (said.key) return element("li", { className: "pressed" }, element("span", { className: "unseen" }, "You pressed "), said.text);
  if (said.mine) return element("li", { className: "mine", dir: "auto" }, element("span", { className: "unseen" }, "You said "), said.text);
  return element("li", { className: "spoken", dir: "auto", lang: said.language || "" }, said.text);
}

// Addresses that hide behind words of an HTML mail.
function behindWords(mail) {
  return mail.links
    .filter((address) => !mail.text.includes(address))
    .map((address) => element("p", { className: "words" }, ...linked(address)));
}

function sender(from) {
  return from.replace(/\s*<[^>]*>$/, "").replace(/^"|"$/g, "") || from;
}

function length(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
