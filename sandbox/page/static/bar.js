// The control bar: the clock, the program, Telegram's outage.

import { act } from "./api.js";
import { element } from "./elements.js";

const STATES = { running: "Program running", starting: "Program starting", stopped: "Program stopped" };
const byId = (id) => document.getElementById(id);

export function connectBar() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => act("controls/advance", { seconds: Number(button.dataset.advance) }));
  }
  byId("kill").addEventListener("click", () => act("controls/kill"));
  byId("outage").addEventListener("click", () =>
    act("controls/outage", { on: byId("outage").getAttribute("aria-checked") !== "true" }),
  );
}

export function showClock(clock) {
  byId("clock-time").textContent = clock.time;
  byId("clock-day").textContent = `${clock.day}, ${clock.place}`;
}

export function showStatus(status) {
  byId("clock-moves").hidden = !status.can.includes("advance");
  byId("kill").hidden = !status.can.includes("kill");
  byId("step-kill").hidden = !status.can.includes("kill");
  byId("outage").setAttribute("aria-checked", String(Boolean(status.outages.telegram)));
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
