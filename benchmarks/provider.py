"""The benchmark's side of the stub: queue updates, wait for messages, read when each came."""

from __future__ import annotations

import http.client
import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.children import child

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 120.0


class LostError(RuntimeError):
    """What should have arrived did not."""


@dataclass(frozen=True)
class Journal:
    """When each update was handed out, and what was sent to whom when (monotonic seconds)."""

    handed: dict[int, float]
    sent: list[tuple[str, float]]
    polls: int

    def count_to(self, chat: int) -> int:
        """How many messages came to a chat."""
        return sum(to == str(chat) for to, _ in self.sent)

    def first_to(self, chat: int, after: float) -> float:
        """When the first message after an instant came to a chat; LostError when none did."""
        for to, at in self.sent:
            if to == str(chat) and at >= after:
                return at
        raise LostError("no message came")


class Bot:
    """One account at the stub: a bot, or with the ``name`` of one an account at Twilio."""

    def __init__(self, port: int, name: str | None = None) -> None:
        self.token = name or f"{secrets.randbelow(10**8) + 10**8}:{secrets.token_urlsafe(24)}"
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._next_update = 1

    def push(self, *messages: tuple[int, str]) -> list[int]:
        """Let people write: (chat, text). Return the numbers of the updates."""
        updates = [_update(self._next_update + place, chat, text) for place, (chat, text) in enumerate(messages)]
        self._next_update += len(updates)
        self._ask("push", {"updates": updates})
        return [update["update_id"] for update in updates]

    def wait(self, count: int, chat: int | None = None, *, polls: int = 0, seconds: float = PATIENCE) -> None:
        """Wait until so many messages came (to one chat, or to all) and so many polls began; LostError."""
        asked = {"count": count, "chat": None if chat is None else str(chat), "polls": polls, "seconds": seconds}
        if not self._ask("wait", asked):
            raise LostError(f"fewer than {count} messages within {seconds:g} s")

    def journal(self) -> Journal:
        """All that happened so far."""
        told = self._ask("journal", {})
        handed = {int(number): at for number, at in told["handed"].items()}
        return Journal(handed, [(chat, at) for chat, at in told["sent"]], told["polls"])

    def block(self, chat: int) -> None:
        """Let the person of a chat block this bot."""
        self._ask("block", {"chat": str(chat)})

    def refused_at(self, chat: int) -> float:
        """When a message to a blocked chat was last refused."""
        at: float = self._ask("refused", {"chat": str(chat)})
        return at

    def set_latency(self, seconds: float) -> None:
        """Let every answer to a message take so long."""
        self._ask("latency", {"seconds": seconds})

    def _ask(self, what: str, given: dict[str, Any]) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE + 10)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"/bench{self.token}/{what}", json.dumps(given), headers)
            return json.loads(connection.getresponse().read())["result"]
        finally:
            connection.close()


def _update(number: int, chat: int, text: str) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Somebody", "language_code": "en"}
    message = {
        "message_id": number,
        "date": 1767225600,
        "chat": {"id": chat, "type": "private", "first_name": "Somebody"},
        "from": person,
        "text": text,
    }
    return {"update_id": number, "message": message}


@contextmanager
def provider() -> Iterator[int]:
    """Run the stub in a process of its own; yields its port."""
    with child("-m", "benchmarks.stub") as (_, line):
        yield int(line)
