"""What the pure parts of a docket are given of an occurrence: plain values, no row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True)
class Seen:
    """One dated occurrence. All instants are aware UTC."""

    id: UUID
    matter_id: UUID
    kind: str
    at: datetime
    day_only: bool
    for_at: datetime | None
    until_at: datetime | None
    zone: str
    term_ends: tuple[datetime, ...] = ()
    """Ends of the terms it names, each once."""
    entered_at: datetime | None = None


def is_later(one: Seen, other: Seen) -> bool:
    """Whether one was entered when the other was known; of two entered in the same moment each is."""
    return one.entered_at is None or other.entered_at is None or one.entered_at >= other.entered_at
