"""What lists share: pages of rows, and what stands in an address, read as what it must be or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

LAST_PAGE: Final = 10_000
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
"""Days that a page can be asked for: what lies beyond has no dates of ours, and no clock reckons with it."""


@dataclass(frozen=True)
class Paged:
    """One page of a list. ``count``: of how many rows, where that is known."""

    rows: Sequence[Any]
    page: int
    has_more: bool
    count: int | None = None

    @classmethod
    def of(cls, rows: Sequence[Any], page: int, size: int) -> Paged:
        """Cut a page out of all rows; beyond the last there is the last."""
        page = min(page, max((len(rows) - 1) // size, 0) + 1)
        begin = (page - 1) * size
        return cls(rows[begin : begin + size], page, begin + size < len(rows), len(rows))


def number_in(text: str) -> int:
    """Return the number of a page, from 1; whatever is none is the first."""
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) <= len("10000") else 1


def id_in(text: str | None) -> UUID | None:
    """Return an id; None for whatever is none."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


def day_in(text: str) -> date | None:
    """Return a day as a browser writes it; None for anything else, and for days far from any of ours."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
