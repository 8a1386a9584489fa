"""What runs in the dockets of a helper's cases, as lines of a message: days, codes and rules, nothing of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from alerts.telling.case_list import SEES_ALL, taken_by
from cases.docket.clocks import BY_HAND, HEARING, REMOVAL
from cases.docket.models import Deadline, DeadlineState, Watch, WatchState
from cases.docket.reading import rule_named
from cases.models import Case
from law.shipped import load_rules
from law.signoff import is_signed
from texts.catalogue import say
from texts.dates import local_date, local_time

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from contacts.models import Contact
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork

MOST_CLOCKS = 12
"""Clocks that fit into one message."""
MOST_WATCHES = 5
_ENTERED = {
    HEARING: "staff.clock_hearing",
    REMOVAL: "staff.clock_removal",
    BY_HAND: "staff.clock_by_hand",
}


def clocks_of(unit: UnitOfWork, contact: Contact, case_id: UUID | None = None) -> tuple[list[UUID], int]:
    """Return the clocks that run in a helper's cases, or in one of them, and how many more there are than are listed.

    The soonest are first; those that are over stand behind those that can still be kept. A coordinator has all cases.
    """
    wanted = _theirs(select(Deadline.id).join(Case, Case.id == Deadline.case_id), contact, mine=False)
    return _listed(unit, wanted if case_id is None else wanted.where(Deadline.case_id == case_id))


def own_clocks(unit: UnitOfWork, contact: Contact) -> tuple[list[UUID], int]:
    """Return the clocks of the cases that a helper has taken themselves, as `clocks_of`."""
    return _listed(unit, _theirs(select(Deadline.id).join(Case, Case.id == Deadline.case_id), contact, mine=True))


def _listed(unit: UnitOfWork, wanted: Select[UUID]) -> tuple[list[UUID], int]:
    running = wanted.where(Deadline.state == DeadlineState.RUNNING)
    count = unit.session.scalar(select(func.count()).select_from(running.subquery())) or 0
    over = case((Deadline.arguable_at <= unit.now, 1), else_=0)
    listed = unit.session.scalars(running.order_by(over, Deadline.safe_at, Deadline.id).limit(MOST_CLOCKS)).all()
    return list(listed), count - len(listed)


def own_watches(unit: UnitOfWork, contact: Contact) -> list[UUID]:
    """Return the watches of the cases that a helper has taken which were missed and not answered, the newest first."""
    missed = select(Watch.id).join(Case, Case.id == Watch.case_id).where(Watch.state == WatchState.MISSED)
    newest = _theirs(missed, contact, mine=True).order_by(Watch.due_at.desc(), Watch.id.desc())
    return list(unit.session.scalars(newest.limit(MOST_WATCHES)))


def _theirs(wanted: Select[UUID], contact: Contact, *, mine: bool) -> Select[UUID]:
    has_it: ColumnElement[bool] = taken_by(contact.id)
    return wanted if contact.role == SEES_ALL and not mine else wanted.where(has_it)


def clock_name(unit: UnitOfWork, deadline: Deadline) -> str:
    """Return how people name a clock: ``K7M-4TX.3`` is the third of its case."""
    return f"{unit.session.get_one(Case, deadline.case_id).code}.{deadline.number}"


def clock_line(unit: UnitOfWork, language: str, deadline_id: UUID) -> str:
    """Say in a line what a clock is, when to be safe by, how far that can be relied on, and whether it is over.

    How long one can still argue is no date to plan by: it is said only once the safe date has passed.
    """
    deadline = unit.session.get_one(Deadline, deadline_id)
    rule = rule_named(deadline.rule_id)
    signed = rule is None or is_signed(unit, rule, unit.now)
    return line_of(deadline, clock_name(unit, deadline), language, unit.now, signed=signed)


def clock_title(rule_id: str, language: str) -> str:
    """Return what a clock is called: a rule by its title, in English, for no unchecked translation of law goes out."""
    rule = rule_named(rule_id)
    if rule is not None:
        return rule.title
    return say(_ENTERED[rule_id], language) if rule_id in _ENTERED else rule_id


def line_of(deadline: Deadline, name: str, language: str, now: datetime, *, signed: bool) -> str:
    """Say the line of a clock that was read. ``signed``: whether somebody vouches for its rule now. See clock_line."""
    rule = rule_named(deadline.rule_id)
    due = local_time(deadline.safe_at, deadline.zone, language, with_date=True, with_weekday=True)
    title = clock_title(deadline.rule_id, language)
    marks = [] if signed else ["staff.clock_unverified"]
    over, missed = deadline.safe_at <= now, deadline.arguable_at <= now
    marks += ["staff.clock_missed"] if missed else []
    said = [say(mark, language) for mark in marks]
    if over and not missed and rule is not None:
        still = local_time(deadline.arguable_at, deadline.zone, language, with_date=True, with_weekday=True)
        said.append(say("staff.clock_arguable", language, arguable=still))
    said += [] if rule is None else [certainty(rule, language)]
    return " · ".join([say("staff.clock_line", language, id=name, due=due, title=title), *said])


def certainty(rule: Rule, language: str) -> str:
    """Say in a line how sure a date is that is counted by a rule, of when its text is, and which doubts touch it."""
    sure = say(f"certainty.{rule.date_confidence}", language)
    of = {"confidence": sure, "as_of": rule.as_of or say("certainty.undated", language)}
    doubts = ", ".join(doubt.id for doubt in load_rules().doubts_about(rule))
    if doubts:
        return say("certainty.with_doubts", language, **of, doubts=doubts)
    return say("certainty.line", language, **of)


def watch_line(unit: UnitOfWork, language: str, watch_id: UUID, number: int, *, zone: str) -> str:
    """Say in a numbered line what should have happened, and by when; by the clock of ``zone`` where a case has none."""
    watch = unit.session.get_one(Watch, watch_id)
    of = unit.session.get_one(Case, watch.case_id)
    due = local_date(watch.due_at, of.timezone or zone, language)
    what = say(f"watch.{watch.kind}", language)
    return say("staff.watch_line", language, number=number, code=of.code, due=due, what=what)
