"""A few seeds each time, many by --long; what broke a promise once is played again; how plans are made, and shrunk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from cases.models import ReportMessage
from tests.simulator.__main__ import breaks, shrunk
from tests.simulator.broken import Broken
from tests.simulator.nodes import Ground
from tests.simulator.plan import DAY, HOUR, Action, Plan, as_text, make_plan, read_plan
from tests.simulator.shrinking import shrink
from tests.simulator.world import ForYears, World

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT = sorted((Path(__file__).parent / "kept").glob("*.jsonl"))
EACH_TIME = {"late-worker", "release-of-a-closed-case"}
"""Of what is kept; of each of the others a story was told when it was found, in `tests/stories/test_retention.py` and
`tests/channels/test_told_late.py`."""


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


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_day_keeps_every_promise_on_postgresql(database_url: str, tmp_path: Path) -> None:
    """One fits all engines, but for who waits for whom; that is told by tests that start processes."""
    broken, tally = breaks(make_plan(3, 1.0), on=Ground(tmp_path, database_url))
    assert broken is None
    assert tally.calls


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_case_is_erased_after_its_year_and_what_never_was_one_after_its_month() -> None:
    report = {"words": "they took my brother", "door": "telegram"}
    actions = (
        Action(5, "report", report),
        Action(60, "report", {**report, "door": "web"}),
        Action(HOUR, "backs_up", {}),
        Action(DAY, "closes", {"case": 0, "confirmed_in": 60.0}),
        Action(DAY, "closes", {"case": 1, "no_case": True}),
    )
    for days, erased in ((30.5, 0), (33, 1), (365.5, 1), (368, 2)):
        broken, tally = breaks(Plan(0, days, 1, actions), ForYears)
        assert broken is None
        assert tally.erased == erased


@pytest.mark.parametrize(
    "path",
    [pytest.param(one, id=one.stem, marks=() if one.stem in EACH_TIME else pytest.mark.long) for one in KEPT],
)
def test_what_broke_a_promise_once_breaks_none_now(path: Path) -> None:
    keeps(read_plan(path))


def test_a_seed_is_always_the_same_history() -> None:
    assert make_plan(7, 3.0) == make_plan(7, 3.0)
    assert make_plan(7, 3.0) != make_plan(8, 3.0)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = make_plan(7, 3.0)
    (tmp_path / "plan.jsonl").write_text(as_text(plan, promise="none"), encoding="utf-8")
    assert read_plan(tmp_path / "plan.jsonl") == plan


@pytest.mark.parametrize("needed", [{3}, {3, 17}, {0, 1, 19}, set(range(20)), set()])
def test_of_many_things_those_that_are_needed_are_left(needed: set[int]) -> None:
    def fails(things: Sequence[int]) -> bool:
        return needed <= set(things)

    assert shrink(list(range(20)), fails) == sorted(needed)


FORGOTTEN = Plan(
    0,
    0.004,
    1,
    (
        Action(5, "report", {"words": "they took my brother", "door": "telegram"}),
        Action(90, "again", {"updates": 2}),
        Action(200, "more", {"who": 0, "words": "hello"}),
    ),
)


class Forgetful(World):
    """A house that forgets the newest words whenever Telegram hands out something once more."""

    def _act(self, kind: str, given: dict[str, Any]) -> None:
        super()._act(kind, given)
        if kind == "again":
            with self.store.unit("saboteur") as unit:
                newest = select(ReportMessage.id).order_by(ReportMessage.received_at.desc()).limit(1)
                unit.session.execute(delete(ReportMessage).where(ReportMessage.id.in_(newest.scalar_subquery())))


def brought_again(plan: Plan) -> Plan:
    """The same history, in which Telegram hands out something once more soon after the first report."""
    first = next(one for one in plan.actions if one.kind == "report")
    more = Action(first.at + 90, "again", {"updates": 2})
    return replace(plan, actions=tuple(sorted((*plan.actions, more), key=lambda one: one.at)))


@pytest.mark.long  # it tries the simulator; that what is needed is left of many things is asked above
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("plan", [FORGOTTEN, brought_again(make_plan(224, 0.4))])
def test_of_a_whole_history_that_fails_two_actions_are_left_that_still_fail(plan: Plan) -> None:
    broken, _ = breaks(plan, Forgetful)
    assert broken is not None
    small = shrunk(plan, broken, 600, Forgetful)
    assert [one.kind for one in small.actions] == ["report", "again"]
    assert small.days <= plan.days
    again, _ = breaks(small, Forgetful)
    assert again is not None
    assert again.promise == broken.promise == "nothing reported is lost"
    keeps(small)


def test_when_there_is_no_time_a_history_is_left_as_it_is() -> None:
    plan = make_plan(224, 0.4)
    broken = Broken("nothing reported is lost", "")
    assert shrunk(plan, broken, 0, Forgetful) == plan


def test_things_are_left_in_their_order() -> None:
    assert shrink("storm at sea", lambda left: "te" in "".join(left)) == ["t", "e"]
