"""Who works on a home right now: what must have it alone asks here. The kernel forgets whoever dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Be one of those who work on a home; raises SettingsError while somebody has it alone."""
    with _lock(home, fcntl.LOCK_SH, "a backup is being put back into this home; try again when that is done"):
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the only one at a home; raises SettingsError while `panah up` runs there. Other machines are not seen."""
    with _lock(home, fcntl.LOCK_EX, "`panah up` runs on this home; stop it first"):
        yield


@contextmanager
def _lock(home: Path, how: int, otherwise: str) -> Iterator[None]:
    handle = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise SettingsError(otherwise) from None
    try:
        yield
    finally:
        os.close(handle)
