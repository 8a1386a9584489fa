"""What is promised of erasing, and of the web form, is broken on purpose."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from alerts.messages.outbox import enqueue
from app.erasing.erasure import erase_case
from cases.models import Case, Report, ReportMessage
from cases.retention import Retention, Terms
from dialogue.coming_back import WebReceipt
from store.base import new_id
from store.chats import Chat
from store.data_keys import DataKey, case_scope
from store.vault import Field
from tests.simulator.__main__ import breaks
from tests.simulator.plan import MINUTE, Action, Plan
from tests.simulator.test_saboteurs import REPORTED, broken_by, in_rows
from tests.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


pytestmark = pytest.mark.long  # they try the simulator, which is played by hand and by --long


class Impatient(World):
    """What was never a case is erased as soon as somebody looks."""

    terms = Terms(case=timedelta(days=1), no_case=timedelta(0))


NEVER_A_CASE = Action(60, "closes", {"case": 0, "no_case": True})
ERASED = Plan(0, 0.25, 1, (REPORTED, Action(30, "backs_up", {}), NEVER_A_CASE))
"""Six hours, at the end of which somebody looks at what is closed."""
CLOSED = Plan(0, 0.008, 1, (REPORTED, NEVER_A_CASE))
TYPED = Action(5, "report", {"words": "they took my brother", "door": "web"})
LOOKED_AT = tuple(Action(at, "taps", {"who": 0, "which": 0}) for at in (12.0, 16 * MINUTE))
BY_FORM = Plan(0, 0.012, 1, (Action(2, "temper", {"name": "Aigerim", "temper": "asleep"}), TYPED, *LOOKED_AT))
"""Seventeen minutes, in which whoever typed it comes back twice with their number."""


def test_nobody_breaks_a_promise_about_ends_but_the_saboteur() -> None:
    broken, tally = breaks(ERASED, Impatient)
    assert broken is None
    assert tally.erased == 1


def test_nobody_breaks_a_promise_at_the_form_but_the_saboteur() -> None:
    broken, tally = breaks(BY_FORM)
    assert broken is None
    assert tally.said == 1


# Erasing


def the_case(world: World) -> UUID:
    return world.cases()[0]


def erases_what_is_open(world: World) -> None:
    erase_case(world.store, the_case(world), by="nobody", again=True)


def erases_and_keeps_the_key(world: World) -> None:
    case_id = the_case(world)
    with world.store.unit("saboteur") as unit:
        kept = unit.session.scalars(select(DataKey).where(DataKey.scope == str(case_scope(case_id)))).one()
        columns = {one.name: getattr(kept, one.name) for one in DataKey.__table__.columns}
    erase_case(world.store, case_id, by="nobody")
    with world.store.unit("saboteur") as unit:
        unit.session.add(DataKey(**{**columns, "id": new_id()}))


def is_never_due(world: World) -> None:
    with world.store.unit("saboteur") as unit:
        unit.session.execute(update(Retention).values(closed_at=unit.now + timedelta(days=300)))


def writes_it_down(world: World) -> None:
    with world.store.unit("saboteur") as unit:
        unit.session.execute(update(Retention).values(closed_by="zq1secret"))


def lets_it_come_back(world: World) -> None:
    world.ends.erases_again = lambda _store, _cases: None


@pytest.mark.parametrize(
    ("plan", "sabotage", "promise"),
    [
        (Plan(0, 0.008, 1, (REPORTED,)), erases_what_is_open, "nothing is erased too early"),
        (CLOSED, erases_and_keeps_the_key, "of what is erased nothing is left"),
        (ERASED, is_never_due, "what is due is erased"),
        (CLOSED, writes_it_down, "what was said is kept encrypted"),
        (ERASED, lets_it_come_back, "what is erased stays erased"),
    ],
)
def test_a_promise_about_ends_that_is_broken_is_seen(
    plan: Plan, sabotage: Callable[[World], None], promise: str
) -> None:
    assert broken_by(plan, 2 * MINUTE, sabotage, Impatient) == promise


# The form


def keeps_it_twice(unit: UnitOfWork) -> None:
    row = unit.session.scalars(select(ReportMessage)).one()
    columns = {one.name: getattr(row, one.name) for one in ReportMessage.__table__.columns}
    twin, place = new_id(), "report_message"
    words = unit.vault.open(case_scope(row.case_id), Field(place, "content", row.id), row.content)
    sealed = unit.vault.seal(case_scope(row.case_id), Field(place, "content", twin), words)
    unit.session.add(ReportMessage(**{**columns, "id": twin, "content": sealed}))


def forgets_the_number(unit: UnitOfWork) -> None:
    unit.session.execute(delete(WebReceipt))


def shows_what_was_typed(unit: UnitOfWork) -> None:
    _waits(unit, "zq1secret")


def lies_to_who_comes_back(unit: UnitOfWork) -> None:
    _waits(unit, unit.session.scalars(select(Case.code)).one())


def _waits(unit: UnitOfWork, code: str) -> None:
    chat = unit.session.get_one(Chat, unit.session.scalars(select(Report.chat_id)).one())
    enqueue(unit, chat, "reply.taken", language="en", values={"code": code})


@pytest.mark.parametrize(
    ("sabotage", "promise"),
    [
        (keeps_it_twice, "what comes twice counts once"),
        (forgets_the_number, "who has a number comes back"),
        (shows_what_was_typed, "nobody is given away"),
        (lies_to_who_comes_back, "nobody is told that somebody has it while nobody has"),
    ],
)
def test_a_promise_at_the_form_that_is_broken_is_seen(sabotage: Callable[[UnitOfWork], None], promise: str) -> None:
    assert broken_by(BY_FORM, 9, lambda world: in_rows(world, sabotage)) == promise
