"""A drill of people: all who are ever alerted are rung at once by every way they have, and who answered when is told.

It is the test that comes before a shift, sent to all: it asks for nothing but to be confirmed, and no case is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from alerts.needs.duty_team import people
from alerts.needs.targets import ROLES_BEFORE_CONSENT
from alerts.occasions.shifts import ask_for_test, sent_tests
from alerts.telling.wording import DRILL
from contacts.directory import name_of
from contacts.models import Contact

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

ONE_DRILL: Final = timedelta(hours=1)
"""Within which all of it was sent."""
LOOKS_BACK: Final = timedelta(days=370)
MANY: Final = 10_000
"""Tests that are looked through for the latest drill."""
IN_TIME: Final = timedelta(minutes=2)
"""Within which somebody should have accepted a real case."""


@dataclass(frozen=True)
class Rung:
    """How many were rung, and who cannot be, by name."""

    people: int
    out_of_reach: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One person of a drill. ``after``: how long they took; None while they have not answered."""

    name: str
    role: str
    after: timedelta | None
    ways: tuple[tuple[str, str], ...]
    """Channel and state of each message to them."""


@dataclass(frozen=True)
class Score:
    """A drill of people, those who answered first standing first."""

    began_at: datetime
    answers: tuple[Answer, ...]

    @property
    def in_time(self) -> int:
        """How many answered within two minutes."""
        return sum(one.after is not None and one.after <= IN_TIME for one in self.answers)

    @property
    def silent(self) -> int:
        """How many have not answered."""
        return sum(one.after is None for one in self.answers)


def ring_everybody(unit: UnitOfWork) -> Rung:
    """Send the test to all coordinators and lawyers. Repeated within five minutes it rings nobody again."""
    rung, missing = 0, []
    for one in people(unit, *_who()).values():
        if ask_for_test(unit, DRILL, one.contact.id) is None:
            missing.append(name_of(unit, one.contact))
        else:
            rung += 1
    return Rung(rung, tuple(missing))


def latest_score(unit: UnitOfWork) -> Score | None:
    """Return how the latest drill went so far; None if there was none within a year."""
    found = people(unit)
    methods = {method: id_ for id_, one in found.items() for method in one.methods}
    tests = [one for one in sent_tests(unit, unit.now - LOOKS_BACK, methods, MANY) if one.roster == DRILL]
    if not tests:
        return None
    began_at = min(one.sent_at for one in tests if tests[0].sent_at - one.sent_at < ONE_DRILL)
    answers = [
        Answer(
            name_of(unit, found[one.contact_id].contact),
            found[one.contact_id].contact.role,
            None if one.confirmed_at is None else one.confirmed_at - one.sent_at,
            one.ways,
        )
        for one in tests
        if one.sent_at >= began_at and one.contact_id in found
    ]
    answers.sort(key=lambda one: (one.after is None, one.after or timedelta(0), one.name))
    return Score(began_at, tuple(answers))


def _who() -> tuple[ColumnElement[bool], ...]:
    return (Contact.left_at.is_(None), Contact.role.in_(ROLES_BEFORE_CONSENT))
