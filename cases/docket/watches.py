"""Opening, keeping and ending watches. Each is a row with a timer; what becomes of a missed one is the scheduler's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from cases.docket.events import WatchEnded, WatchMissed, WatchOpened
from cases.docket.models import Watch, WatchState
from cases.docket.vocabulary import ROUTINE, WatchKind
from cases.docket.watching import PlannedWatch, still_worth_asking, watches_of
from cases.models import Case
from store.base import OWN, new_id
from store.timers import set_timers, stop_timer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from cases.docket.seen import Seen
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

WATCH_TIMER = "docket_watch"
"""The timer of a watch."""


def open_watches(unit: UnitOfWork, case_id: UUID, seen: Seen) -> None:
    """Open the watches an occurrence brings. Of a matter that moved, the former ones end first.

    One that repeats is opened once a case: what brings it again only leaves it as it is, unless it was agreed for a
    time: then the new time holds. Of several of a kind that are overdue already, because it was entered late, the
    latest is opened, due now: nobody needs to be asked the same thing twice.
    """
    for watch in _open_ones(unit, Watch.matter_id == seen.matter_id):
        _end(unit, watch, WatchState.CANCELLED)
    worth_asking = still_worth_asking(watches_of(seen), unit.now)
    if not worth_asking:
        return
    before = unit.session.scalar(select(func.max(Watch.number)).where(Watch.matter_id == seen.matter_id)) or 0
    end_watches(unit, case_id, [planned.kind for planned in worth_asking if planned.replaces])
    stands = _repeating(unit, case_id, [planned.kind for planned in worth_asking if planned.every is not None])
    wanted = [planned for planned in worth_asking if planned.every is None or planned.kind not in stands]
    _open(unit, case_id, seen.matter_id, [replace(planned, number=before + planned.number) for planned in wanted])


def begin_watches(unit: UnitOfWork, first: Mapping[UUID, Seen]) -> None:
    """Open the watches that the first entry of each of some cases brings; ``first``: what it was, by the case.

    As :func:`open_watches` for a case of which nothing is watched for yet, in a few statements for all of them.
    """
    _open_all(
        unit,
        [
            (case_id, seen.matter_id, planned)
            for case_id, seen in first.items()
            for planned in still_worth_asking(watches_of(seen), unit.now)
        ],
    )


def _repeating(unit: UnitOfWork, case_id: UUID, kinds: Sequence[str]) -> set[str]:
    """Of some kinds, those that are watched for in a case already."""
    same = select(Watch.kind).where(Watch.case_id == case_id, Watch.kind.in_(kinds), Watch.state == WatchState.WAITING)
    return set(unit.session.scalars(same)) if kinds else set()


def keep_watch(unit: UnitOfWork, watch: Watch, by: str) -> None:
    """Note that what was watched for has happened; one that repeats is opened anew. Repeating it changes nothing."""
    if watch.state in (WatchState.KEPT, WatchState.CANCELLED):
        return
    was_waiting = watch.state == WatchState.WAITING
    watch.ended_by = by
    _end(unit, watch, WatchState.KEPT)
    if was_waiting:  # of one that was missed the next was opened when it was
        repeat(unit, watch)


def mark_missed(unit: UnitOfWork, watch: Watch) -> None:
    """Note that what was watched for has not happened. What was missed of the same before is no question any more."""
    same = (Watch.matter_id == watch.matter_id, Watch.kind == watch.kind, Watch.number < watch.number)
    for earlier in _open_ones(unit, *same, Watch.state == WatchState.MISSED):
        _end(unit, earlier, WatchState.CANCELLED)
    watch.state = WatchState.MISSED
    unit.session.flush()
    unit.record_last(WatchMissed(case_id=watch.case_id, watch_id=watch.id, watch=watch.kind))


def give_up_watch(unit: UnitOfWork, watch: Watch, by: str) -> bool:
    """Watch for something no longer, now or at any later beat; return whether it was still watched for."""
    same = _open_ones(unit, Watch.case_id == watch.case_id, Watch.kind == watch.kind)
    for one in same:
        one.ended_by = by
        _end(unit, one, WatchState.CANCELLED)
    return bool(same)


def repeat(unit: UnitOfWork, watch: Watch) -> None:
    """Open the next of a watch that repeats: the first time of its beat that is still to come."""
    if watch.every_seconds is None:
        return
    every = timedelta(seconds=watch.every_seconds)
    beats = max((unit.now - watch.due_at) // every + 1, 1)
    due_at = watch.due_at + beats * every
    following = PlannedWatch(WatchKind(watch.kind), watch.number + 1, due_at, watch.pages, every)
    _open(unit, watch.case_id, watch.matter_id, [following])


def watch_anew(unit: UnitOfWork, watch: Watch) -> None:
    """Open once more what ended and is a question again: what repeats at its next beat, else due when it was."""
    due_at, every = watch.due_at, None
    if watch.every_seconds is not None:
        every = timedelta(seconds=watch.every_seconds)
        due_at += max((unit.now - due_at) // every + 1, 0) * every
    numbers = select(func.max(Watch.number)).where(Watch.matter_id == watch.matter_id, Watch.kind == watch.kind)
    number = 1 + (unit.session.scalar(numbers) or 0)
    planned = PlannedWatch(WatchKind(watch.kind), number, due_at, watch.pages, every)
    _open(unit, watch.case_id, watch.matter_id, [planned])


def watch_on(unit: UnitOfWork, case_id: UUID, ended_at: datetime) -> None:
    """Watch on for what ended by nobody's word at an instant, when its case was closed.

    What was still to come is the same as before, so that a promise stays one. Of what is overdue the latest of each
    kind is opened anew: at its next beat if it repeats, else now; what is routine and over is asked about no more.
    """
    ended = select(Watch).where(
        Watch.case_id == case_id,
        Watch.state == WatchState.CANCELLED,
        Watch.ended_at == ended_at,
        Watch.ended_by.is_(None),
    )
    in_order = ended.order_by(Watch.id).with_for_update(**OWN).execution_options(populate_existing=True)
    rows = sorted(unit.session.scalars(in_order), key=lambda watch: watch.due_at)
    ahead = [watch for watch in rows if watch.due_at > unit.now]
    for watch in ahead:
        watch.state, watch.ended_at = WatchState.WAITING, None
    unit.session.flush()
    set_timers(unit, WATCH_TIMER, {watch.id: watch.due_at for watch in ahead})
    for watch in ahead:
        unit.record_last(WatchOpened(case_id=case_id, watch_id=watch.id, watch=watch.kind))
    for watch in {watch.kind: watch for watch in rows if watch.due_at <= unit.now}.values():
        repeats = watch.every_seconds is not None
        if not (_repeating(unit, case_id, [watch.kind]) if repeats else watch.kind in ROUTINE):
            watch_anew(unit, watch)


def end_watches(
    unit: UnitOfWork, case_id: UUID, kinds: Collection[str], matters: Collection[UUID] | None = None
) -> None:
    """End the waiting and missed watches of some kinds: what they watched for is no question any more.

    Those of the whole case, or of some ``matters`` of it.
    """
    if not kinds:
        return
    of_kinds = [Watch.case_id == case_id, Watch.kind.in_([str(kind) for kind in kinds])]
    of_matters = [] if matters is None else [Watch.matter_id.in_(matters)]
    for watch in _open_ones(unit, *of_kinds, *of_matters):
        _end(unit, watch, WatchState.CANCELLED)


def _open_ones(unit: UnitOfWork, *which: ColumnElement[bool]) -> Sequence[Watch]:
    """Lock the watches that are waited for or were missed, always in one order: their timers change them as well."""
    found = select(Watch).where(*which, Watch.state.in_((WatchState.WAITING, WatchState.MISSED))).order_by(Watch.id)
    in_order = found.with_for_update(**OWN).execution_options(populate_existing=True)
    return unit.session.scalars(in_order).all()


def open_watch(unit: UnitOfWork, case_id: UUID, matter_id: UUID, planned: PlannedWatch) -> None:
    """Open a watch that no occurrence brings; ``matter_id`` is what it is about."""
    _open(unit, case_id, matter_id, [planned])


def _open(unit: UnitOfWork, case_id: UUID, matter_id: UUID, wanted: Sequence[PlannedWatch]) -> None:
    _open_all(unit, [(case_id, matter_id, planned) for planned in wanted])


def _open_all(unit: UnitOfWork, wanted: Sequence[tuple[UUID, UUID, PlannedWatch]]) -> None:
    """Open watches: of a case, about a matter, as planned."""
    watches = [
        Watch(
            id=new_id(),
            case_id=case_id,
            matter_id=matter_id,
            kind=str(planned.kind),
            number=planned.number,
            due_at=planned.due_at,
            every_seconds=None if planned.every is None else int(planned.every.total_seconds()),
            pages=planned.pages,
            opened_at=unit.now,
        )
        for case_id, matter_id, planned in wanted
    ]
    unit.session.add_all(watches)
    unit.session.flush()
    set_timers(unit, WATCH_TIMER, {watch.id: watch.due_at for watch in watches})
    for watch in watches:
        unit.record_last(WatchOpened(case_id=watch.case_id, watch_id=watch.id, watch=watch.kind))


def _end(unit: UnitOfWork, watch: Watch, state: WatchState) -> None:
    watch.state, watch.ended_at = state, unit.now
    unit.session.flush()
    stop_timer(unit, WATCH_TIMER, watch.id)
    unit.record_last(WatchEnded(case_id=watch.case_id, watch_id=watch.id, watch=watch.kind, state=str(state)))


def keep_contact(unit: UnitOfWork, event: Event) -> None:
    """Note that somebody of a case was heard from. It answers every daily contact that was missed.

    Of one that is still waited for it counts only if that is the nearest: what comes late in the day it was missed on
    must not keep the next day's.
    """
    if event.case_id is None:
        return
    unit.session.get_one(Case, event.case_id, with_for_update=OWN, populate_existing=True)
    for watch in _open_ones(unit, Watch.case_id == event.case_id, Watch.kind == WatchKind.DAILY_CONTACT):
        half = timedelta(seconds=watch.every_seconds or 0) / 2
        if watch.state == WatchState.MISSED or watch.due_at - unit.now <= half:
            keep_watch(unit, watch, "report")
