"""The key-encryption key in three shares of words (SLIP-39), any two of which give it back; one says nothing of it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from app.settings import SettingsError
from store.vault import read_key

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARES, ENOUGH = 3, 2


def split_key(key: str) -> list[str]:
    """Return three shares of 33 words each. Splitting again gives others; shares of two splittings do not mix."""
    (shares,) = generate_mnemonics(1, [(ENOUGH, SHARES)], read_key(key))
    return [str(share) for share in shares]


def recover_key(shares: Sequence[str]) -> str:
    """Return the key from two shares, in the form PANAH_KEY takes; raises SettingsError, repeating no word of them."""
    try:
        key = combine_mnemonics([" ".join(share.lower().split()) for share in shares])
    except (MnemonicError, ValueError):
        raise SettingsError(
            "these shares do not go together: a word is wrong or missing, one is twice there, or they come from two "
            "splittings"
        ) from None
    return base64.b64encode(key).decode()
