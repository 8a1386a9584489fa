"""Another key-encryption key for the same ring: crash-safe where the key is ours to replace, spelled out where not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from app.key.finding import finish_change, is_ours, next_key_path
from app.key.passphrase import chosen, key_from, new_passphrase
from app.settings import SettingsError
from app.wiring import ring_file
from store.errors import KeyMissingError
from store.events import RingWrappedAnew
from store.ring_file import destroy_file, open_ring, passphrase_of, replace_secret, write_once
from store.vault import new_key, read_key

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings
    from store.unit_of_work import Store


def change_own_key(settings: Settings) -> Path:
    """Put a new key in place of the one that ``init`` made, and wrap the ring by it; return where it is.

    Whatever moment the process dies at, one of the two files beside each other opens the ring, and the next command
    puts the right one in place. Raises SettingsError where the key comes from elsewhere.
    """
    if not is_ours(settings):
        raise SettingsError("the key comes from elsewhere: see --to")
    finish_change(settings)
    held = ring_file(settings)
    held.open()
    text = new_key() + "\n"
    path = next_key_path(settings)
    destroy_file(path)
    write_once(path, text)
    held.wrap_anew(read_key(text), None)
    replace_secret(settings.key_path, text)
    held.ring_for_others()  # who looked in between found the old key, and looks again
    destroy_file(path)
    return settings.key_path


def change_to_file(settings: Settings, path: Path) -> bool:
    """Wrap the ring by the key in a file, made there if there is none; return whether it was made.

    Where the key is read from is the operator's to change.
    """
    made = not path.exists()
    if path.resolve().is_relative_to(settings.home):
        raise SettingsError(f"{path} lies inside the home it opens; keep the key elsewhere")
    if made:
        write_once(path, new_key() + "\n")
    try:
        key = read_key(path.read_text(encoding="ascii"))
    except (ValueError, KeyMissingError):
        raise SettingsError(f"{path} does not hold a key: 32 bytes in base64") from None
    ring_file(settings).wrap_anew(key, None)
    return made


def change_to_passphrase(settings: Settings) -> None:
    """Wrap the ring by a key made from a new passphrase, which is asked for twice. A key file of ours is destroyed."""
    held = ring_file(settings)
    held.open()
    passphrase = _new_passphrase(settings)
    ours = is_ours(settings)
    how = new_passphrase()
    held.wrap_anew(key_from(passphrase, how), how)
    if ours:
        destroy_file(settings.key_path)


def _new_passphrase(settings: Settings) -> str:
    """PANAH_PASSPHRASE is the old one where there is one; the new one must be typed then."""
    if passphrase_of(settings.ring_path) is not None:
        return chosen(settings.model_copy(update={"passphrase": None}))
    return chosen(settings)


def note_changed(store: Store) -> None:
    """Write down that the ring is opened by another key."""
    with store.unit("cli") as unit:
        unit.record(RingWrappedAnew(case_id=None))


def keep_recovered(settings: Settings, key: str, path: Path | None) -> Path:
    """Write a recovered key to ``path``, or where ``init`` keeps one; return where it is.

    Raises SettingsError when there is a ring and the key does not open it, and rather than overwrite a file.
    """
    if settings.ring_path.exists():
        open_ring(settings.ring_path, read_key(key))
    to = path or settings.key_path
    if path is None and not is_ours(settings):
        raise SettingsError("the key of this home comes from elsewhere; say with --to where the recovered one goes")
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        write_once(to, key + "\n")
    except FileExistsError:
        raise SettingsError(f"{to} exists; say with --to where the recovered key goes") from None
    return to


def key_as_text(settings: Settings) -> str:
    """Return the key-encryption key, however it is given, after it has opened the ring."""
    held = ring_file(settings)
    held.open()
    return base64.b64encode(held.key).decode()
