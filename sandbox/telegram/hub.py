"""The world of Telegram with everything around it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sandbox.changes import Changes
from sandbox.telegram.faults import Faults
from sandbox.telegram.journal import Journal
from sandbox.telegram.limits import Limits
from sandbox.telegram.state import World


class Hub:
    """Telegram's side of the sandbox. `world` is touched only inside `changing` or `reading`."""

    def __init__(self, changes: Changes, now: Callable[[], datetime], *, enforce_limits: bool) -> None:
        self.changes = changes
        self.world = World(now)
        self.faults = Faults()
        self.limits = Limits(enforced=enforce_limits)
        self.journal = Journal()

    @contextmanager
    def changing(self) -> Iterator[World]:
        """Change the world; everybody who waits is woken afterwards."""
        with self.changes.changing():
            yield self.world

    @contextmanager
    def reading(self) -> Iterator[World]:
        """Look at the world while nobody changes it."""
        with self.changes.reading():
            yield self.world

    def announce(self) -> None:
        """Wake everybody, waiting polls included: something outside the world changed."""
        with self.changing() as world:
            for bot in world.bots.values():
                bot.updates.disturb()
