// What the console does where scripts run: it follows the database, counts time, and takes single keys.
// Every page works without it.
(() => {
  "use strict";
  const KEYS_OFF = "panah-keys-off";

  // Following

  const live = () => document.getElementById("live");

  if (window.Idiomorph) {
    // What its reader has unfolded stays unfolded when the page is refreshed; what they typed stays typed.
    Idiomorph.defaults.ignoreActiveValue = true;
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node, kind) =>
      !(name === "open" && node.localName === "details" && kind === "remove") &&
      !((name === "value" || name === "checked" || name === "selected") && node.form);
  }

  const follow = (address) => {
    const stream = new EventSource(address);
    stream.onmessage = () => {
      if (live()) htmx.trigger(live(), "changed");
    };
  };
  if (document.body.dataset.stream && live() && window.EventSource) follow(document.body.dataset.stream);

  document.addEventListener("htmx:beforeSwap", (event) => {
    // Whoever is signed out is shown so at once, instead of an old page.
    if (!event.detail.serverResponse.includes('id="live"')) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && live() && window.htmx) htmx.trigger(live(), "changed");
  });

  // The room one is in is seen, where the rooms stand in a line that scrolls.
  const room = document.querySelector(".rooms [aria-current]");
  if (room) room.scrollIntoView({ inline: "center", block: "nearest" });

  // Of a picture of time that is wider than the screen, now is seen first.
  for (const line of document.querySelectorAll(".timeline .now line")) {
    const picture = line.closest(".timeline"), frame = picture.getBoundingClientRect();
    picture.scrollBy(line.getBoundingClientRect().left - (frame.left + frame.width / 2), 0);
  }

  // Counting

  let ahead = 0; // milliseconds by which the server's clock is ahead of this one
  const measure = () => {
    if (live()) ahead = Date.parse(live().dataset.now) - Date.now();
  };
  const two = (number) => String(number).padStart(2, "0");
  const span = (seconds) => {
    const days = Math.floor(seconds / 86400);
    const clock = `${Math.floor(seconds / 3600) % 24}:${two(Math.floor(seconds / 60) % 60)}`;
    if (!days) return `${clock}:${two(seconds % 60)}`;
    const said = document.body.dataset.days;
    return said.replace("{days}", `\u2068${days}\u2069`).replace("{clock}", `\u2068${clock}\u2069`);
  };
  const count = () => {
    for (const one of document.querySelectorAll("time[data-count]")) {
      const away = Math.abs(Date.now() + ahead - Date.parse(one.dateTime));
      one.textContent = span(Math.floor(away / 1000));
    }
  };
  measure();
  document.addEventListener("htmx:afterSettle", () => {
    measure();
    count();
  });
  setInterval(count, 1000);

  // Dragging: who is laid onto a turn is put into the form for that time, which is sent by its button.

  document.documentElement.classList.add("scripts");
  let carried = "";
  const onto = (event) => carried && event.target.closest && event.target.closest("[data-onto]");
  const lit = (turn) => {
    for (const one of document.querySelectorAll(".onto")) one.classList.remove("onto");
    if (turn) turn.classList.add("onto");
  };
  document.addEventListener("dragstart", (event) => {
    const from = event.target.closest && event.target.closest("[data-who]");
    carried = from ? from.dataset.who : "";
    if (!from) return;
    event.dataTransfer.effectAllowed = "copy";
    event.dataTransfer.setData("text/plain", from.textContent.trim());
  });
  document.addEventListener("dragover", (event) => {
    const turn = onto(event);
    lit(turn);
    if (turn) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const turn = onto(event);
    if (!turn) return;
    event.preventDefault();
    const address = new URL(turn.dataset.onto, window.location.href);
    address.searchParams.set("who", carried);
    window.location.assign(address);
  });
  document.addEventListener("dragend", () => {
    carried = "";
    lit(null);
  });

  // Keys

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const here = () => document.activeElement && document.activeElement.closest("[data-row]");
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    next.tabIndex = -1;
    next.focus();
  };
  const press = (key) => {
    const wanted = `[data-key="${CSS.escape(key)}"]`;
    const target = (here() && here().querySelector(wanted)) || document.querySelector(wanted);
    if (!target) return false;
    if (target.matches("input, select, textarea")) target.focus();
    else target.click();
    return true;
  };
  const dialog = document.getElementById("keys");
  const allowed = document.getElementById("keys-on");
  if (allowed) {
    allowed.checked = !localStorage.getItem(KEYS_OFF);
    allowed.addEventListener("change", () =>
      allowed.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1"),
    );
  }
  for (const button of document.querySelectorAll("[data-opens]")) {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }

  let going = 0; // until when the second key of "g b" is awaited
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea, [contenteditable]");
    if (!allowed || !allowed.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (dialog.open) return;
    const key = event.key;
    let done = true;
    if (going > Date.now()) {
      going = 0;
      const next = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (next) next.click();
    } else if (key === "g") going = Date.now() + 1500;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "?") dialog.showModal();
    else if (key.length === 1) done = press(key);
    else done = false;
    if (done) event.preventDefault();
  });
})();
