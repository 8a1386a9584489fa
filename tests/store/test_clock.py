"""Business time: never naive, moved in a sandbox only, and then for everybody together."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from store.base import new_id
from store.clock import ManualClock, SharedClock, SystemClock
from store.errors import ClockRefusedError, NaiveDatetimeError

if TYPE_CHECKING:
    from pathlib import Path

A_DAY = timedelta(days=1)


def ahead(clock: SharedClock) -> float:
    return (clock.now() - datetime.now(UTC)).total_seconds()


def test_the_machines_clock_is_aware() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_clock_that_stands_still_is_moved_by_hand_and_never_naive() -> None:
    clock = ManualClock(datetime(2026, 3, 2, 23, 0, tzinfo=timezone(timedelta(hours=5))))
    assert clock.now() == datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    assert clock.advance(-A_DAY) == clock.now() == datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    with pytest.raises(NaiveDatetimeError):
        ManualClock(datetime(2026, 3, 2))  # noqa: DTZ001  the point


def test_outside_a_sandbox_no_clock_can_be_moved(tmp_path: Path) -> None:
    with pytest.raises(ClockRefusedError):
        SharedClock(tmp_path / "clock.json", sandbox=False)


def test_all_processes_clocks_move_together(tmp_path: Path) -> None:
    one, other = (SharedClock(tmp_path / "clock.json", sandbox=True) for _ in range(2))
    assert abs(ahead(one)) < 1
    for _ in range(20):  # faster than the file system's own clock ticks
        one.advance(A_DAY)
        one.advance(A_DAY)
        assert abs(ahead(other) - ahead(one)) < 1
        other.advance(A_DAY)
        assert abs(ahead(other) - ahead(one)) < 1
    assert abs(ahead(SharedClock(tmp_path / "clock.json", sandbox=True)) - 60 * A_DAY.total_seconds()) < 1
    one.advance(-60 * A_DAY)
    assert abs(ahead(other)) < 1


def test_of_movers_at_once_every_one_counts(tmp_path: Path) -> None:
    watching = SharedClock(tmp_path / "clock.json", sandbox=True)

    def move() -> None:
        mine = SharedClock(tmp_path / "clock.json", sandbox=True)
        for _ in range(20):
            mine.advance(A_DAY)
            watching.now()

    threads = [threading.Thread(target=move) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert abs(ahead(watching) - 100 * A_DAY.total_seconds()) < 1


def test_identifiers_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
