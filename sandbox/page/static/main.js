// The page: hears of every change and hands it to the parts.

import { listen } from "./api.js";
import { connectBar, showClock, showStatus } from "./bar.js";
import { People } from "./people.js";
import { Phone } from "./phone.js";
import { Ringer } from "./ring.js";

const FIRST_WORDS = "they took my brother";
const byId = (id) => document.getElementById(id);

const phones = new Map();
const people = new People(byId("people"), byId("phones"), (phone) => phone.looked());
const ringer = new Ringer(byId("sound"), byId("announcement"), (phone) => people.label(phone));

function phoneOf(state) {
  if (!phones.has(state.id)) {
    const phone = new Phone(state, {
      onRing: (which, rings) => ringer.set(which, rings),
      onLook: (which) => which.looked(),
    });
    phones.set(state.id, phone);
    byId("phones").append(phone.root);
    people.add(phone, state.role);
    if (phones.size === 1) byId("first-name").textContent = `${state.name}’s`;
  }
  return phones.get(state.id);
}

let instance = null;

function onState({ instance: told, phones: changed, clock, status }) {
  instance ??= told;
  if (instance !== told) return location.reload(); // another sandbox answers now: begin anew
  byId("lost").hidden = true;
  showClock(clock);
  showStatus(status);
  for (const state of changed) {
    const phone = phoneOf(state);
    const known = phone.filled;
    const count = phone.update(state);
    if (known) people.arrived(phone, count);
  }
  return undefined;
}

byId("type-it").addEventListener("click", () => {
  const [first] = phones.values();
  if (!first) return;
  people.show(first);
  first.offer(FIRST_WORDS);
});
byId("intro-close").addEventListener("click", () => (byId("intro").hidden = true));

connectBar();
listen({ onState, onLost: () => (byId("lost").hidden = false) });
