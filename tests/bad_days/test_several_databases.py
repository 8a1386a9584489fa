"""A database with a standby, and several nodes: one dies, a cable is pulled, a link is slow. Nothing is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.bad_days.books import kept_words, read_books
from tests.bad_days.ground import Ground
from tests.bad_days.link import Link
from tests.bad_days.namespaces import here, places
from tests.bad_days.servers import a_pair, address_of
from tests.bad_days.storm import left_behind, wait_for_calm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bad_days.conftest import Tell
    from tests.bad_days.servers import Server

pytestmark = [pytest.mark.processes, pytest.mark.long]
NOTICED_WITHIN = 75.0
"""Real seconds: half a minute until silence is taken for an end, and the pause before the next try."""


@pytest.mark.timeout(300)
def test_the_database_dies_and_its_standby_takes_over(tmp_path: Path, compiled: Path, tell: Tell) -> None:
    with a_pair(here(), here()) as (first, second), Ground(tmp_path, address_of(first, second), compiled) as ground:
        ground.all_running(bot="bot", first="worker", second="worker")
        tells_across(ground, first.kill, second, tell)


@pytest.mark.timeout(400)
def test_the_cable_of_the_database_is_pulled_and_its_standby_takes_over(
    tmp_path: Path, compiled: Path, tell: Tell
) -> None:
    with (
        places(2) as (one, two),
        a_pair(one, two) as (first, second),
        Ground(tmp_path, address_of(first, second), compiled) as ground,
    ):
        ground.all_running(bot="bot", first="worker", second="worker")
        tells_across(ground, one.is_cut_off, second, tell)
        first.kill()  # whoever promotes a standby sees to it that the old one never takes writes again
        one.is_back()
        alim = ground.relative("Alim")
        alim.writes("they took my son")
        ground.code_on(alim)


def tells_across(ground: Ground, fails: Callable[[], None], second: Server, tell: Tell) -> None:
    """People write before, while and after the database fails over; all of them are heard, once."""
    aigerim, dana = ground.team()
    relatives = [ground.relative(f"Relative {number}") for number in range(8)]
    for phone in relatives[:4]:
        phone.writes("they took my brother")
    fails()
    for phone in relatives[4:]:
        phone.writes("they took my brother")
    second.promote()
    began = time.monotonic()
    for phone in relatives:
        phone.sees("We have your message", timeout=NOTICED_WITHIN)
    tell(f"everybody was answered {time.monotonic() - began:.1f} s after the standby was promoted")
    ground.house.store.engine.dispose()
    wait_for_calm(ground)
    read_books(ground).balance()
    assert kept_words(ground.house) == {phone.chat_id: ["they took my brother"] for phone in relatives}
    for code in ground.case_codes():
        aigerim.sees(code, timeout=5)
        dana.sees(code, timeout=5)
    assert ground.house.store.verify_log() == []


@pytest.mark.timeout(300)
def test_a_node_behind_a_slow_link_falls_silent_with_work_in_hand_and_comes_back(
    tmp_path: Path, compiled: Path, tell: Tell
) -> None:
    with (
        a_pair(here(), here()) as (first, _),
        Link(first.host, first.port, delay=0.02) as link,
        Ground(tmp_path, address_of(first), compiled) as ground,
    ):
        ground.all_running(bot="bot")
        ground.environment["DATABASE_URL"] = f"postgresql+psycopg://postgres@127.0.0.1:{link.port}/panah"
        (far,) = ground.all_running(far="worker")
        aigerim, dana = ground.team()
        relatives = [ground.relative(f"Relative {number}") for number in range(8)]
        with ground.sandbox.faults.never_answers(accepted=True, times=6):
            so_far = len(ground.sandbox.calls("sendMessage"))
            for phone in relatives:
                phone.writes("they took my brother")
            ground.sandbox.wait_until(lambda: len(ground.sandbox.calls("sendMessage")) >= so_far + 6)
            with link.silent():
                ground.environment["DATABASE_URL"] = address_of(first)
                ground.all_running(near="worker")
                held = left_behind(ground)
                assert held, "it was cut off in the middle of nothing"
                wait_for_calm(ground, dead=held)
                tell(f"it held {len(held)} rows; another did them")
        assert far.is_running
        wait_for_calm(ground)
        aigerim.taps("Accept", on=aigerim.sees(ground.case_codes()[0]))
        aigerim.sees("You have taken")
        wait_for_calm(ground)
        books = read_books(ground)
        tell(books.summary)
        books.balance()
        assert kept_words(ground.house) == {phone.chat_id: ["they took my brother"] for phone in relatives}
        for code in ground.case_codes():
            dana.sees(code, timeout=5)
        assert ground.house.store.verify_log() == []
