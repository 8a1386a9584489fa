"""The key ring in a running process: changes are followed, a lock is obeyed, what is destroyed goes."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import structlog

from app.locked.callers import ways_now
from app.locked.intake import publish
from app.wiring import refuse_locked
from store.epochs import drop_destroyed
from store.errors import LockedError
from store.queues import where_it_failed
from store.ring_file import RingFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from app.wiring import House

log = structlog.get_logger(__name__)
LOOK_EVERY = 0.25
"""Real seconds between two looks at the ring."""
TIDY_EVERY = 60.0
"""Real seconds between two looks at what else is to be done with it."""


def end_process() -> None:
    """Ask this process to end, as a service manager would: what lies in its memory goes with it."""
    os.kill(os.getpid(), signal.SIGTERM)


def watch_ring(house: House, stop: threading.Event, end: Callable[[], None] = end_process) -> None:
    """Follow the ring until ``stop``. When it is taken away, hold no key from then on, and ``end`` this process."""
    tidy_at = 0.0
    while not stop.wait(LOOK_EVERY):
        try:
            house.store.look_at_ring()
        except LockedError:
            log.critical("locked")
            end()
            stop.wait()
            return
        if time.monotonic() >= tidy_at:
            tidy_at = time.monotonic() + TIDY_EVERY
            _tidy_if_possible(house)


def _tidy_if_possible(house: House) -> None:
    """Tidy; whatever goes wrong with that must not keep us from seeing that the ring was taken away."""
    try:
        tidy(house)
    except LockedError:
        raise
    except Exception:
        log.exception("ring_not_tidied", trouble=where_it_failed())


def tidy(house: House) -> None:
    """Take out of this home's ring what was destroyed elsewhere, bring its copy up to date, and be ready for a lock."""
    drop_destroyed(house.store)
    publish(house.settings, house.store.ring)
    with house.store.read() as unit:
        house.callers.ways = ways_now(unit)
    copy = house.settings.ring_copy
    if copy is not None:
        RingFile(house.settings.ring_path, b"", copies=(copy,)).refresh_copies()


def is_locked(path: Path) -> bool:
    """Whether the ring lies locked now."""
    try:
        refuse_locked(path)
    except LockedError:
        return True
    return False
