"""What a message encloses beside its words: an entry for its reader's calendar.

A message keeps which hearing it is about and which change of it; what the calendar is told is read when it leaves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from alerts.telling.wording import OutdatedError
from cases.docket.calendar import hearing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cases.docket.calendar import CalendarEntry
    from store.unit_of_work import UnitOfWork

HEARING, SEQUENCE, TOLD_AT, GIVEN_BACK = "hearing", "sequence", "told_at", "given_back"


def change_of(entry: CalendarEntry, *, told_at: datetime, given_back: bool = False) -> dict[str, str]:
    """Return the values by which a message encloses an entry as it stands now.

    With ``given_back`` it takes the entry out of the calendar of somebody who has the case no longer.
    """
    values = {HEARING: str(entry.id), SEQUENCE: str(entry.sequence), TOLD_AT: told_at.isoformat()}
    return values | ({GIVEN_BACK: "yes"} if given_back else {})


def entry_of(unit: UnitOfWork, values: Mapping[str, Any]) -> CalendarEntry | None:
    """Return the entry that a message encloses; None for any other message.

    Raises OutdatedError when the hearing has changed since: another message says so.
    """
    if HEARING not in values:
        return None
    entry = hearing_of(unit, UUID(values[HEARING]))
    if entry is None:
        raise OutdatedError
    # The same change may be told again, to who took the case again: a calendar takes the later of two words for it.
    told_at = datetime.fromisoformat(values[TOLD_AT]) if TOLD_AT in values else entry.changed_at
    told = replace(entry, changed_at=max(entry.changed_at, told_at))
    if GIVEN_BACK in values:
        return replace(told, cancelled=True, given_back=True)
    if str(entry.sequence) != values[SEQUENCE]:
        raise OutdatedError
    return told
