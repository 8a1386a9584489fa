"""kill -9 at random moments: every report is a case, every page leaves, nothing is done twice without need."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.models import Alert, Need, NeedState
from alerts.search.paging import TIMER as ESCALATE
from app.parked import parked_items
from cases.models import Case
from store.timers import Timer
from tests.bad_days.books import kept_words, read_books, unrest
from tests.bad_days.storm import Crowd, Kill, kill_at_random_moments, wait_for_calm

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.bad_days.conftest import Tell
    from tests.bad_days.ground import Ground


@pytest.mark.heavy
@pytest.mark.storm
@pytest.mark.processes
@pytest.mark.timeout(400)
def test_killed_four_times_with_twelve_reports_in_flight(ground: Ground, tell: Tell) -> None:
    weather(ground, tell, reports=12, kills=4, seed=20260302)


@pytest.mark.long
@pytest.mark.storm
@pytest.mark.processes
@pytest.mark.timeout(400)
def test_killed_twenty_times_with_fifty_reports_in_flight(ground: Ground, tell: Tell) -> None:
    weather(ground, tell, reports=50, kills=20, seed=20260302)


@pytest.mark.long
@pytest.mark.storm
@pytest.mark.processes
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_sixty_times_with_two_hundred_reports(ground: Ground, tell: Tell, seed: int) -> None:
    weather(ground, tell, reports=200, kills=60, seed=seed)


def weather(ground: Ground, tell: Tell, *, reports: int, kills: int, seed: int) -> None:
    """Kill and restart while everybody writes and accepts; then let the sky clear, and look at what there is."""
    tell(f"seed {seed}: {reports} reports, {kills} kills")
    program = ground.running()
    helpers = list(ground.team())
    relatives = [ground.relative(f"Relative {number}") for number in range(reports)]
    crowd = Crowd(relatives, helpers, random.Random(seed))  # noqa: S311  dice, not secrets
    crowd.all_write()
    fell = kill_at_random_moments(ground, program, crowd, kills)
    tell(report_on(fell))

    began = time.monotonic()
    program.start()
    wait_for_calm(ground, within=120)
    calm = time.monotonic() - began
    everybody_accepts(ground, crowd)
    nothing_is_left(ground)

    assert len(ground.case_codes()) == reports
    assert kept_words(ground.house) == crowd.wrote
    every_case_has_what_it_needs(ground, reports)
    for phone in crowd.relatives:
        was_answered(phone)
    books = read_books(ground)
    tell(f"{books.summary}; calm {calm:.1f} s after the last start")
    books.balance()
    assert ground.house.store.verify_log() == []
    assert program.terminate() < 10


def report_on(fell: list[Kill]) -> str:
    during = [kill for kill in fell if kill.during_activity]
    cut = [kill for kill in fell if kill.calls_cut]
    assert len(during) > len(fell) / 2, f"most kills fell on an idle program: {fell}"
    return (
        f"{len(during)} of {len(fell)} kills fell on work in hand ({sum(kill.in_hand for kill in fell)} rows), "
        f"{len(cut)} on calls under way ({sum(kill.calls_cut for kill in fell)} of them)"
    )


def everybody_accepts(ground: Ground, crowd: Crowd) -> None:
    """Every page that is still open is accepted, once the last of them has arrived."""
    for helper in crowd.helpers:
        for page in list(crowd.open_pages(helper)):
            crowd.accepts(helper, page)
    wait_for_calm(ground)


def nothing_is_left(ground: Ground) -> None:
    """Nothing is parked, nobody is searched for any more, and no promise that has fallen due is unkept."""
    ground.later(minutes=6)
    wait_for_calm(ground)
    with ground.house.store.read() as unit:
        assert parked_items(unit) == []
        searching = select(func.count()).where(Timer.kind == ESCALATE, Timer.due_at.is_not(None))
        assert unit.session.scalar(searching) == 0
    assert set(unrest(ground.house)) <= {"timer"}, "only what is wound for later may want something"


def every_case_has_what_it_needs(ground: Ground, reports: int) -> None:
    with ground.house.store.read() as unit:
        alerts = dict(unit.session.execute(select(Alert.case_id, func.count()).group_by(Alert.case_id)).all())
        assert set(alerts) == set(unit.session.scalars(select(Case.id)))
        assert set(alerts.values()) == {1}
        needs = unit.session.execute(select(Need.kind, Need.state, func.count()).group_by(Need.kind, Need.state)).all()
    assert sorted(map(tuple, needs)) == [
        ("coordinator", NeedState.ACCEPTED, reports),
        ("lawyer", NeedState.ACCEPTED, reports),
    ]


def was_answered(phone: Phone) -> None:
    phone.sees("We have your message", timeout=1)
    phone.sees("has taken your report", timeout=1)
