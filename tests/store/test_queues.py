"""Working off a queue: everything once, failures again later, what cannot be handled out of the way."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError
from structlog.testing import capture_logs

from store import claims
from store.inbox import TABLE as INBOX
from store.inbox import RawInput, claim_inputs, in_turn, keep
from store.queues import Queue, handle_one, seconds_until_due, where_it_failed, work_off, work_once
from store.timers import TABLE, Timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.claims import Claim
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

CANARY = "Асқар Canary"


def wind(store: Store, *kinds: str) -> None:
    with store.unit("test") as unit:
        for kind in kinds:
            set_timer(unit, kind, uuid4(), unit.now)


class Desk:
    """A queue of timers, and what became of them. What is to fail says so in its kind."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.parked: list[UUID] = []
        self.taken = 0

    @property
    def queue(self) -> Queue:
        return Queue("desk", TABLE, self.take, self.handle, self.park)

    def take(self, unit: UnitOfWork, limit: int) -> list[Claim]:
        self.taken += 1
        return claims.claim(unit.session, TABLE, unit.now, limit=limit)

    def handle(self, unit: UnitOfWork, held: Claim) -> None:
        kind = unit.session.get_one(Timer, held.id).kind
        if kind == "kills":
            raise Killed
        if kind == "fails":
            set_timer(unit, "trace", uuid4(), unit.now)
            raise ValueError(CANARY)
        claims.finish(unit.session, TABLE, held)
        self.handled.append(kind)

    def park(self, _: UnitOfWork, held: Claim) -> None:
        self.parked.append(held.id)


def test_what_is_due_is_handled_once(store: Store, clock: ManualClock) -> None:
    desk = Desk()
    assert work_once(store, desk.queue) == 0
    assert desk.taken == 0, "looking for work takes no lock"
    wind(store, "one", "two")
    with store.unit("test") as unit:
        set_timer(unit, "later", uuid4(), unit.now + timedelta(minutes=1))
    assert work_once(store, desk.queue) == 2
    assert work_once(store, desk.queue) == 0
    clock.advance(timedelta(minutes=1))
    assert work_once(store, desk.queue) == 1
    assert sorted(desk.handled) == ["later", "one", "two"]


def test_a_failure_leaves_no_trace_is_tried_again_and_at_last_out_of_the_way(store: Store, clock: ManualClock) -> None:
    desk = Desk()
    wind(store, "fails")
    with capture_logs() as logs:
        for _ in range(claims.TRIES):
            wind(store, "other")
            while work_once(store, desk.queue):
                pass  # what failed before is taken alone, and the other one after it
            clock.advance(timedelta(minutes=1))
    assert desk.handled == ["other"] * claims.TRIES
    (parked,) = desk.parked
    with store.read() as unit:
        row = unit.session.get_one(Timer, parked)
        assert (row.kind, row.due_at) == ("fails", None)
        assert row.trouble is not None
        assert row.trouble.startswith("ValueError at test_queues.py:")
        assert "trace" not in unit.session.scalars(select(Timer.kind)).all()
    assert [entry["event"] for entry in logs] == ["handling_failed"] * claims.TRIES
    assert CANARY not in str(logs)


def test_what_its_workers_die_of_is_not_tried_for_ever(store: Store, clock: ManualClock) -> None:
    desk = Desk()
    wind(store, "one")
    for _ in range(claims.DEATHS):  # claimed, and the process was gone
        with store.unit("dies") as unit:
            assert len(desk.take(unit, 1)) == 1
        clock.advance(claims.LEASE)
    assert work_once(store, desk.queue) == 1
    assert desk.handled == []
    assert len(desk.parked) == 1


class Killed(BaseException):
    """The process is gone: nothing it would have done after this is done."""


def test_what_kills_its_workers_takes_nothing_along(store: Store, clock: ManualClock) -> None:
    desk = Desk()
    wind(store, "kills")
    clock.advance(timedelta(seconds=1))
    wind(store, "beside it", "behind it", "further back")
    for _ in range(claims.DEATHS):
        with suppress(Killed):
            while work_once(store, desk.queue):
                pass
        clock.advance(claims.LEASE)
    assert sorted(desk.handled) == ["behind it", "beside it", "further back"]
    work_once(store, desk.queue)
    assert len(desk.parked) == 1


def test_a_failure_after_many_deaths_is_tried_again(store: Store, clock: ManualClock) -> None:
    desk = Desk()
    wind(store, "fails")
    for _ in range(claims.TRIES):
        with store.unit("dies") as unit:
            assert len(desk.take(unit, 1)) == 1
        clock.advance(claims.LEASE)
    for parked in (0, 1):
        assert work_once(store, desk.queue) == 1
        assert len(desk.parked) == parked
        clock.advance(timedelta(minutes=1))


