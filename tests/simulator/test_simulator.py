"""A few seeds each time, many by --long; what broke a promise once is played again; how plans are made, and shrunk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from alerts.models import Delivery, DeliveryState, Need, NeedState
from alerts.search.paging import TIMER as ESCALATE
from cases.docket.clocks import DEADLINE_TIMER
from cases.docket.models import Deadline
from cases.models import Case, ReportMessage
from cases.retention import Retention
from contacts.models import Contact
from store.eventlog import EventRow
from store.timers import Timer
from tests.simulator.__main__ import breaks, ground
from tests.simulator.plan import HOUR, MINUTE, Action, Plan, as_text, make_plan, read_plan
from tests.simulator.promises import Broken
from tests.simulator.shrinking import shrink
from tests.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.unit_of_work import UnitOfWork

KEPT = sorted((Path(__file__).parent / "kept").glob("*.jsonl"))


def keeps(plan: Plan) -> None:
    broken, _ = breaks(plan)
    assert broken is None, f"seed {plan.seed}: {broken}"


@pytest.mark.parametrize("seed", [2, 3])
def test_a_few_hours_keep_every_promise(seed: int) -> None:
    keeps(make_plan(seed, 0.3))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1000, 1020))
def test_a_week_keeps_every_promise(seed: int) -> None:
    keeps(make_plan(seed, 7.0))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_broke_a_promise_once_breaks_none_now(path: Path) -> None:
    keeps(read_plan(path))


def test_a_seed_is_always_the_same_history() -> None:
    assert make_plan(7, 3.0) == make_plan(7, 3.0)
    assert make_plan(7, 3.0) != make_plan(8, 3.0)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = make_plan(7, 3.0)
    (tmp_path / "plan.jsonl").write_text(as_text(plan, promise="none"), encoding="utf-8")
    assert read_plan(tmp_path / "plan.jsonl") == plan


ASLEEP = Action(1, "temper", {"name": "Aigerim", "temper": "asleep"})
REPORTED = Action(5, "report", {"words": "they took my brother", "door": "telegram"})
ONLY_TELEGRAM = Action(2, "policy", {"which": 1})
HEARING = Action(60, "hearing", {"case": 0, "in": 2 * HOUR})
SILENCE = Plan(0, 0.008, 1, (ASLEEP, ONLY_TELEGRAM, REPORTED, HEARING))
"""Eleven minutes, in which whoever is asked first does not answer."""


def test_somebody_who_does_not_answer_breaks_no_promise() -> None:
    keeps(SILENCE)


def stops_every_search(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == ESCALATE).values(due_at=None))


def stops_every_reminder(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == DEADLINE_TIMER).values(due_at=None))
    unit.session.execute(update(Deadline).values(rung=0))


def takes_without_a_word(unit: UnitOfWork) -> None:
    anybody = unit.session.scalars(select(Contact.id).order_by(Contact.id)).first()
    unit.session.execute(update(Need).values(state=NeedState.ACCEPTED, accepted_by=anybody, accepted_at=unit.now))


def loses_what_was_said(unit: UnitOfWork) -> None:
    unit.session.execute(delete(ReportMessage))


def changes_the_log(unit: UnitOfWork) -> None:
    unit.session.execute(update(EventRow).where(EventRow.name == "ReportReceived").values(actor="nobody"))


def sends_again(unit: UnitOfWork) -> None:
    sent = (Delivery.action == "send", Delivery.sent_at.is_not(None))
    unit.session.execute(update(Delivery).where(*sent).values(state=DeliveryState.QUEUED, due_at=unit.now))


def closes_in_silence(unit: UnitOfWork) -> None:
    for case_id in unit.session.scalars(select(Case.id)).all():
        unit.session.add(Retention(case_id=case_id, closed_at=unit.now, closed_by="nobody"))


@pytest.mark.parametrize(
    ("sabotage", "promise"),
    [
        (stops_every_search, "a search goes on"),
        (stops_every_reminder, "no deadline passes silently"),
        (takes_without_a_word, "nothing is accepted twice"),
        (loses_what_was_said, "nothing reported is lost"),
        (changes_the_log, "the log holds"),
        (sends_again, "no message is sent twice"),
        (closes_in_silence, "ended cases ring nobody"),
    ],
)
def test_a_house_that_breaks_a_promise_is_seen(sabotage: Callable[[UnitOfWork], None], promise: str) -> None:
    """What nothing could break would be no promise: somebody changes rows behind the house's back."""
    with World(SILENCE, ground()) as world:

        def happens() -> None:
            with world.store.unit("saboteur") as unit:
                sabotage(unit)

        world.later(2 * MINUTE, happens)
        with pytest.raises(Broken) as seen:
            world.plays()
    assert seen.value.promise == promise


@pytest.mark.parametrize("needed", [{3}, {3, 17}, {0, 1, 19}, set(range(20)), set()])
def test_of_many_things_those_that_are_needed_are_left(needed: set[int]) -> None:
    def fails(things: Sequence[int]) -> bool:
        return needed <= set(things)

    assert shrink(list(range(20)), fails) == sorted(needed)


def test_things_are_left_in_their_order() -> None:
    assert shrink("storm at sea", lambda left: "te" in "".join(left)) == ["t", "e"]
