"""Passwords: argon2id under a key of ours, and checks that take as long whatever they find.

A copy of the database alone lets nobody try passwords: what is hashed is keyed with the ring first.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import unicodedata
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.vault import text_bytes

if TYPE_CHECKING:
    from store.vault import KeyRing

SHORTEST: Final = 12
LONGEST: Final = 128
DIFFERENT: Final = 5
"""So many different characters at least: what is left of a key held down is no password."""
AT_ONCE: Final = 2
"""Hashes a process computes at the same time. Each takes 64 MiB for a tenth of a second."""


class Found(Enum):
    """Which password it was."""

    NEITHER = "neither"
    REAL = "real"
    DURESS = "duress"


def complaint(password: str, login: str) -> str | None:
    """Say what is wrong with a new password, as the end of a text key; None for a good one."""
    tidy = _tidy(password)
    if len(tidy) < SHORTEST:
        return "short"
    if len(tidy) > LONGEST:
        return "long"
    if len(set(tidy)) < DIFFERENT or tidy.casefold() in _tidy(login).casefold():
        return "weak"
    return None


def same(one: str, other: str) -> bool:
    """Whether two passwords count as one, in constant time."""
    return hmac.compare_digest(text_bytes(_tidy(one)), text_bytes(_tidy(other)))


class Passwords:
    """Hashes and checks passwords of one installation. Shared by all threads of a process.

    ``hasher``: how slow (argon2id; the default is RFC 9106's second choice).
    """

    def __init__(self, ring: KeyRing, hasher: PasswordHasher | None = None) -> None:
        self._key = ring.subkey("password")
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """Hash a password; the same one twice gives two hashes."""
        with self._turn:
            return self._hasher.hash(self._keyed(password))

    def hash_of_nothing(self) -> str:
        """Return the hash of a password that nobody knows."""
        return self.hash(secrets.token_urlsafe())

    def check(self, real: str | None, duress: str | None, password: str) -> Found:
        """Say which of two it is. Always computes both, of a stand-in where there is none: it takes as long for all."""
        is_real, is_duress = self._matches(real, password), self._matches(duress, password)
        return Found.REAL if is_real else Found.DURESS if is_duress else Found.NEITHER

    def _matches(self, hashed: str | None, password: str) -> bool:
        try:
            with self._turn:
                self._hasher.verify(hashed or self._stand_in, self._keyed(password))
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    @cached_property
    def _stand_in(self) -> str:
        return self._hasher.hash(secrets.token_bytes())

    def _keyed(self, password: str) -> bytes:
        return hmac.digest(self._key, text_bytes(_tidy(password)), "sha256")


def _tidy(password: str) -> str:
    """The same password typed on another keyboard is the same."""
    return unicodedata.normalize("NFKC", password)
