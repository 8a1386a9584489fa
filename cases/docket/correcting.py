"""Correcting what was entered wrongly. Nothing is deleted: what was wrong is superseded, and all that it set is undone.

Clocks are counted anew. Watches that the entry opened end; those that it had ended are watched for again, the missed
ones at once: somebody who was never released must not be forgotten because a form said so for an hour. A hearing that
it had moved or called off is entered again, as it stood.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.changed import ChangedMeanwhileError
from cases.docket.clocks import recount
from cases.docket.entering import GIVES_UP_A_SLOT, enter, entry_in, given_up_by, read_risk_anew
from cases.docket.events import OccurrenceSuperseded
from cases.docket.history import history, seen_of, standing
from cases.docket.models import Occurrence, OccurrenceState, Watch, WatchState
from cases.docket.vocabulary import meaning_of
from cases.docket.watches import end_watches, watch_anew
from cases.docket.watching import watches_of
from cases.models import Case
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from cases.docket.entering import Entry
    from store.unit_of_work import UnitOfWork


def take_back(unit: UnitOfWork, case_id: UUID, occurrence_id: UUID) -> Occurrence:
    """Have an entry stand no longer, because it was wrong; return it.

    Raises ChangedMeanwhileError where it stands no longer already: ``stands`` is what came in its place, if anything.
    """
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = _standing(unit, case_id, occurrence_id)
    _supersede(unit, row)
    _have_stand_again(unit, row)
    recount(unit, case)
    read_risk_anew(unit, case_id, row)
    return row


def correct(unit: UnitOfWork, case_id: UUID, occurrence_id: UUID, entry: Entry, *, zone: str) -> Occurrence:
    """Put a right entry in the place of a wrong one, in one unit; return the new one.

    It is about the same matter, unless a hearing stands there again that the wrong one had moved or called off. Raises
    ChangedMeanwhileError as :func:`take_back`, EntryError as :func:`cases.docket.entering.enter`.
    """
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = _standing(unit, case_id, occurrence_id)
    _supersede(unit, row)
    stands_again = entry.event not in GIVES_UP_A_SLOT and _have_stand_again(unit, row)
    return enter(unit, case_id, replace(entry, moves=None), zone=zone, instead_of=None if stands_again else row)


def _have_stand_again(unit: UnitOfWork, row: Occurrence) -> bool:
    """Enter the hearing once more that an entry had moved or called off; return whether there was one.

    Not where its matter stands by another word. A row that was superseded stays so: whoever follows a calendar hears of
    what is new alone.
    """
    ids = given_up_by(unit, row)
    if not ids or any(one.matter_id == row.matter_id for one in standing(unit, row.case_id)):
        return False
    gave_way = [one for one in history(unit, row.case_id) if one.id in ids]
    first = min(gave_way, key=lambda one: one.at)
    entry = entry_in(unit, [first, *(one for one in gave_way if one is not first)])
    enter(unit, row.case_id, entry, zone=first.zone, instead_of=first)
    return True


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
        watch_anew(unit, watch)
        if watch.every_seconds is not None:  # of one that was missed the next was waited for already: both ended
            waiting.add(watch.kind)


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
