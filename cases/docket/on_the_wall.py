"""When the law changes the clocks of a place: what was set for ten o'clock there is at ten by the new clock.

Instants are kept in UTC, which is right for what has happened and wrong for what is to come: Kazakhstan moved to UTC+5
on 1 March 2024, and no court moved its hearings. So each entry keeps, encrypted, how its papers had it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cases.docket.correcting import correct
from cases.docket.entering import When, entry_in, written_on_the_wall
from cases.docket.history import details_of, standing

if TYPE_CHECKING:
    from uuid import UUID

    from cases.docket.entering import Entry
    from cases.docket.models import Occurrence
    from store.unit_of_work import UnitOfWork


def keep_as_written(unit: UnitOfWork, case_id: UUID) -> None:
    """Enter anew what is to come of a case and would be at another hour, or on another day, than its papers say.

    What has happened stays as it is: by which clock it was told is not known any more. Repeating it changes nothing.
    """
    for row in standing(unit, case_id):
        is_to_come = any(at is not None and at > unit.now for at in (row.for_at, row.until_at))
        wall = details_of(unit, row).get("wall") if is_to_come else None
        if wall and wall != written_on_the_wall(row):
            correct(unit, case_id, row.id, _as_written(entry_in(unit, [row]), row, wall), zone=row.zone)


def _as_written(entry: Entry, row: Occurrence, wall: dict[str, str]) -> Entry:
    at = {name: datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(row.zone)) for name, told in wall.items()}
    instants = {name: one.astimezone(UTC) for name, one in at.items()}
    return replace(
        entry,
        happened=When(instants.get("at", entry.happened.at), entry.happened.day_only),
        appointed_at=instants.get("for"),
        until=entry.until and When(instants["until"], entry.until.day_only),
    )
