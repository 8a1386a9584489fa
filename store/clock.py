"""Business time: the one clock every decision is made by, and the sandbox's way to move it.

I/O time-outs use real time; everything that means something to a person uses this clock.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from store.errors import ClockRefusedError, NaiveDatetimeError

if TYPE_CHECKING:
    from pathlib import Path


class Clock(Protocol):
    """Anything that can say what time it is for the business."""

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved; for tests inside one process."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise NaiveDatetimeError("a clock needs an aware datetime")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant the hands stand at."""
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move the hands by ``by`` (may be negative) and return the new instant."""
        self._at += by
        return self._at


class SharedClock:
    """The machine's clock plus an offset kept in a small file, so that all processes of a sandbox move together.

    A missing file is an offset of zero. Reading costs one ``stat``; the file is parsed when it changed.
    """

    def __init__(self, path: Path, *, sandbox: bool) -> None:
        if not sandbox:
            raise ClockRefusedError("the clock can be moved in a sandbox only")
        self._path = path
        self._stamp: int | None = None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """Return the moved instant, aware UTC."""
        return datetime.now(UTC) + self._read()

    def advance(self, by: timedelta) -> datetime:
        """Move all processes' clocks by ``by``; two movers at once both count."""
        lock_path = self._path.with_suffix(".lock")
        with lock_path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            offset = self._read() + by
            scratch = self._path.with_suffix(f".{os.getpid()}")
            scratch.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
            self._mark_as_newer(scratch)
            scratch.replace(self._path)
        return self.now()

    def _mark_as_newer(self, scratch: Path) -> None:
        """Give it a time no earlier file had: the file system's own clock ticks too slowly to tell two moves apart."""
        before = self._path.stat().st_mtime_ns if self._path.exists() else 0
        newer = max(time.time_ns(), before + 1)
        os.utime(scratch, ns=(newer, newer))

    def _read(self) -> timedelta:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return timedelta(0)
        if found.st_mtime_ns != self._stamp:
            # The stamp of before the reading: if the file is replaced meanwhile, the next call reads again.
            self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset_seconds"])
            self._stamp = found.st_mtime_ns
        return self._offset
