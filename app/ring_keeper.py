"""The key ring in a running process: changes are followed, a lock is obeyed, what is destroyed goes."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import structlog

from app.wiring import refuse_locked
from store.epochs import drop_destroyed
from store.errors import LockedError
from store.ring_file import RingFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from app.settings import Settings
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
            tidy(house)


def tidy(house: House) -> None:
    """Take out of this home's ring what was destroyed elsewhere, and bring its copy up to date."""
    drop_destroyed(house.store)
    copy = house.settings.ring_copy
    if copy is not None:
        RingFile(house.settings.ring_path, b"", copies=(copy,)).refresh_copies()


def wait_while_locked(settings: Settings, say: Callable[[str], None]) -> None:
    """Return once the ring is not locked, at once if it never was. Says once that it waits."""
    said = False
    while _is_locked(settings.ring_path):
        if not said:
            say("locked: waiting for `panah unlock`")
        said = True
        time.sleep(LOOK_EVERY)


def _is_locked(path: Path) -> bool:
    try:
        refuse_locked(path)
    except LockedError:
        return True
    return False
