// A list kept in step with the world: only what changed is drawn again, and whoever holds the keyboard keeps it.

export class Timeline {
  constructor(log, make, onLost) {
    this.log = log;
    this.make = make;
    this.onLost = onLost;
    this.shown = new Map();
    this.filled = false;
  }

  // `rows` are [name, row] in their order; a row is drawn again when its JSON is another one.
  draw(rows) {
    for (const [name, { node }] of this.shown) if (!rows.has(name)) this.drop(node);
    let before = null;
    const now = new Map();
    for (const [name, row] of rows) {
      const drawn = this.row(name, row);
      const place = before === null ? this.log.firstChild : before.nextSibling;
      if (drawn.node !== place) this.log.insertBefore(drawn.node, place);
      before = drawn.node;
      now.set(name, drawn);
    }
    this.shown = now;
    this.filled = true;
  }

  row(name, row) {
    const written = JSON.stringify(row);
    const old = this.shown.get(name);
    if (old?.written === written) return old;
    const node = this.make(row);
    if (old) this.replace(old.node, node);
    else if (this.filled) node.classList.add("arrived");
    return { written, node };
  }

  replace(old, made) {
    const held = old.contains(document.activeElement);
    old.replaceWith(made);
    if (held) (made.querySelector(".key") ?? this.log).focus({ preventScroll: true });
  }

  drop(node) {
    const held = node.contains(document.activeElement);
    node.remove();
    if (held) this.onLost();
  }
}
