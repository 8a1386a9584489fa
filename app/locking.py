"""Making an instance unreadable at once, and readable again: the ring is sealed to somebody who is not here.

Locking needs no secret, so it can be done by whoever is at the keyboard, in a second. Unlocking needs the identity of
the recipient, which is kept elsewhere, and afterwards the key as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyrage

from app.backup.form import BackupError
from app.backup.identity import read_recipients
from app.locked.intake import withdraw_stale
from app.settings import SettingsError
from store.ring_file import destroy_file, locked_path, ring_lock, scratch_of, sweep, write_once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.settings import Settings


@dataclass(frozen=True)
class Locked:
    """``copies``: where copies of the ring were destroyed as well.

    ``takes_in``: whether what comes in can be sealed from now on. ``before``: it had been locked already.
    """

    copies: tuple[Path, ...]
    takes_in: bool
    before: bool = False


def lock(settings: Settings, recipients: Sequence[str]) -> Locked:
    """Seal the ring to ``recipients`` and destroy it.

    The sealed one is on the disk before the open one goes; a public key to seal to of which the ring knows nothing any
    more goes before. Raises SettingsError without a recipient or a ring, BackupError for what is no recipient. Where it
    is locked already, what was left to do by a process that died is done.
    """
    path, sealed_at = settings.ring_path, locked_path(settings.ring_path)
    if sealed_at.exists() and not path.exists():
        return _finish(settings)
    if not recipients:
        raise SettingsError(
            "nobody could unlock it again: set PANAH_BACKUP_RECIPIENT, or give --to (`panah key identity` makes one)"
        )
    with ring_lock(path):
        if not path.exists():
            raise SettingsError("there is no key ring here: nothing to lock")
        sealed = pyrage.encrypt(path.read_bytes(), read_recipients(recipients), armored=True).decode("ascii")
        destroy_file(sealed_at)
        write_once(sealed_at, sealed)
        takes_in = withdraw_stale(settings)
        # First out of sight, by one rename: a ring that is half overwritten would be neither open nor locked.
        destroy_file(path.rename(scratch_of(path)))
        return Locked(tuple(copy for copy in _copies(settings) if destroy_file(copy)), takes_in)


def _finish(settings: Settings) -> Locked:
    with ring_lock(settings.ring_path):
        sweep(settings.ring_path)
        copies = tuple(copy for copy in _copies(settings) if destroy_file(copy))
        return Locked(copies, withdraw_stale(settings), before=True)


def _copies(settings: Settings) -> list[Path]:
    """Every other copy of the ring that we know of and can reach."""
    return [] if settings.ring_copy is None else [settings.ring_copy]


def unlock(settings: Settings, identity: object) -> None:
    """Put the ring back; raises BackupError for another identity, SettingsError when nothing is locked."""
    path, sealed_at = settings.ring_path, locked_path(settings.ring_path)
    with ring_lock(path):
        if not sealed_at.exists():
            raise SettingsError("nothing is locked here")
        try:
            text = bytes(pyrage.decrypt(sealed_at.read_bytes(), [identity])).decode("ascii")
        except pyrage.DecryptError:
            raise BackupError("this identity does not open the lock") from None
        if not path.exists():
            write_once(path, text)
        sealed_at.unlink()
