"""A backlog of reminders: many clocks fell due in one instant, or while the machine was off. The worst come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Table, case, exists, func, select

from alerts.models import DEADLINE
from alerts.occasions.due_together import ask_about_all
from cases.docket.clocks import ACT, DEADLINE_TIMER, HARM, REMOVAL
from cases.docket.models import Deadline
from scheduler.reminders import AtItsHour, look_at, what_is_due
from scheduler.reminding import LookAgain, Reminder
from store.base import OWN
from store.claims import Claim, claim, finish_all
from store.queues import AT_ONCE
from store.timers import TABLE, Timer, set_timers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

TOGETHER: Final = 100
"""Reminders of one unit: it takes a fraction of a second, in which nobody else writes."""
CLOCKS: Table = Deadline.__table__  # type: ignore[assignment]  # declarative tables are Tables


def take_reminders(unit: UnitOfWork, unless: ColumnElement[bool]) -> list[Claim]:
    """Claim many clocks that are due, the worst first; nothing where no more are due than anybody takes at once.

    Nor while any timer is due of which ``unless`` is true. One that was claimed before and not finished is left to be
    taken alone.
    """
    is_due, fresh = TABLE.c.due_at <= unit.now, (TABLE.c.kind == DEADLINE_TIMER, TABLE.c.tries == 0)
    some = select(TABLE.c.id).where(is_due, *fresh).limit(AT_ONCE + 1).subquery()
    others = exists().where(is_due, unless)
    backlog, gives_way = unit.session.execute(select(func.count(some.c.id), others)).one()
    if backlog <= AT_ONCE or gives_way:
        return []
    return claim(unit.session, TABLE, unit.now, limit=TOGETHER, only=fresh, first=_worst_first(unit.now))


def _worst_first(now: datetime) -> tuple[ColumnElement[int | datetime | None], ...]:
    """As :func:`how_bad`, for the database."""
    own = CLOCKS.c.id == TABLE.c.subject_id
    grave = case((CLOCKS.c.rule_id == REMOVAL, 0), (CLOCKS.c.severity.in_(GRAVE), 1), else_=2)
    over = case((CLOCKS.c.arguable_at <= now, 1), else_=0)
    return tuple(
        select(column).where(own).correlate(TABLE).scalar_subquery() for column in (over, grave, CLOCKS.c.safe_at)
    )


GRAVE: Final = (HARM, ACT)
"""Severities of what harms when it comes, and of what our side must have done."""


def how_bad(row: Deadline, now: datetime) -> tuple[bool, int, datetime]:
    """Return the place of a reminder among others: what can still be kept, then what is gravest, then what ends first.

    Pure.
    """
    grave = 0 if row.rule_id == REMOVAL else 1 if row.severity in GRAVE else 2
    return row.arguable_at <= now, grave, row.safe_at


def remind_together(unit: UnitOfWork, held: Sequence[Claim]) -> frozenset[UUID]:
    """Remind of all of these clocks whose time has come, and wind their next looks; return which timers it has seen to.

    As :func:`scheduler.reminders.remind_of` for each. Repeating it reminds of nothing twice.
    """
    rows = {row.id: row for row in _lock_clocks(unit, held)}
    timers = {timer.id: timer for timer in _timers(unit, held) if timer.subject_id in rows}
    first = {id_: look_at(rows[timer.subject_id], unit.now) for id_, timer in timers.items()}
    mine = [one for one in held if one.id in timers and not isinstance(first[one.id], AtItsHour)]
    ours = finish_all(unit.session, TABLE, mine)
    due, looks = [], {}
    for id_ in ours:
        row, found = rows[timers[id_].subject_id], first[id_]
        if isinstance(found, Reminder):
            due.append((row, what_is_due(row, found)))
            row.rung = found.rung
            found = look_at(row, unit.now)
        if isinstance(found, LookAgain):
            looks[row.id] = found.at
    unit.session.flush()
    set_timers(unit, DEADLINE_TIMER, looks)
    due.sort(key=lambda one: how_bad(one[0], unit.now))
    if due:
        ask_about_all(unit, DEADLINE, [one for _, one in due])
    return ours


def _timers(unit: UnitOfWork, held: Sequence[Claim]) -> Sequence[Timer]:
    return unit.session.scalars(select(Timer).where(Timer.id.in_([one.id for one in held]))).all()


def _lock_clocks(unit: UnitOfWork, held: Sequence[Claim]) -> Sequence[Deadline]:
    """Lock them in the order in which everybody does."""
    of_timers = select(Timer.subject_id).where(Timer.id.in_([one.id for one in held]))
    found = select(Deadline).where(Deadline.id.in_(of_timers)).order_by(Deadline.id)
    return unit.session.scalars(found.with_for_update(**OWN).execution_options(populate_existing=True)).all()
