"""Turns: writers of one process stand in line, in the order in which they came.

SQLite has one writer at a time, and whoever finds it busy sleeps and tries again, for longer and longer: with several
threads the one that is ready may sleep while nobody writes. Other processes are waited for as ever.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST: Final = 10.0
"""Real seconds somebody stands in line: then they try without a turn, and the database says what it says."""


class Line:
    """One line. Whoever has the turn must not ask for another. ``new_event``: what those in line wait for."""

    def __init__(self, new_event: Callable[[], threading.Event] = threading.Event) -> None:
        self._new_event = new_event
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        with self._lock:
            return len(self._waiting)

    @contextmanager
    def turn(self, longest: float = LONGEST) -> Iterator[bool]:
        """Wait for one's turn and have it for as long as the block lasts; False where it did not come in time."""
        has_it = self._stand(longest)
        try:
            yield has_it
        finally:
            if has_it:
                self._pass_on()

    def _stand(self, longest: float) -> bool:
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = self._new_event()
            self._waiting.append(mine)
        try:
            if mine.wait(longest):
                return True
        except BaseException:
            self._step_out(mine)
            raise
        with self._lock:
            if mine.is_set():  # it came in this very moment
                return True
            self._waiting.remove(mine)
            return False

    def _step_out(self, mine: threading.Event) -> None:
        """Leave the line; the turn, if it has come already, goes on to the next: nobody would ever give it back."""
        with self._lock:
            has_come = mine.is_set()
            if not has_come:
                self._waiting.remove(mine)
        if has_come:
            self._pass_on()

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
