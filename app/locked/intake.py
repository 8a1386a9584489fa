"""The public half of the intake's key, beside the ring: written while there are keys, read when there are none."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from store.ring_file import epochs_in, replace_secret
from store.sealed import IntakeKey, intake_key, read_intake_key

if TYPE_CHECKING:
    from app.settings import Settings
    from store.vault import KeyRing


def publish(settings: Settings, ring: KeyRing) -> None:
    """See that the file names the pair of the newest epoch; repeating it changes nothing. Raises LockedError.

    Without a ring file there is nothing that could be locked, and nothing is written.
    """
    if not settings.ring_path.exists():
        return
    key = intake_key(ring)
    if read_intake_key(settings.intake_path) != key:
        replace_secret(settings.intake_path, key.as_text())


def withdraw_stale(settings: Settings) -> bool:
    """Take the file away if the ring does not hold what would open; return whether there is a key to seal to.

    Needs no key itself. Without the file nothing is taken in while it is locked, and Telegram keeps what people write
    for a day: better than to keep for ever what nobody can open.
    """
    key, held = published(settings), epochs_in(settings.ring_path)
    if key is not None and (held is None or key.epoch in held):
        return True
    with suppress(OSError):  # nothing may keep it from being locked; what seals looks as well
        settings.intake_path.unlink(missing_ok=True)
    return False


def published(settings: Settings) -> IntakeKey | None:
    """Return what can be sealed to now; None where nobody has written it down."""
    return read_intake_key(settings.intake_path)
