"""A key-encryption key made from a passphrase, and how one is asked for: on a terminal, never where there is none."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.settings import SettingsError
from store.ring_file import Passphrase
from store.vault import KEY_BYTES, text_bytes

if TYPE_CHECKING:
    from app.settings import Settings

LOG2_N = 17
"""scrypt with N = 2^17, r = 8, p = 1: 128 MiB and a third of a second, what OWASP's cheat sheet asks for (2024)."""
SHORTEST = 12
"""Characters of a new passphrase. What matters is that nobody else has thought of it: six random words."""


def new_passphrase() -> Passphrase:
    """Return fresh parameters, to be kept in the ring."""
    return Passphrase(os.urandom(16), LOG2_N)


def key_from(passphrase: str, how: Passphrase) -> bytes:
    """Make the key; the same passphrase and parameters give the same one. Takes a third of a second."""
    return Scrypt(salt=how.salt, length=KEY_BYTES, n=1 << how.log2_n, r=8, p=1).derive(text_bytes(passphrase))


def given_or_asked(settings: Settings) -> str:
    """Return PANAH_PASSPHRASE, or what is typed on the terminal; raises SettingsError where there is neither."""
    if settings.passphrase is not None:
        return settings.passphrase.get_secret_value()
    if not sys.stdin.isatty():
        raise SettingsError(
            "a passphrase opens this home and there is no terminal to ask for it: start from one, or put it for now "
            "into a file in memory and name that in PANAH_PASSPHRASE_FILE"
        )
    return str(click.prompt("Passphrase", hide_input=True, err=True))


def chosen(settings: Settings) -> str:
    """Return a new passphrase: PANAH_PASSPHRASE, or typed twice on the terminal; raises SettingsError."""
    if settings.passphrase is not None:
        text = settings.passphrase.get_secret_value()
    elif sys.stdin.isatty():
        text = str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    else:
        raise SettingsError("there is no terminal to ask for a passphrase; give it in PANAH_PASSPHRASE_FILE")
    if len(text) < SHORTEST:
        raise SettingsError(f"the passphrase has fewer than {SHORTEST} characters; take six random words")
    return text
