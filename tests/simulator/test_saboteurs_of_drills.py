"""What is promised of canaries and drills is broken on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from alerts.messages.outbox import enqueue
from alerts.models import CANARY_READER, SOUGHT, Need
from alerts.occasions.canary import TIMER
from alerts.occasions.shifts import SHIFT
from contacts.models import ContactMethod
from store.base import new_id
from store.chats import Chat
from store.timers import Timer
from tests.simulator.__main__ import breaks
from tests.simulator.plan import HOUR, MINUTE, Action, Plan
from tests.simulator.test_saboteurs import broken_by, in_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.unit_of_work import UnitOfWork
    from tests.simulator.world import World

pytestmark = pytest.mark.long  # they try the simulator, which is played by hand and by --long

SINGS = Action(5, "sings", {"times": 2})
SUNG = Plan(0, 0.02, 1, (SINGS, Action(10, "drill", {})))
"""Half an hour, in which two canaries go their way, and everybody is rung."""
DEAF = Plan(0, 0.02, 1, (SINGS, Action(100, "deaf", {"seconds": HOUR})))
AFTER_THE_SECOND = 15 * MINUTE + 6


@pytest.mark.long
@pytest.mark.parametrize("plan", [SUNG, DEAF], ids=("sung", "deaf"))
def test_nobody_breaks_a_promise_about_drills_but_the_saboteur(plan: Plan) -> None:
    broken, _ = breaks(plan)
    assert broken is None


def tells_people_of_a_canary(unit: UnitOfWork) -> None:
    need_id = unit.session.scalars(select(Need.id).where(Need.state.in_(SOUGHT))).first()
    _says_to_a_helper(unit, need_id=need_id)


def says_nothing_of_a_drill(unit: UnitOfWork) -> None:
    _says_to_a_helper(unit, test=str(new_id()))


def _says_to_a_helper(unit: UnitOfWork, need_id: UUID | None = None, test: str = "") -> None:
    ways = select(ContactMethod.chat_id).where(ContactMethod.channel == "telegram").order_by(ContactMethod.id)
    chat = unit.session.get_one(Chat, unit.session.scalars(ways).first())
    values = {"code": "ABC-DEF", **({SHIFT: test} if test else {})}
    enqueue(unit, chat, "reply.taken", language="en", values=values, need_id=need_id)


def silences_the_canary(unit: UnitOfWork) -> None:
    theirs = update(ContactMethod).where(ContactMethod.contact_id == CANARY_READER)
    unit.session.execute(theirs.values(dead_at=unit.now))


def misses_none(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == TIMER).values(due_at=None))


@pytest.mark.parametrize(
    ("plan", "at", "sabotage", "promise"),
    [
        (DEAF, AFTER_THE_SECOND, tells_people_of_a_canary, "a drill is told as one"),
        (SUNG, 2 * MINUTE, says_nothing_of_a_drill, "a drill is told as one"),
        (SUNG, 2 * MINUTE, silences_the_canary, "nothing fails"),
        (DEAF, AFTER_THE_SECOND, misses_none, "a silent canary is loud"),
    ],
)
def test_a_promise_about_drills_that_is_broken_is_seen(
    plan: Plan, at: float, sabotage: Callable[[UnitOfWork], None], promise: str
) -> None:
    assert broken_by(plan, at, lambda world: in_rows(world, sabotage)) == promise


def test_a_canary_that_is_out_and_that_nobody_misses_is_seen() -> None:
    def sabotages(world: World) -> None:
        in_rows(world, silences_the_canary)
        world.later(14 * MINUTE, lambda: in_rows(world, misses_none))

    assert broken_by(SUNG, 2 * MINUTE, sabotages) == "the canary comes back"
