"""Check-ins: agreed on with a person at risk, paused, stopped, answered. Asking is the dialogue's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from cases.docket.models import Watch, WatchState
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import WATCH_TIMER, end_watches, keep_watch, open_watch
from cases.docket.watching import PlannedWatch
from cases.models import Case
from cases.sealed.beating import following, next_beat
from cases.sealed.events import (
    CheckInAgreed,
    CheckInAnswered,
    CheckInAsked,
    CheckInPaused,
    CheckInStopDoubted,
    CheckInStopped,
)
from cases.sealed.models import CheckIn, SealedFile
from cases.sealed.triggering import heard_from
from store.base import OWN, new_id
from store.timers import set_timer, stop_timer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

CHECK_IN_TIMER: Final = "check_in"
"""The timer of an agreement; its subject is the agreement."""


def check_in_of(unit: UnitOfWork, case_id: UUID) -> CheckIn | None:
    """Return the agreement of a case that is in force, locked; the case is to be locked before it."""
    found = select(CheckIn).where(CheckIn.case_id == case_id, CheckIn.stopped_at.is_(None)).with_for_update(**OWN)
    return unit.session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def agreed_in(unit: UnitOfWork, chat_id: UUID) -> CheckIn | None:
    """Return the agreement with somebody in a conversation that is in force, to be looked at: nothing is locked."""
    found = select(CheckIn).where(CheckIn.chat_id == chat_id, CheckIn.stopped_at.is_(None))
    return unit.session.scalars(found.order_by(CheckIn.agreed_at.desc()).limit(1)).one_or_none()


def agree(unit: UnitOfWork, file: SealedFile, hour: tuple[int, str], every_hours: int, patience_hours: int) -> CheckIn:
    """Agree on an hour (minute of the day, zone), how often, and how long is waited; it takes the place of a former."""
    if file.chat_id is None:
        raise ValueError("there is nobody to be asked")
    row = unit.session.scalars(
        select(CheckIn).where(CheckIn.case_id == file.case_id).with_for_update(**OWN)
    ).one_or_none()
    if row is None:
        row = CheckIn(id=new_id(), case_id=file.case_id)
        unit.session.add(row)
    row.chat_id, row.agreed_at, row.stopped_at = file.chat_id, unit.now, None
    (row.minute, row.zone), row.every_hours, row.patience_minutes = hour, every_hours, patience_hours * 60
    row.next_at = next_beat(row.minute, every_hours, row.zone, unit.now)
    case = unit.session.get_one(Case, file.case_id)
    case.timezone = case.timezone or row.zone
    unit.session.flush()
    set_timer(unit, CHECK_IN_TIMER, row.id, row.next_at)
    unit.record_last(CheckInAgreed(case_id=row.case_id, check_in_id=row.id))
    return row


def begin_waiting(unit: UnitOfWork, row: CheckIn) -> None:
    """Wait for the answer to what was asked just now, and wind the next time; a repeated call waits for nothing new."""
    if row.next_at is None:
        return
    before = unit.session.scalar(select(func.max(Watch.number)).where(Watch.matter_id == row.id)) or 0
    due_at = unit.now + timedelta(minutes=row.patience_minutes)
    open_watch(unit, row.case_id, row.id, PlannedWatch(WatchKind.CHECK_IN, before + 1, due_at, "coordinator", None))
    row.next_at = following(row.minute, row.every_hours, row.zone, row.next_at, unit.now)
    unit.session.flush()
    set_timer(unit, CHECK_IN_TIMER, row.id, row.next_at)
    unit.record_last(CheckInAsked(case_id=row.case_id, check_in_id=row.id))


def asked_at(unit: UnitOfWork, row: CheckIn) -> datetime | None:
    """When the question was put that stands unanswered in the person's conversation; None where none does.

    What they were made to answer shows as answered there, although people look for them.
    """
    asked = unit.session.scalar(select(func.max(Watch.opened_at)).where(*_open(row.case_id)))
    return asked if asked is not None and (row.heard_at is None or asked > row.heard_at) else None


def _open(case_id: UUID) -> tuple[ColumnElement[bool], ...]:
    states = (WatchState.WAITING, WatchState.MISSED)
    return Watch.case_id == case_id, Watch.kind == WatchKind.CHECK_IN, Watch.state.in_(states)


def _awaited(unit: UnitOfWork, case_id: UUID) -> Sequence[Watch]:
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)  # the case before its watches
    return unit.session.scalars(
        select(Watch)
        .where(*_open(case_id))
        .order_by(Watch.id)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    ).all()


def answered(unit: UnitOfWork, row: CheckIn) -> bool:
    """Note that the person is well; return whether that was awaited.

    What people had agreed to because nothing was heard counts no longer; what two sources say, still does.
    """
    awaited = _awaited(unit, row.case_id)
    for watch in awaited:
        keep_watch(unit, watch, "check_in")
    heard_from(unit, row.case_id, unit.now)
    if awaited:
        unit.record_last(CheckInAnswered(case_id=row.case_id, check_in_id=row.id))
    return bool(awaited)


def miss_now(unit: UnitOfWork, row: CheckIn) -> None:
    """Have what is awaited count as missed at once: who answered was made to. In the conversation it is answered."""
    row.heard_at = unit.now
    for watch in _awaited(unit, row.case_id):
        if watch.state == WatchState.WAITING:
            set_timer(unit, WATCH_TIMER, watch.id, unit.now)


def pause(unit: UnitOfWork, row: CheckIn, days: int, *, forced: bool = False) -> datetime:
    """Ask nothing for so many days; return when it is asked again. What is awaited is waited for no longer.

    Of somebody who is made to wish it, it counts as missed instead; when they are asked again is the same.
    """
    row.next_at = next_beat(row.minute, min(row.every_hours, 24), row.zone, unit.now + timedelta(days=days))
    _wait_no_more(unit, row, forced=forced)
    unit.session.flush()
    set_timer(unit, CHECK_IN_TIMER, row.id, row.next_at)
    unit.record_last(CheckInPaused(case_id=row.case_id, check_in_id=row.id, until=row.next_at))
    return row.next_at


def stop(unit: UnitOfWork, row: CheckIn, *, forced: bool = False) -> None:
    """Ask no more. Of somebody who is made to wish it, what is awaited counts as missed: people look for them."""
    row.next_at, row.stopped_at = None, unit.now
    unit.session.flush()
    stop_timer(unit, CHECK_IN_TIMER, row.id)
    _wait_no_more(unit, row, forced=forced)
    unit.record_last(CheckInStopped(case_id=row.case_id, check_in_id=row.id))


def _wait_no_more(unit: UnitOfWork, row: CheckIn, *, forced: bool) -> None:
    """End what is awaited, because the person themselves wishes it; or have it count as missed."""
    if forced:
        miss_now(unit, row)
        return
    unit.session.get_one(Case, row.case_id, with_for_update=OWN, populate_existing=True)
    end_watches(unit, row.case_id, [WatchKind.CHECK_IN])
    heard_from(unit, row.case_id, unit.now)


def doubt(unit: UnitOfWork, row: CheckIn) -> None:
    """Note that somebody wanted them stopped and did not know the phrase; a person asks by the safe way."""
    unit.record_last(CheckInStopDoubted(case_id=row.case_id, check_in_id=row.id))
