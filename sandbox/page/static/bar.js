// The control bar: the clock, the program, the providers' outages, Telegram's bad answers.

import { act } from "./api.js";
import { element } from "./elements.js";

const STATES = { running: "Program running", starting: "Program starting", stopped: "Program stopped" };
const OUTAGES = {
  telegram: "Telegram outage",
  sms: "SMS outage",
  voice: "Voice outage",
  mail: "E-mail outage",
};
const ANSWERS = {
  second_poller: ["Another program takes its messages", "409"],
  too_many: ["Too many at once: wait 5 seconds", "429"],
  blocked: ["Everybody has blocked the bot", "403"],
  rejected: ["It refuses every message", "400"],
  broken: ["It breaks, whatever is asked", "500"],
  lost_before: ["No answer, and nothing arrives", "time-out"],
  lost_after: ["No answer, but the message arrives", "time-out"],
};
const byId = (id) => document.getElementById(id);

export function connectBar() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => act("controls/advance", { seconds: Number(button.dataset.advance) }));
  }
  byId("kill").addEventListener("click", () => act("controls/kill"));
  connectOutages();
}

function connectOutages() {
  const menu = byId("outages");
  const opener = menu.querySelector("summary");
  for (const [service, words] of Object.entries(OUTAGES)) {
    byId("outage-switches").append(lever(service, (on) => act("controls/outage", { service, on }), words));
  }
  for (const [answer, [words, code]] of Object.entries(ANSWERS)) {
    const small = element("span", { className: "switch-code" }, code);
    byId("answer-switches").append(lever(answer, (on) => act("controls/answer", { answer, on }), words, small));
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    opener.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

function lever(name, turn, ...words) {
  const label = element("span", { className: "switch-words" }, ...words);
  const button = element("button", { type: "button", className: "switch", role: "switch", "aria-checked": "false" }, label);
  button.dataset.name = name;
  button.addEventListener("click", () => turn(button.getAttribute("aria-checked") !== "true"));
  return button;
}

function showLevers(group, states) {
  for (const button of group.querySelectorAll(".switch")) {
    const is = states[button.dataset.name];
    button.hidden = is === undefined;
    button.setAttribute("aria-checked", String(is === true));
  }
  group.hidden = Object.keys(states).length === 0;
  return Object.keys(states).filter((name) => states[name]);
}

function showOutages(outages, answers) {
  const out = showLevers(byId("outage-switches"), outages).map((name) => OUTAGES[name]);
  const bad = showLevers(byId("answer-switches"), answers).map((name) => `Telegram: ${ANSWERS[name][1]}`);
  const wrong = [...out, ...bad];
  byId("outages").classList.toggle("on", wrong.length > 0);
  byId("outages-label").textContent = wrong.length === 1 ? wrong[0] : wrong.length ? `${wrong.length} outages` : "Outages";
}

export function showClock(clock) {
  byId("clock-time").textContent = clock.time;
  byId("clock-day").textContent = `${clock.day}, ${clock.place}`;
}

export function showStatus(status) {
  byId("clock-moves").hidden = !status.can.includes("advance");
  byId("kill").hidden = !status.can.includes("kill");
  byId("step-kill").hidden = !status.can.includes("kill");
  showOutages(status.outages, status.bad_answers);
  showProgram(status);
  showLinks(status.links ?? []);
}

function showProgram(status) {
  const line = byId("program");
  line.hidden = status.program === undefined;
  const words = [STATES[status.program] ?? status.program, status.detail].filter(Boolean).join(" · ");
  line.dataset.state = status.program;
  if (line.textContent !== words) line.textContent = words;
}

function showLinks(links) {
  const nav = byId("links");
  const written = JSON.stringify(links);
  if (nav.dataset.written === written) return;
  nav.dataset.written = written;
  nav.hidden = links.length === 0;
  nav.replaceChildren(
    ...links
      .filter(({ url }) => /^https?:\/\//i.test(url))
      .map(({ label, url }) => element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label)),
  );
}
