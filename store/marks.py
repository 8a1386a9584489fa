"""Marks: when each part of this process last moved, so that one that hangs can be told from one that has nothing to do.

In memory only: a process that is gone says nothing, and what is overdue is seen in the rows.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HANGS_AFTER = 90.0
"""Real seconds. The slowest honest round is a long poll of Telegram that fails at its end, and the pause after it."""


class Marks:
    """One mark for each part that promised to move. Safe to use from any thread. ``clock`` tells real seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._moved_at: dict[str, float] = {}

    def moved(self, part: str) -> None:
        """Note that ``part`` has begun another round."""
        with self._lock:
            self._moved_at[part] = self._clock()

    def idle(self) -> dict[str, float]:
        """Return the real seconds since each part moved."""
        now = self._clock()
        with self._lock:
            return {part: now - at for part, at in sorted(self._moved_at.items())}

    def hanging(self, after: float = HANGS_AFTER) -> tuple[str, ...]:
        """Return the parts that have not moved for so many real seconds."""
        return tuple(part for part, seconds in self.idle().items() if seconds > after)
