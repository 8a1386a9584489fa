// Builds elements without markup strings: nothing a person wrote is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";
const WHOLE = /[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s<>"')\]]+|\b[A-Z2-9]{3}-[A-Z2-9]{3}\b/g;

export const WEB = /^https?:\/\//i;

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property in made && property !== "role") made[property] = value;
    else made.setAttribute(property, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(document.createElementNS(SVG, "use"));
  setIcon(drawing, name);
  return drawing;
}

export function setIcon(drawing, name) {
  drawing.firstElementChild.setAttribute("href", `/sandbox/static/icons.svg#${name}`);
}

export function wave() {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "wave");
  drawing.setAttribute("viewBox", "0 0 132 20");
  drawing.setAttribute("aria-hidden", "true");
  const heights = [4, 9, 14, 7, 12, 18, 10, 5, 8, 15, 17, 9, 6, 11, 16, 12, 7, 4, 9, 13, 8, 5];
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", heights.map((height, at) => `M${at * 6 + 3} ${10 - height / 2}v${height}`).join(""));
  drawing.append(path);
  return drawing;
}

export function link(address, ...children) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// The text with its web addresses as links, and with codes that are not broken at the end of a line.
export function linked(text) {
  const parts = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(WHOLE)) {
    const piece = WEB.test(found) ? found.replace(/[.,;:!?]+$/, "") : found;
    const made = WEB.test(found) ? link(piece, piece) : element("span", { className: "whole" }, piece);
    parts.push(text.slice(at, index), made);
    at = index + piece.length;
  }
  return [...parts, text.slice(at)];
}
