"""What the settings page knows of the instance; the house looks, verifies and locks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cases.retention import Terms


class HousekeepingError(Exception):
    """It could not be done; the message says why and holds nothing of anybody."""


@dataclass(frozen=True)
class Finding:
    """One line of the examination, in English. ``level`` is ok, warn or fault."""

    name: str
    level: str
    what: str
    what_to_do: str


@dataclass(frozen=True)
class KeyFacts:
    """Which epochs of keys there are, oldest first, and which of them wraps what is new."""

    epochs: Sequence[str]
    current: str


class Housekeeping(Protocol):
    """The keeping of one home."""

    @property
    def terms(self) -> Terms:
        """Return the terms of retention."""

    @property
    def can_be_locked(self) -> bool:
        """Whether somebody could unlock it again."""

    def keys(self) -> KeyFacts:
        """Return which keys there are, never one of them."""

    def examine(self) -> list[Finding]:
        """Look at everything that must be right; takes seconds. Raises HousekeepingError."""

    def verify(self) -> list[str]:
        """Check all evidence; return what does not agree, a line each. Raises HousekeepingError."""

    def lock(self) -> None:
        """Make this instance unreadable; the process that was asked ends soon. Raises HousekeepingError."""
