"""The key-encryption key: from the environment, a file, a command, a passphrase, or where ``init`` put it."""

from __future__ import annotations

import base64
import shlex
import subprocess
from typing import TYPE_CHECKING

from app.key.passphrase import given_or_asked, key_from
from app.settings import SettingsError
from store.errors import StoreError
from store.ring_file import destroy_file, open_ring, passphrase_of, replace_secret
from store.vault import read_key

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings

COMMAND_SECONDS = 30
"""How long PANAH_KEY_COMMAND may take: it may ask a person for a passphrase or a touch."""


def find_key(settings: Settings) -> str:
    """Return the key-encryption key from wherever it comes. May ask for a passphrase on a terminal.

    Raises SettingsError.
    """
    if settings.key is not None:
        return settings.key.get_secret_value()
    if settings.key_command:
        return _from_command(settings.key_command)
    how = passphrase_of(settings.ring_path)
    if how is not None:
        return base64.b64encode(key_from(given_or_asked(settings), how)).decode()
    try:
        return settings.key_path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise SettingsError(
            "there is no key: set PANAH_KEY, PANAH_KEY_FILE or PANAH_KEY_COMMAND. `panah init` makes the one of a new "
            f"home, `panah key recover` puts one together from its shares; both keep it in {settings.key_path}"
        ) from None
    except OSError as error:
        raise SettingsError(f"the key {settings.key_path} cannot be read ({error.strerror})") from None
    except ValueError:
        raise SettingsError(f"{settings.key_path} does not hold a key") from None


def _from_command(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  the operator's own command
            shlex.split(command), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        raise SettingsError("PANAH_KEY_COMMAND failed; run it by hand to see why") from None
    return done.stdout.strip()


def is_key_given(settings: Settings) -> bool:
    """Whether there is a key, or a command or a passphrase that ought to give one."""
    return (
        settings.key is not None
        or settings.key_command is not None
        or passphrase_of(settings.ring_path) is not None
        or settings.key_path.exists()
    )


def is_ours(settings: Settings) -> bool:
    """Whether the key lies in the file that ``init`` made, where we may put another in its place."""
    given = settings.key is not None or settings.key_command is not None
    return not given and passphrase_of(settings.ring_path) is None


def kept_key(settings: Settings) -> bytes | None:
    """Return the key that lies in ``init``'s file now; None where the key comes from elsewhere. Asks nobody."""
    if not is_ours(settings):
        return None
    try:
        return read_key(settings.key_path.read_text(encoding="ascii"))
    except (OSError, ValueError, StoreError):
        return None


def next_key_path(settings: Settings) -> Path:
    """Where a new key lies from before the ring is wrapped by it until it has taken the old one's place."""
    return settings.key_path.with_name(f"{settings.key_path.name}.new")


def finish_change(settings: Settings) -> bool:
    """Put the new key in place of the old if a change of keys broke off in between; return whether it had."""
    path = next_key_path(settings)
    if not is_ours(settings) or not path.exists():
        return False
    try:
        text = path.read_text(encoding="ascii")
        open_ring(settings.ring_path, read_key(text))
    except (OSError, ValueError, StoreError):
        return False
    replace_secret(settings.key_path, text)
    destroy_file(path)
    return True
