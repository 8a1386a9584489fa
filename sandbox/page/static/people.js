// The row of names: tabs on a narrow screen, a way along the row of phones on a wide one.

import { element, icon } from "./elements.js";

const LOOK_AFTER = 1500; // choosing a name is looking, but the ring may be seen first

export class People {
  constructor(nav, phones, onLook) {
    this.nav = nav;
    this.onLook = onLook;
    this.phones = phones;
    this.entries = new Map();
    this.roles = new Map();
    this.watcher = new IntersectionObserver((seen) => this.seen(seen), { root: null, threshold: 0.6 });
    new ResizeObserver(() => this.measure()).observe(phones);
  }

  add(phone, role) {
    const button = element("button", { type: "button", "aria-controls": phone.root.id });
    button.title = role;
    this.roles.set(phone, role);
    button.addEventListener("click", () => this.show(phone));
    this.nav.append(button);
    this.entries.set(phone, { button, unread: 0, visible: false });
    this.watcher.observe(phone.root);
    this.label(phone);
    if (this.entries.size === 1) this.choose(phone);
    this.measure();
  }

  show(phone) {
    this.choose(phone);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    phone.root.scrollIntoView({ behavior: calm ? "instant" : "smooth", inline: "center", block: "nearest" });
    phone.log.scrollTop = phone.log.scrollHeight;
    setTimeout(() => this.onLook(phone), LOOK_AFTER);
  }

  choose(phone) {
    for (const [other, { button }] of this.entries) {
      other.root.classList.toggle("shown", other === phone);
      button.setAttribute("aria-current", String(other === phone));
    }
  }

  arrived(phone, count) {
    const entry = this.entries.get(phone);
    if (!entry.visible) entry.unread += count;
    this.label(phone);
  }

  label(phone) {
    const { button, unread } = this.entries.get(phone);
    const rings = phone.root.classList.contains("ringing");
    button.classList.toggle("rings", rings);
    button.replaceChildren(
      ...(rings ? [icon("bell")] : []),
      phone.name,
      element("span", { className: "tab-role" }, this.roles.get(phone)),
      ...(rings ? [element("span", { className: "unseen" }, " is ringing")] : []),
      ...(unread ? [element("span", { className: "count", title: "unread" }, String(unread))] : []),
    );
  }

  seen(changes) {
    for (const { target, isIntersecting } of changes) {
      const [phone, entry] = [...this.entries].find(([one]) => one.root === target);
      entry.visible = isIntersecting;
      if (isIntersecting) entry.unread = 0;
      this.label(phone);
    }
  }

  measure() {
    document.body.classList.toggle("crowded", this.phones.scrollWidth > this.phones.clientWidth + 1);
  }
}
