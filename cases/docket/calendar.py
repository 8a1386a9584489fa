"""What of a docket stands in a calendar: hearings and running clocks, as a code and a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from cases.docket.clocks import HEARING, REMOVAL
from cases.docket.events import DeadlineMoved
from cases.docket.models import Deadline, DeadlineState, Occurrence, OccurrenceState
from cases.docket.reading import is_vouched_for
from cases.docket.vocabulary import APPOINTMENTS
from cases.models import Case
from law.signoff import standing_signoffs
from store.eventlog import EventRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from store.unit_of_work import UnitOfWork

HEARING_TAKES = timedelta(hours=1)
"""Nobody knows how long a hearing will take; a calendar wants an end."""
LAST_HALF_HOUR = timedelta(minutes=30)
"""A deadline stands in a calendar as what is left of it at the end."""


class EntryKind(StrEnum):
    """What an entry may say of itself: no more than this."""

    HEARING = "hearing"
    DEADLINE = "deadline"


@dataclass(frozen=True)
class CalendarEntry:
    """One entry of a calendar. Instants are aware UTC; ``zone`` is the one the case's papers are dated in.

    ``id`` stays the same wherever the entry moves to, and ``sequence`` rises with every change of it.
    """

    id: UUID
    sequence: int
    kind: EntryKind
    code: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    changed_at: datetime
    """When it last changed, or later."""
    cancelled: bool = False
    """A hearing that stands no longer, and was not moved. A clock that ended is not in a calendar any more."""
    given_back: bool = False
    """Cancelled for its reader alone, who has the case no longer; the hearing may stand."""


def calendar_of(unit: UnitOfWork, case_ids: Sequence[UUID]) -> tuple[CalendarEntry, ...]:
    """Return what stands in the calendar of whoever holds these cases, the soonest first.

    Hearings, also those that stand no longer, as cancelled; clocks that run, where a person entered the date or a
    lawyer vouches for the rule as it reads now. A date that nobody vouches for is no fact, and a calendar has no room
    to say so. The hour of a removal is in none: whoever keeps the calendar need not know it, and alerts tell it.
    """
    named = select(Case.id, Case.code).where(Case.id.in_(case_ids))
    codes = dict(unit.session.execute(named).all())
    entries = [*hearings(_occurrences(unit, case_ids), codes), *_deadlines(unit, codes)]
    return tuple(sorted(entries, key=lambda one: (one.starts_at, one.id)))


def hearing_of(unit: UnitOfWork, matter_id: UUID) -> CalendarEntry | None:
    """Return how a hearing stands now; None where the matter is none."""
    cases = select(Occurrence.case_id).where(Occurrence.matter_id == matter_id)
    named = select(Case.id, Case.code).where(Case.id.in_(cases))
    codes = dict(unit.session.execute(named).all())
    return next((one for one in hearings(_occurrences(unit, list(codes)), codes) if one.id == matter_id), None)


def hearings(occurrences: Iterable[Occurrence], codes: Mapping[UUID, str]) -> Iterator[CalendarEntry]:
    """Yield one entry for each hearing, however often it was moved. Pure. Takes the whole docket of each case."""
    docket = sorted(occurrences, key=lambda one: (str(one.case_id), str(one.matter_id), one.entered_at, one.id))
    changed = {
        case_id: max(one.entered_at for one in rows) for case_id, rows in groupby(docket, lambda one: one.case_id)
    }
    appointed = (one for one in docket if one.kind in APPOINTMENTS and one.for_at is not None)
    for _, rows in groupby(appointed, key=lambda one: one.matter_id):
        yield _hearing(list(rows), codes, changed)


def _hearing(rows: Sequence[Occurrence], codes: Mapping[UUID, str], changed: Mapping[UUID, datetime]) -> CalendarEntry:
    standing = [one for one in rows if one.state == OccurrenceState.STANDING]
    # Where sources disagree the earliest drives, as it does for the clocks; of what stands no longer, the last word.
    drives = min(standing, key=lambda one: one.at) if standing else rows[-1]
    assert drives.for_at is not None  # noqa: S101  such rows alone are asked for
    superseded = len(rows) - len(standing)
    return CalendarEntry(
        id=drives.matter_id,
        # Rows are only ever added or superseded, so that this rises with either.
        sequence=len(rows) - 1 + superseded,
        kind=EntryKind.HEARING,
        code=codes[drives.case_id],
        starts_at=drives.for_at,
        ends_at=drives.for_at + HEARING_TAKES,
        zone=drives.zone,
        # When a row was superseded is not in it; something else of the case was entered in the same moment.
        changed_at=rows[-1].entered_at if standing else changed[drives.case_id],
        cancelled=not standing,
    )


def _occurrences(unit: UnitOfWork, case_ids: Sequence[UUID]) -> Sequence[Occurrence]:
    return unit.session.scalars(select(Occurrence).where(Occurrence.case_id.in_(case_ids))).all()


def _deadlines(unit: UnitOfWork, codes: Mapping[UUID, str]) -> Iterator[CalendarEntry]:
    running = select(Deadline).where(
        Deadline.case_id.in_(codes),
        Deadline.state == DeadlineState.RUNNING,
        Deadline.rule_id.not_in((HEARING, REMOVAL)),
    )
    moves, words = _moves(unit, codes), standing_signoffs(unit)
    for row in unit.session.scalars(running).all():
        if is_vouched_for(row, words, unit.now):
            yield CalendarEntry(
                id=row.id,
                sequence=moves[row.id],
                kind=EntryKind.DEADLINE,
                code=codes[row.case_id],
                starts_at=row.safe_at - LAST_HALF_HOUR,
                ends_at=row.safe_at,
                zone=row.zone,
                changed_at=row.counted_at,
            )


def _moves(unit: UnitOfWork, codes: Mapping[UUID, str]) -> Counter[UUID]:
    """How often each clock was moved: the log knows."""
    moved = select(EventRow.payload).where(EventRow.case_id.in_(codes), EventRow.name == DeadlineMoved.__name__)
    return Counter(UUID(payload["deadline_id"]) for payload in unit.session.scalars(moved))
