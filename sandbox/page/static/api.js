// The way back to the sandbox: what a person does on this page.

export async function act(path, body = {}) {
  const response = await fetch(`/sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.ok;
}

export function listen({ onState, onLost }) {
  const events = new EventSource("/sandbox/events");
  events.onmessage = (event) => onState(JSON.parse(event.data));
  events.onerror = onLost;
  return events;
}
