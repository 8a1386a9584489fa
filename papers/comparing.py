"""What differs between a paper that was approved and the same paper as it would be drawn now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Change:
    """One place: what stood there, and what stands there now; either may be empty."""

    before: tuple[str, ...]
    now: tuple[str, ...]


def changes(before: Sequence[str], now: Sequence[str]) -> tuple[Change, ...]:
    """Return every place in which two papers differ, line by line, in order; none where they are the same."""
    return tuple(_changes(before, now))


def _changes(before: Sequence[str], now: Sequence[str]) -> Iterator[Change]:
    for what, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if what != "equal":
            yield Change(tuple(before[a:b]), tuple(now[c:d]))
