"""Claim by lease: nobody works on the same row twice within a lease, and no row is forgotten."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from store import claims
from store.errors import LeaseLostError
from store.inbox import TABLE as INBOX
from store.inbox import RawInput, claim_inputs, keep, open_input, position
from store.timers import TABLE, Timer, set_timer, stop_timer

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store


def wind(store: Store, count: int = 1) -> list[UUID]:
    subjects = [uuid4() for _ in range(count)]
    with store.unit("test") as unit:
        for subject in subjects:
            set_timer(unit, "test", subject, unit.now)
    return subjects


def take(store: Store, limit: int = 1) -> list[claims.Claim]:
    with store.unit("test") as unit:
        return claims.claim(unit.session, TABLE, unit.now, limit=limit)


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(store: Store, clock: ManualClock) -> None:
    wind(store)
    (first,) = take(store)
    assert take(store) == []
    clock.advance(claims.LEASE)
    (second,) = take(store)
    assert (second.id, second.tries) == (first.id, 2)


def test_whoever_lost_the_lease_cannot_finish_and_leaves_no_trace(store: Store, clock: ManualClock) -> None:
    wind(store)
    (slow,) = take(store)
    clock.advance(claims.LEASE)
    (quick,) = take(store)

    def finish_late() -> None:
        with store.unit("test") as unit:
            set_timer(unit, "trace", slow.id, unit.now)
            claims.finish(unit.session, TABLE, slow)

    with pytest.raises(LeaseLostError):
        finish_late()
    with store.unit("test") as unit:
        claims.finish(unit.session, TABLE, quick)
        assert unit.session.query(Timer).filter_by(kind="trace").count() == 0
        assert claims.next_due(unit.session, TABLE) is None


def test_a_row_that_fails_again_and_again_is_parked_and_can_be_let_out(store: Store, clock: ManualClock) -> None:
    wind(store)
    for attempt in range(1, claims.TRIES + 1):
        (held,) = take(store)
        with store.unit("test") as unit:
            parked = claims.give_up_or_retry(unit.session, TABLE, held, unit.now, "KeyError at somewhere:1")
        assert parked == (attempt == claims.TRIES)
        assert take(store) == []
        clock.advance(timedelta(seconds=30))
    assert take(store) == []
    with store.unit("test") as unit:
        assert claims.unpark(unit.session, TABLE, held.id, unit.now)
    assert len(take(store)) == 1


def test_eight_threads_share_two_hundred_rows_without_taking_one_twice(store: Store) -> None:
    wind(store, 200)
    taken: Counter[UUID] = Counter()
    lock = threading.Lock()

    def work() -> None:
        while held := take(store, limit=7):
            with lock:
                taken.update(one.id for one in held)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 200
    assert set(taken.values()) == {1}


def test_winding_a_timer_again_takes_it_from_whoever_holds_it(store: Store) -> None:
    (subject,) = wind(store)
    (held,) = take(store)
    with store.unit("test") as unit:
        set_timer(unit, "test", subject, unit.now + timedelta(minutes=5))
    with store.unit("test") as unit, pytest.raises(LeaseLostError):
        claims.finish(unit.session, TABLE, held)
    with store.unit("test") as unit:
        stop_timer(unit, "test", subject)
        assert claims.next_due(unit.session, TABLE) is None


def receive(store: Store, *inputs: tuple[int, str | None, str]) -> int:
    with store.unit("poller") as unit:
        return keep(unit, "telegram:test", "telegram", [RawInput(*one) for one in inputs])


def handle(store: Store) -> str | None:
    with store.unit("worker") as unit:
        held = claim_inputs(unit, 1)
    if not held:
        return None
    with store.unit("worker") as unit:
        item, text, chat = open_input(unit, held[0])
        if chat is not None:
            chat.dialogue = b"begun"
        item.payload = None
        claims.finish(unit.session, INBOX, held[0])
    return text


def test_the_same_update_twice_is_kept_once(store: Store) -> None:
    assert receive(store, (7, "100", "one"), (8, "100", "two")) == 2
    assert receive(store, (8, "100", "two"), (9, "100", "three")) == 1
    assert receive(store, (9, "100", "three"), (9, "100", "three")) == 0
    with store.read() as unit:
        assert position(unit, "telegram:test") == 9
    assert [handle(store) for _ in range(4)] == ["one", "two", "three", None]


def test_words_of_one_chat_are_handled_in_order_and_chats_side_by_side(store: Store) -> None:
    receive(store, (1, "100", "a1"), (2, "100", "a2"), (3, "200", "b1"))
    with store.unit("worker") as unit:
        held = claim_inputs(unit, 10)
        assert [open_input(unit, one)[1] for one in held] == ["a1", "b1"]
    with store.unit("worker") as unit:
        assert claim_inputs(unit, 10) == []


def test_first_words_go_before_follow_ups(store: Store) -> None:
    receive(store, (1, "100", "a1"))
    assert handle(store) == "a1"
    receive(store, (2, "100", "a2"), (3, "200", "b1"))
    assert [handle(store), handle(store)] == ["b1", "a2"]


def test_a_parked_input_does_not_hold_up_those_behind_it(store: Store, clock: ManualClock) -> None:
    receive(store, (1, "100", "poison"), (2, "100", "after"))
    for _ in range(claims.TRIES):
        with store.unit("worker") as unit:
            (held,) = claim_inputs(unit, 1)
            assert open_input(unit, held)[1] == "poison"
        with store.unit("worker") as unit:
            claims.give_up_or_retry(unit.session, INBOX, held, unit.now, "ValueError")
        clock.advance(timedelta(minutes=1))
    assert handle(store) == "after"


def test_an_input_without_an_address_is_kept_too(store: Store) -> None:
    receive(store, (1, None, "{broken"))
    assert handle(store) == "{broken"