def test_who_lost_the_lease_leaves_no_trace_and_does_no_harm(store: Store, clock: ManualClock) -> None:
    desk = Desk()
    wind(store, "one")
    with store.unit("slow") as unit:
        (held,) = desk.take(unit, 1)
    clock.advance(claims.LEASE)
    with store.unit("quick") as unit:
        assert len(desk.take(unit, 1)) == 1
    with capture_logs() as logs:
        handle_one(store, desk.queue, held)
    assert desk.handled == []
    assert [entry["event"] for entry in logs] == ["lease_lost"]


class Working:
    """A worker in a thread."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._stop = threading.Event()
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(queue,))
        self._thread.start()

    def _run(self, queue: Queue) -> None:
        try:
            work_off(self._store, queue, self._stop)
        except Exception as error:  # noqa: BLE001  looked at by the test
            self.error = error

    def ends(self, within: float = 2.0) -> None:
        """It is told to stop, and has."""
        self._stop.set()
        self._store.wake.ring()
        self.is_over(within)

    def is_over(self, within: float) -> None:
        self._thread.join(within)
        assert not self._thread.is_alive()


def soon(truth: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.01)
    return truth()


def test_a_worker_hears_of_work_and_ends_at_once_when_told(store: Store) -> None:
    desk = Desk()
    working = Working(store, desk.queue)
    wind(store, "one")
    assert soon(lambda: desk.handled == ["one"])
    working.ends()
    assert working.error is None


def test_database_errors_are_left_to_the_supervisor(store: Store) -> None:
    desk = Desk()
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE timer"))
    working = Working(store, desk.queue)
    working.is_over(10)
    assert isinstance(working.error, DatabaseError)


def test_who_cannot_even_note_a_failure_says_so(store: Store) -> None:
    def fails(_unit: UnitOfWork, _held: Claim) -> None:
        raise ValueError(CANARY)

    def parks(_unit: UnitOfWork, _held: Claim) -> None:
        raise AssertionError

    wind(store, "one")
    queue = Queue("desk", TABLE, Desk().take, fails, parks)
    with store.unit("test") as unit:
        (held,) = queue.take(unit, 1)
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE timer"))
    with capture_logs(), pytest.raises(DatabaseError):
        handle_one(store, queue, held)


def test_behind_a_row_somebody_else_holds_a_worker_sleeps(store: Store, clock: ManualClock) -> None:
    desk, handled = Desk(), []

    def take(unit: UnitOfWork, limit: int) -> list[Claim]:
        desk.taken += 1
        return claim_inputs(unit, limit)

    def handle(unit: UnitOfWork, held: Claim) -> None:
        claims.finish(unit.session, INBOX, held)
        handled.append(held.id)

    with store.unit("poller") as unit:
        keep(unit, "telegram:test", "telegram", [RawInput(1, "100", "first"), RawInput(2, "100", "second")])
    with store.unit("dies") as unit:
        assert len(claim_inputs(unit, 1)) == 1
    queue = Queue("inbox", INBOX, take, handle, desk.park, (in_turn(),))
    assert seconds_until_due(store, INBOX, queue.only) > 0
    working = Working(store, queue)
    time.sleep(0.2)
    assert desk.taken == 0
    clock.advance(claims.LEASE)
    store.wake.ring()
    assert soon(lambda: len(handled) == 2)
    working.ends()


def test_a_failure_is_told_by_kind_and_place_alone() -> None:
    def fails() -> None:
        raise ValueError(CANARY)

    with pytest.raises(ValueError, match=CANARY) as error:
        fails()
    assert where_it_failed(error.value).startswith("ValueError at test_queues.py:")
    assert CANARY not in where_it_failed(error.value)
    assert where_it_failed(KeyError(CANARY)) == "KeyError"


def test_what_was_let_out_is_tried_from_the_beginning(store: Store) -> None:
    desk = Desk()
    wind(store, "one")
    with store.unit("test") as unit:
        parked = {"due_at": None, "parked_at": unit.now, "tries": claims.TRIES}
        unit.session.execute(update(Timer).values(**parked))
    assert work_once(store, desk.queue) == 0
    with store.unit("test") as unit:
        id_ = unit.session.scalars(select(Timer.id)).one()
        assert claims.unpark(unit.session, TABLE, id_, unit.now)
        assert not claims.unpark(unit.session, TABLE, uuid4(), unit.now)
    work_once(store, desk.queue)
    assert desk.handled == ["one"]
