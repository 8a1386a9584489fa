"""A clock that was set back silences nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from app.setback import undo_setback
from store import claims, leases
from store.inbox import TABLE as INBOX
from store.inbox import RawInput, keep
from store.lanes import Lane, lock_lanes
from store.timers import TABLE as TIMERS
from store.timers import set_timer

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store


def test_a_report_written_down_by_a_clock_that_ran_ahead_is_handled_now(store: Store, clock: ManualClock) -> None:
    me = uuid4()
    with store.unit("poller") as unit:
        keep(unit, "telegram:test", "telegram", [RawInput(1, "100", "they took my brother")])
        leases.hold(unit, "telegram:test", me, timedelta(seconds=40))
    clock.advance(timedelta(hours=-3))
    assert undo_setback(store) == 1
    with store.unit("other") as unit:
        assert len(claims.claim(unit.session, INBOX, unit.now)) == 1
        assert leases.hold(unit, "telegram:test", uuid4(), timedelta(seconds=40)), (
            "a dead node's lease would last hours"
        )


def test_messages_do_not_wait_for_the_hour_the_clock_had_reached(store: Store, clock: ManualClock) -> None:
    with store.unit("sender") as unit:
        for lane in lock_lanes(unit, ["telegram:all", "telegram:chat:1"]).values():
            lane.free_at = unit.now + timedelta(seconds=1)
        closed = lock_lanes(unit, ["telegram:chat:2"])["telegram:chat:2"]
    clock.advance(timedelta(minutes=-5))
    undo_setback(store)
    assert free_lanes(store) == {"telegram:all"}, "one conversation may well be closed for so long"
    clock.advance(timedelta(hours=-3))
    undo_setback(store)
    assert free_lanes(store) == {"telegram:all", "telegram:chat:1", closed.key}


def free_lanes(store: Store) -> set[str]:
    with store.read() as unit:
        return set(unit.session.scalars(select(Lane.key).where(Lane.free_at <= unit.now)))


def test_what_rests_by_the_rules_rests_on(store: Store) -> None:
    with store.unit("test") as unit:
        set_timer(unit, "tell_waiting", uuid4(), unit.now + timedelta(hours=4))
        set_timer(unit, "escalate", uuid4(), unit.now + timedelta(hours=9))  # of a need that waits for the morning
    assert undo_setback(store) == 0
    with store.read() as unit:
        assert claims.next_due(unit.session, TIMERS) == unit.now + timedelta(hours=4)
