"""One unit, one moment: what is read hangs together, what only reads cannot write, time is kept as it was."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import DateTime, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError

from store.engine import let_write
from store.eventlog import Event
from store.lanes import Lane, lock_lanes
from store.leases import hold, let_go
from store.timers import Timer, set_timer
from store.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.clock import ManualClock
    from store.unit_of_work import Store


class Happened(Event):
    """Something."""


def at_once(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestReading:
    def test_a_unit_that_reads_cannot_write(self, store: Store) -> None:
        with store.read() as unit, pytest.raises(DatabaseError):
            unit.session.execute(text("DELETE FROM timer"))
        with store.unit("test") as unit:  # and the connection it used can write again
            set_timer(unit, "test", uuid4(), unit.now)

    def test_nor_on_a_connection_that_was_taken_by_itself_to_write(self, store: Store) -> None:
        if store.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL is told anew with each transaction")
        with store.read() as unit:
            assert unit.session.scalars(select(Timer)).all() == []
        raw = store.engine.raw_connection()  # the one that has just read: there is no other yet
        let_write(raw)
        raw.cursor().execute("DELETE FROM timer")
        raw.close()
        with store.read() as unit, pytest.raises(DatabaseError):
            unit.session.execute(text("DELETE FROM timer"))

    def test_a_glance_waits_for_nobody_and_sees_what_was_committed(self, store: Store) -> None:
        with store.unit("test") as unit:
            set_timer(unit, "test", uuid4(), unit.now)
        with store.unit("holds up whoever wants to write"), store.glance() as connection:
            assert connection.scalar(select(func.count()).select_from(Timer)) == 1
        with store.unit("test") as unit:  # and the connection it used is as any other
            unit.session.execute(text("DELETE FROM timer"))
        with store.glance() as connection:
            assert connection.scalar(select(func.count()).select_from(Timer)) == 0

    def test_it_sees_one_moment(self, store: Store) -> None:
        with store.read() as unit:
            count = len(unit.session.scalars(select(Timer)).all())
            with store.unit("test") as writer:
                set_timer(writer, "test", uuid4(), writer.now)
            unit.session.expire_all()
            assert len(unit.session.scalars(select(Timer)).all()) == count

    def test_the_log_holds_while_others_write_to_it(self, store: Store) -> None:
        stop = threading.Event()

        def write(_: int) -> None:
            while not stop.is_set():
                with store.unit("writer") as unit:
                    unit.record(Happened(None))

        threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        found = [store.verify_log() for _ in range(15)]
        stop.set()
        for thread in threads:
            thread.join()
        assert found == [[]] * 15

    def test_readers_do_not_wait_for_a_writer(self, store: Store) -> None:
        with store.unit("writer") as unit:
            set_timer(unit, "test", uuid4(), unit.now)
            with store.read() as reader:
                assert reader.session.scalars(select(Timer)).all() == []


class TestLeases:
    def take(self, store: Store, holder: UUID) -> bool:
        with store.unit("test") as unit:
            return hold(unit, "poller", holder, timedelta(seconds=40))

    def test_one_holds_it_and_may_renew_it(self, store: Store, clock: ManualClock) -> None:
        mine, yours = uuid4(), uuid4()
        assert self.take(store, mine)
        assert not self.take(store, yours)
        clock.advance(timedelta(seconds=39))
        assert self.take(store, mine)
        clock.advance(timedelta(seconds=39))
        assert not self.take(store, yours)
        clock.advance(timedelta(seconds=1))
        assert self.take(store, yours)
        assert not self.take(store, mine)

    def test_given_back_it_is_free(self, store: Store) -> None:
        mine, yours = uuid4(), uuid4()
        assert self.take(store, mine)
        with store.unit("test") as unit:
            let_go(unit, "poller", yours)  # not theirs to give
        assert not self.take(store, yours)
        with store.unit("test") as unit:
            let_go(unit, "poller", mine)
        assert self.take(store, yours)

    def test_of_many_at_once_one_gets_it(self, store: Store) -> None:
        taken: list[bool] = []
        at_once(8, lambda _: taken.append(self.take(store, uuid4())))
        assert sorted(taken) == [False] * 7 + [True]


class TestLanes:
    def test_workers_that_use_the_same_lanes_in_any_order_neither_hang_nor_lose_a_turn(self, store: Store) -> None:
        keys = ["telegram", "telegram:chat:1", "telegram:chat:2"]
        begin = store.clock.now()

        def use(number: int) -> None:
            mine = keys if number % 2 else keys[::-1]
            for _ in range(8):
                with store.unit("sender") as unit:
                    for lane in lock_lanes(unit, mine).values():
                        lane.free_at += timedelta(seconds=1)

        at_once(4, use)
        with store.read() as unit:
            assert {lane.free_at for lane in unit.session.scalars(select(Lane))} == {begin + timedelta(seconds=32)}

    def test_no_lanes_are_no_work(self, store: Store) -> None:
        with store.unit("sender") as unit:
            assert lock_lanes(unit, []) == {}
            assert unit.session.scalars(select(Lane)).all() == []


class TestInstants:
    def test_they_come_back_as_utc_and_sort_as_time_does(self, store: Store) -> None:
        east, west = timezone(timedelta(hours=5)), timezone(timedelta(hours=-8))
        instants = [
            datetime(2026, 3, 2, 23, 0, 0, 1, tzinfo=east),
            datetime(2026, 3, 2, 12, 0, tzinfo=west),
            datetime(2026, 3, 2, 18, 0, tzinfo=UTC),
            datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        ]
        with store.unit("test") as unit:
            for number, instant in enumerate(instants):
                set_timer(unit, str(number), uuid4(), instant)
        with store.read() as unit:
            found = list(unit.session.scalars(select(Timer.due_at).order_by(Timer.due_at)))
        assert found == sorted(instants)
        assert {instant.tzinfo for instant in found if instant is not None} == {UTC}

    def test_each_engine_has_its_own_type_for_them(self) -> None:
        here, there = (UtcDateTime().load_dialect_impl(kind.dialect()) for kind in (sqlite, postgresql))
        assert isinstance(here, DateTime)
        assert isinstance(there, DateTime)
        assert (here.timezone, there.timezone) == (False, True)


def test_a_unit_has_one_reading_of_the_clock(store: Store, clock: ManualClock) -> None:
    with store.unit("test") as unit:
        before = unit.now
        clock.advance(timedelta(hours=1))
        assert unit.now == before
    with store.read() as unit:
        assert unit.now == before + timedelta(hours=1)
