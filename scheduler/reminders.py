"""Clocks that have come due for a look: somebody is reminded, and the next look is wound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.models import DEADLINE, WATCH
from alerts.occasions.due_alerts import About, ask_about, stop_asking
from alerts.occasions.due_together import Due
from alerts.policy.night import first_waking_hour
from cases.docket.clocks import COMES_AT_ITS_HOUR, DEADLINE_TIMER, REMOVAL, SOUGHT_ON, has_come
from cases.docket.models import Deadline, DeadlineState, Watch, WatchState
from cases.docket.vocabulary import ROUTINE
from cases.docket.watches import WATCH_TIMER, mark_missed, repeat
from cases.models import Case
from cases.urgency import Need, Urgency
from scheduler.reminding import LookAgain, Next, Over, Reminder, alarming_from, next_reminder
from store.base import OWN
from store.claims import Claim, finish
from store.timers import TABLE, Timer, set_timer

if TYPE_CHECKING:
    from datetime import datetime

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class AtItsHour:
    """The hour itself of a hearing or a removal has come: of that nobody is reminded."""


def look_at(row: Deadline, now: datetime) -> Next | AtItsHour:
    """Decide about a clock at this instant (aware). What can wait does until it is morning where its case is."""
    if row.state != DeadlineState.RUNNING:
        return Over()
    if row.rule_id in COMES_AT_ITS_HOUR and row.safe_at <= now:
        return AtItsHour()
    found = next_reminder(row.severity, row.safe_at, row.arguable_at, row.rung, now, moved_at=row.moved_at)
    if isinstance(found, Reminder) and found.urgency is not Urgency.NOW and not _is_removal(row):
        awake_at = first_waking_hour(now, row.zone)
        # More than a day is left; if that ends before the morning comes, so does the waiting.
        return LookAgain(min(awake_at, alarming_from(row.safe_at))) if awake_at > now else found
    return found


def what_is_due(row: Deadline, reminder: Reminder) -> Due:
    """Return whom a reminder is for, and how urgent it is."""
    about = About(row.case_id, DEADLINE, row.id)
    if _is_removal(row):
        return Due(about, (Need.COORDINATOR, Need.LAWYER), Urgency.NOW, row.zone, alone=True)
    return Due(about, (Need.LAWYER,), reminder.urgency, row.zone)


def _is_removal(row: Deadline) -> bool:
    """What can still be done against it takes every hour there is."""
    return row.rule_id == REMOVAL


def remind_of(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Remind of a clock if its time has come, and wind the next look. Repeating it reminds of nothing twice."""
    row = unit.session.get_one(Deadline, timer.subject_id, with_for_update=OWN, populate_existing=True)
    finish(unit.session, TABLE, held)
    match look_at(row, unit.now):
        case AtItsHour():
            _let_its_hour_pass(unit, row)
        case Reminder() as reminder:
            row.rung = reminder.rung
            unit.session.flush()
            due = what_is_due(row, reminder)
            ask_about(unit, due.about, due.needs, due.urgency, zone=due.zone, alone=due.alone)
            set_timer(unit, DEADLINE_TIMER, row.id, unit.now)
        case LookAgain(at):
            set_timer(unit, DEADLINE_TIMER, row.id, at)
        case Over():
            pass


def _let_its_hour_pass(unit: UnitOfWork, row: Deadline) -> None:
    """Say nothing at the hour of a hearing or a removal itself; who is still being sought is sought an hour longer."""
    if has_come(row.rule_id, row.safe_at, unit.now):
        stop_asking(unit, DEADLINE, row.id)
    else:
        set_timer(unit, DEADLINE_TIMER, row.id, row.safe_at + SOUGHT_ON)


def miss_watch(unit: UnitOfWork, timer: Timer, held: Claim, *, zone: str = "UTC") -> None:
    """Have somebody asked about what should have happened by now; a watch that repeats is set anew.

    What is routine waits for the morning, and is asked of nobody twice: the newest question stands for earlier ones.
    ``zone``: where it is morning, where nobody has said it of the case.
    """
    case_id = unit.session.get_one(Watch, timer.subject_id).case_id
    # The case before its watches, as where things are entered: two who lock in opposite order would wait in a circle.
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    watch = unit.session.get_one(Watch, timer.subject_id, with_for_update=OWN, populate_existing=True)
    finish(unit.session, TABLE, held)
    if watch.state != WatchState.WAITING:
        return
    zone = case.timezone or zone
    awake_at = first_waking_hour(unit.now, zone)
    if watch.kind in ROUTINE and awake_at > unit.now:
        set_timer(unit, WATCH_TIMER, watch.id, awake_at)
        return
    mark_missed(unit, watch)
    urgency = Urgency.SOON if watch.kind in ROUTINE else Urgency.NOW
    ask_about(unit, About(case_id, WATCH, watch.id), [Need(watch.pages)], urgency, zone=zone)
    repeat(unit, watch)
