"""One door to the world for all threads: one change at a time, and whoever waits hears of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sandbox.telegram.faults import Faults
from sandbox.telegram.journal import Journal
from sandbox.telegram.limits import Limits
from sandbox.telegram.state import World


class Hub:
    """The world with everything around it. `world` is touched only inside `changing` or `reading`."""

    def __init__(self, now: Callable[[], datetime], *, enforce_limits: bool) -> None:
        self.world = World(now)
        self.faults = Faults()
        self.limits = Limits(enforced=enforce_limits)
        self.journal = Journal()
        self._changed = threading.Condition(threading.RLock())
        self._listeners: set[Callable[[], None]] = set()

    @contextmanager
    def changing(self) -> Iterator[World]:
        """Change the world; everybody who waits is woken afterwards."""
        with self._changed:
            yield self.world
            self._changed.notify_all()
            for listener in tuple(self._listeners):
                listener()

    @contextmanager
    def reading(self) -> Iterator[World]:
        """Look at the world while nobody changes it."""
        with self._changed:
            yield self.world

    def announce(self) -> None:
        """Wake everybody, waiting polls included: something outside the world changed."""
        with self.changing() as world:
            for bot in world.bots.values():
                bot.updates.disturb()

    def wait_for_change(self, seconds: float) -> None:
        """Return at the next change, at the latest after so many real seconds."""
        with self._changed:
            self._changed.wait(seconds)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change; it must not block."""
        with self._changed:
            self._listeners.add(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Stop calling."""
        with self._changed:
            self._listeners.discard(listener)
