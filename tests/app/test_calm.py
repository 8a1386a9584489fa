"""Whether anybody is at work, and until when not: what stories and the demo ask before they move the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.calm import calm_until, is_busy
from store import claims, timers
from store.base import new_id
from store.timers import TABLE

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

A_MOMENT = timedelta(seconds=1)


def due_in(store: Store, seconds: float) -> None:
    with store.unit("test") as unit:
        timers.set_timer(unit, "test", new_id(), unit.now + timedelta(seconds=seconds))


def test_where_nothing_waits_it_is_calm_for_ever(store: Store) -> None:
    assert not is_busy(store, A_MOMENT)
    assert calm_until(store) is None


def test_it_is_calm_until_the_first_row_falls_due_and_somebody_has_worked_on_it(
    store: Store, clock: ManualClock
) -> None:
    due_in(store, 60)
    due_in(store, 5)
    assert not is_busy(store, A_MOMENT)
    assert calm_until(store) == clock.now() + timedelta(seconds=5)
    clock.advance(timedelta(seconds=4))
    assert is_busy(store, A_MOMENT)
    assert calm_until(store) == clock.now() + A_MOMENT
    clock.advance(A_MOMENT)
    assert is_busy(store, timedelta(0))
    assert calm_until(store) is None, "it should be worked on now"
    with store.unit("test") as unit:
        claims.claim(unit.session, TABLE, unit.now, limit=1)
    assert is_busy(store, timedelta(0)), "somebody works on it"
    assert calm_until(store) is None
