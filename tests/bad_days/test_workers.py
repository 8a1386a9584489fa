"""Several processes share one database: work is done once, and it goes on when one of them dies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Need, NeedState
from store.eventlog import EventRow
from tests.bad_days.books import kept_words, read_books
from tests.bad_days.storm import left_behind, wait_for_calm

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.bad_days.conftest import Tell
    from tests.bad_days.ground import Ground

pytestmark = pytest.mark.processes
REPORTS = 6
ENOUGH_CALLS = 10


@pytest.mark.heavy
@pytest.mark.timeout(120)
def test_two_workers_share_the_work_and_one_of_them_is_killed(ground: Ground, tell: Tell) -> None:
    _, first = ground.all_running(bot="bot", first="worker")
    aigerim, dana = ground.team()
    relatives = [ground.relative(f"Relative {number}") for number in range(REPORTS)]
    with ground.sandbox.faults.never_answers(accepted=True, times=ENOUGH_CALLS):
        second = ground.program("worker", "second").start()
        so_far = len(ground.sandbox.calls("sendMessage"))
        for phone in relatives:
            phone.writes("they took my brother")
        ground.sandbox.wait_until(lambda: len(ground.sandbox.calls("sendMessage")) >= so_far + ENOUGH_CALLS)
        second.wait_until_ready()
        first.kill()  # while the calls it made before the second came are still under way

    died_at = ground.clock.now()
    dead = left_behind(ground)
    assert dead, "it was killed in the middle of nothing"
    wait_for_calm(ground, dead=dead)
    took = (ground.clock.now() - died_at).total_seconds()
    tell(f"it left {len(dead)} rows behind; all was done {took:.0f} s later by the clock")
    books = read_books(ground)
    tell(books.summary)
    books.balance()
    assert kept_words(ground.house) == {phone.chat_id: ["they took my brother"] for phone in relatives}
    for code in ground.case_codes():
        aigerim.sees(code, timeout=1)
        dana.sees(code, timeout=1)
    assert ground.house.store.verify_log() == []
    assert "failed" not in ground.logs


@pytest.mark.long
@pytest.mark.heavy
@pytest.mark.timeout(90)
def test_two_people_accept_in_the_same_instant_and_both_are_told(ground: Ground) -> None:
    ground.all_running(bot="bot", first="worker", second="worker")
    aigerim, timur, dana = ground.helper("Aigerim"), ground.helper("Timur"), ground.helper("Dana", "lawyer")
    ground.linked(aigerim, timur, dana)
    relatives = [ground.relative(f"Relative {number}") for number in range(6)]
    for phone in relatives:
        phone.writes("they took my brother")
    codes = [ground.code_on(phone) for phone in relatives]
    wait_for_calm(ground)

    for code in codes:
        pages = [(phone, phone.sees(code)) for phone in (aigerim, timur)]
        for phone, page in pages:
            phone.taps("Accept", on=page)
    wait_for_calm(ground)

    for code in codes:
        (winner,) = [phone for phone in (aigerim, timur) if has_seen(phone, f"You have taken {code}")]
        loser = timur if winner is aigerim else aigerim
        told = f"{code} has already been taken by {winner.name}"
        loser.sees(told, timeout=5)
        loser.is_told(told)
        winner.is_told(f"You have taken {code}")
        loser.sees(f"{code}: taken by {winner.name}", timeout=5)
    for phone in relatives:
        assert has_seen(phone, "has taken your report"), phone.screen()
    with ground.house.store.read() as unit:
        needs = dict(unit.session.execute(select(Need.id, Need.state).where(Need.kind == "coordinator")).all())
        accepted = Counter(
            row.payload["need_id"] for row in unit.session.scalars(select(EventRow)) if row.name == "NeedAccepted"
        )
    assert set(needs.values()) == {NeedState.ACCEPTED}
    assert accepted == {str(need): 1 for need in needs}
    assert "failed" not in ground.logs


def has_seen(phone: Phone, words: str) -> bool:
    return any(message.says(words) for message in phone.messages)
