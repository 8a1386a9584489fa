// The control bar: the clock, the program, the providers' outages.

import { act } from "./api.js";
import { element } from "./elements.js";

const STATES = { running: "Program running", starting: "Program starting", stopped: "Program stopped" };
const OUTAGES = {
  telegram: "Telegram outage",
  sms: "SMS outage",
  voice: "Voice outage",
  mail: "E-mail outage",
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
    const button = element("button", { type: "button", className: "switch", role: "switch", "aria-checked": "false" }, words);
    button.dataset.service = service;
    button.addEventListener("click", () =>
      act("controls/outage", { service, on: button.getAttribute("aria-checked") !== "true" }),
    );
    byId("outage-switches").append(button);
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

function showOutages(outages) {
  for (const button of byId("outage-switches").children) {
    const is = outages[button.dataset.service];
    button.hidden = is === undefined;
    button.setAttribute("aria-checked", String(is === true));
  }
  const out = Object.keys(outages).filter((service) => outages[service]);
  byId("outages").classList.toggle("on", out.length > 0);
  byId("outages-label").textContent = out.length === 1 ? OUTAGES[out[0]] : out.length ? `${out.length} outages` : "Outages";
}

export function showClock(clock) {
  byId("clock-time").textContent = clock.time;
  byId("clock-day").textContent = `${clock.day}, ${clock.place}`;
}

export function showStatus(status) {
  byId("clock-moves").hidden = !status.can.includes("advance");
  byId("kill").hidden = !status.can.includes("kill");
  byId("step-kill").hidden = !status.can.includes("kill");
  showOutages(status.outages);
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
