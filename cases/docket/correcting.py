"""Correcting what was entered wrongly. Nothing is deleted: what was wrong is superseded, and all that it set is undone.

Clocks are counted anew. Watches that the entry opened end; those that it had ended are watched for again, the missed
ones at once: somebody who was never released must not be forgotten because a form said so for an hour. Nor must a
hearing that was neither moved nor called off: it is entered again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from cases.changed import ChangedMeanwhileError
from cases.docket.clocks import recount
from cases.docket.entering import ABOUT_HEARINGS, GIVES_UP_A_SLOT, Entry, When, enter, read_risk_anew
from cases.docket.events import OccurrenceSuperseded
from cases.docket.history import details_of, history, seen_of, standing
from cases.docket.models import Occurrence, OccurrenceState, Watch, WatchState
from cases.docket.vocabulary import WatchKind, meaning_of
from cases.docket.watches import end_watches, open_watch
from cases.docket.watching import PlannedWatch, watches_of
from cases.models import Case
from store.base import OWN
from store.eventlog import EventRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from store.unit_of_work import UnitOfWork


def take_back(unit: UnitOfWork, case_id: UUID, occurrence_id: UUID) -> Occurrence:
    """Have an entry stand no longer, because it was wrong; return it. The hearing that it gave up stands again.

    Raises ChangedMeanwhileError where it stands no longer already: ``stands`` is what came in its place, if anything.
    """
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = _standing(unit, case_id, occurrence_id)
    _supersede(unit, row)
    given_up = _given_up_by(unit, row)
    if given_up:
        _enter_again(unit, given_up)
    else:
        recount(unit, case)
        read_risk_anew(unit, case_id, row)
    return row


def correct(unit: UnitOfWork, case_id: UUID, occurrence_id: UUID, entry: Entry, *, zone: str) -> Occurrence:
    """Put a right entry in the place of a wrong one, in one unit; return the new one. It is about the same matter.

    Raises ChangedMeanwhileError as :func:`take_back`, EntryError as :func:`cases.docket.entering.enter`.
    """
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = _standing(unit, case_id, occurrence_id)
    _supersede(unit, row)
    # What was said of one hearing is said of it again: whatever else stands by now is no part of it.
    same = row.matter_id if row.kind in ABOUT_HEARINGS else None
    return enter(unit, case_id, replace(entry, moves=same), zone=zone, matter_id=row.matter_id)


def _given_up_by(unit: UnitOfWork, row: Occurrence) -> list[Occurrence]:
    """Every row of the hearing that an entry gave up, the earliest date first; none while another row says the same."""
    if row.kind not in GIVES_UP_A_SLOT:
        return []
    matter = [one for one in history(unit, row.case_id) if one.matter_id == row.matter_id]
    if any(one.state == OccurrenceState.STANDING for one in matter):
        return []
    payloads = unit.session.scalars(
        select(EventRow.payload).where(
            EventRow.case_id == row.case_id,
            EventRow.name == OccurrenceSuperseded.__name__,
            EventRow.at == row.entered_at,
        )
    )
    gone = {payload["occurrence_id"] for payload in payloads}
    return sorted((one for one in matter if str(one.id) in gone and one.for_at), key=lambda one: (one.at, one.id))


def _enter_again(unit: UnitOfWork, rows: Sequence[Occurrence]) -> None:
    """Enter a hearing as it stood before: rows are only ever added or superseded, so that calendars see a change."""
    first, told = rows[0], details_of(unit, rows[0])
    entry = Entry(
        event=first.kind,
        happened=When(first.at, first.day_only),
        appointed_at=first.for_at,
        also=tuple(When(one.at, one.day_only) for one in rows[1:]),
        moves=first.matter_id,
        people=first.people,
        source=told.get("source", ""),
        note=told.get("note", ""),
        confidence=told.get("confidence", ""),
    )
    enter(unit, first.case_id, entry, zone=first.zone, matter_id=first.matter_id)


def _standing(unit: UnitOfWork, case_id: UUID, occurrence_id: UUID) -> Occurrence:
    row = unit.session.get(Occurrence, occurrence_id, populate_existing=True)
    if row is None or row.case_id != case_id:
        raise ValueError("there is no such entry in this case")
    if row.state != OccurrenceState.STANDING:
        later = [one for one in standing(unit, case_id) if one.matter_id == row.matter_id]
        raise ChangedMeanwhileError(later[-1].id if later else None)
    return row


def _supersede(unit: UnitOfWork, row: Occurrence) -> None:
    row.state = OccurrenceState.SUPERSEDED
    unit.session.flush()
    unit.record_last(OccurrenceSuperseded(case_id=row.case_id, occurrence_id=row.id, event=row.kind))
    others = [one for one in standing(unit, row.case_id) if one.matter_id == row.matter_id]
    if not others:
        opened = {str(planned.kind) for planned in watches_of(seen_of(unit, row))}
        end_watches(unit, row.case_id, opened, frozenset({row.matter_id}))
        _watch_again(unit, row)


def _watch_again(unit: UnitOfWork, row: Occurrence) -> None:
    """Open what the entry had ended, unless the same is watched for by now."""
    kinds = meaning_of(row.kind).ends | meaning_of(row.kind).ends_of_its_matter
    if not kinds:
        return
    waiting = set(
        unit.session.scalars(select(Watch.kind).where(Watch.case_id == row.case_id, Watch.state == WatchState.WAITING))
    )
    for watch in _ended_by(unit, row, [str(kind) for kind in kinds]):
        if watch.every_seconds is not None and watch.kind in waiting:
            continue
        every = None if watch.every_seconds is None else timedelta(seconds=watch.every_seconds)
        due_at = watch.due_at if every is None else _next_beat(watch, every, unit)
        number = 1 + (unit.session.scalar(_numbers(watch)) or 0)
        planned = PlannedWatch(WatchKind(watch.kind), number, due_at, watch.pages, every)
        open_watch(unit, watch.case_id, watch.matter_id, planned)


def _ended_by(unit: UnitOfWork, row: Occurrence, kinds: Sequence[str]) -> Sequence[Watch]:
    """What went in the very unit in which the entry was made: nothing else is ended at that instant by it."""
    ended = select(Watch).where(
        Watch.case_id == row.case_id,
        Watch.kind.in_(kinds),
        Watch.state == WatchState.CANCELLED,
        Watch.ended_at == row.entered_at,
        Watch.ended_by.is_(None),
    )
    return unit.session.scalars(ended.order_by(Watch.id)).all()


def _next_beat(watch: Watch, every: timedelta, unit: UnitOfWork) -> datetime:
    beats = max((unit.now - watch.due_at) // every + 1, 0)
    return watch.due_at + beats * every


def _numbers(watch: Watch) -> Select[int]:
    return select(func.max(Watch.number)).where(Watch.matter_id == watch.matter_id, Watch.kind == watch.kind)
