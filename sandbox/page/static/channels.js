// The ways by which something comes to a phone: their names, their icons, and the mark that says which one it was.

import { element, icon } from "./elements.js";

export const CHANNELS = {
  telegram: { name: "Telegram", icon: "plane" },
  sms: { name: "SMS", icon: "sms" },
  whatsapp: { name: "WhatsApp", icon: "whatsapp" },
  call: { name: "Call", icon: "call" },
  mail: { name: "E-mail", icon: "mail" },
};

export function channelsOf(state) {
  const numbered = state.number !== null;
  const there = { telegram: state.bot !== null, sms: numbered, whatsapp: state.whatsapp, call: numbered, mail: state.email !== null };
  return Object.keys(CHANNELS).filter((channel) => there[channel]);
}

export function mark(channel) {
  const { name, icon: drawing } = CHANNELS[channel];
  return element("span", { className: `mark mark-${channel}` }, icon(drawing), name);
}
