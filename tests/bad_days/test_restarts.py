"""A restart in the middle changes nothing, whether it was asked for or not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.bad_days.books import in_hand, kept_words, read_books
from tests.bad_days.storm import wait_for_calm

if TYPE_CHECKING:
    from tests.bad_days.conftest import Tell
    from tests.bad_days.ground import Ground

pytestmark = pytest.mark.processes
REPORTS = 6
ENOUGH_CALLS = 5


@pytest.mark.heavy
@pytest.mark.timeout(90)
def test_sigterm_in_the_middle_is_a_clean_end(ground: Ground, tell: Tell) -> None:
    program = ground.running()
    ground.team()
    ground.sandbox.faults.slow(0.2, method="sendMessage")
    relatives = [ground.relative(f"Relative {number}") for number in range(REPORTS)]
    for phone in relatives:
        phone.writes("they took my brother")
    so_far = len(ground.sandbox.calls("sendMessage"))
    ground.sandbox.wait_until(lambda: len(ground.sandbox.calls("sendMessage")) > so_far + ENOUGH_CALLS)

    took = program.terminate(within=10)
    tell(f"ended {took:.2f} s after SIGTERM")
    assert program.exit_status == 0
    assert program.logged("stopped")[-1]["unfinished"] == []
    assert in_hand(ground.house) == frozenset(), "a clean end leaves no lease to be waited for"
    program.start()
    wait_for_calm(ground)
    assert kept_words(ground.house) == {phone.chat_id: ["they took my brother"] for phone in relatives}
    books = read_books(ground)
    books.balance()
    assert (books.unknown, books.doubled) == (0, 0)
    assert ground.house.store.verify_log() == []


@pytest.mark.heavy
@pytest.mark.timeout(60)
def test_a_kill_between_the_page_and_the_accept_changes_nothing(ground: Ground, tell: Tell) -> None:
    program = ground.running()
    aigerim, dana = ground.team()
    gulnar = ground.relative()
    gulnar.writes("they took my brother")
    code = ground.code_on(gulnar)
    page = aigerim.sees(code)
    dana.sees(code)
    wait_for_calm(ground)

    program.kill()
    gulnar.writes("his name is Alim")
    aigerim.taps("Accept", on=page)
    began = time.monotonic()
    program.start()
    gulnar.sees("has taken your report")
    tell(f"the relative was told {time.monotonic() - began:.1f} s after the start, no lease waited for")
    aigerim.sees(f"You have taken {code}")
    wait_for_calm(ground)
    assert kept_words(ground.house) == {gulnar.chat_id: ["they took my brother", "his name is Alim"]}
    read_books(ground).balance()
