"""What a message encloses beside its words: an entry for its reader's calendar.

A message keeps which hearing it is about and which change of it; what the calendar is told is read when it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from alerts.wording import OutdatedError
from cases.docket.calendar import hearing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cases.docket.calendar import CalendarEntry
    from store.unit_of_work import UnitOfWork

HEARING, SEQUENCE = "hearing", "sequence"


def change_of(entry: CalendarEntry) -> dict[str, str]:
    """Return the values by which a message encloses an entry as it stands now."""
    return {HEARING: str(entry.id), SEQUENCE: str(entry.sequence)}


def entry_of(unit: UnitOfWork, values: Mapping[str, Any]) -> CalendarEntry | None:
    """Return the entry that a message encloses; None for any other message.

    Raises OutdatedError when the hearing has changed since: another message says so.
    """
    if HEARING not in values:
        return None
    entry = hearing_of(unit, UUID(values[HEARING]))
    if entry is None or str(entry.sequence) != values[SEQUENCE]:
        raise OutdatedError
    return entry
