"""The key-encryption key: from the environment, a file, a command, or where ``init`` put it."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from app.settings import SettingsError

if TYPE_CHECKING:
    from app.settings import Settings

COMMAND_SECONDS = 30
"""How long PANAH_KEY_COMMAND may take: it may ask a person for a passphrase or a touch."""


def find_key(settings: Settings) -> str:
    """Return the key-encryption key from the environment, a file, a command, or where ``init`` put it.

    Raises SettingsError.
    """
    if settings.key is not None:
        return settings.key.get_secret_value()
    if settings.key_command:
        return _from_command(settings.key_command)
    try:
        return settings.key_path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise SettingsError(
            "there is no key: set PANAH_KEY, PANAH_KEY_FILE or PANAH_KEY_COMMAND, or run `panah init`, which keeps "
            f"one in {settings.key_path}"
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
    """Whether there is a key, or a command that ought to print one."""
    return settings.key is not None or settings.key_command is not None or settings.key_path.exists()
