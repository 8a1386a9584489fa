"""Every call a bot made, so that a test can count what was sent twice."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.telegram.parameters import Json

KEPT_CALLS: Final = 200_000


@dataclass(slots=True)
class ApiCall:
    """One call. `answered` is the HTTP status the bot got, None while (or when for ever) it got none."""

    method: str
    params: dict[str, Json]
    at: datetime
    bot_id: int
    answered: int | None = None

    @property
    def chat_id(self) -> int | None:
        """The chat the call speaks of, if any."""
        named = str(self.params.get("chat_id", ""))
        return int(named) if named.lstrip("-").isdigit() else None


class Journal:
    """The calls in the order they came; the oldest fall out when there are very many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[ApiCall] = deque(maxlen=KEPT_CALLS)

    def add(self, call: ApiCall) -> None:
        """Note a call."""
        with self._lock:
            self._calls.append(call)

    def of(self, method: str | None) -> list[ApiCall]:
        """All calls, or those of one method."""
        with self._lock:
            return [call for call in self._calls if method in {None, call.method}]
