"""Waiting for `panah unlock`, and what is done meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.key.ring_keeper import is_locked
from app.locked.running import watch_for_ring, works_while_locked
from app.roles import STOP_WITHIN, Part, supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.locked.callers import Way
    from app.settings import Settings


def stay_locked(settings: Settings, roles: frozenset[str], ways: Sequence[Way], say: Callable[[str], None]) -> None:
    """Return once the ring is not locked, at once if it never was. Says once that it waits."""
    if not is_locked(settings.ring_path):
        return
    works = works_while_locked(settings, roles, ways)
    meanwhile = "what comes in is sealed" if works else "nothing is taken in here"
    say(f"locked: {meanwhile}; waiting for `panah unlock`")
    stop = threading.Event()
    threads = [
        threading.Thread(target=supervise, args=(Part(name, work), stop), name=name, daemon=True)
        for name, work in works.items()
    ]
    for thread in threads:
        thread.start()
    watch_for_ring(settings, stop)
    for thread in threads:
        thread.join(STOP_WITHIN)
