"""A clock that was set back silences nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from app.setback import undo_setback
from store import claims, leases
from store.inbox import TABLE as INBOX
from store.inbox import RawInput, keep
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


def test_what_rests_by_the_rules_rests_on(store: Store) -> None:
    with store.unit("test") as unit:
        set_timer(unit, "tell_waiting", uuid4(), unit.now + timedelta(hours=4))
        set_timer(unit, "escalate", uuid4(), unit.now + timedelta(hours=9))  # of a need that waits for the morning
    assert undo_setback(store) == 0
    with store.read() as unit:
        assert claims.next_due(unit.session, TIMERS) == unit.now + timedelta(hours=4)
