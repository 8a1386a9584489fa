"""The database fails: no row is to blame, none is put aside, and all of it is handled when the database is back."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import event, exc, select, text
from structlog.testing import capture_logs

from store import claims
from store.outages import REMEMBERED, Stumbles, is_outage
from store.queues import Queue, work_once
from store.timers import TABLE, Timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from store.claims import Claim
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

    Trouble = Callable[[UnitOfWork], None]

LONG = timedelta(minutes=2)


def the_disk_is_full(unit: UnitOfWork) -> None:
    """SQLite may not grow any more, and PostgreSQL says what it says then; both by the engine itself."""
    connection = unit.session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DO $$ BEGIN RAISE disk_full; END $$")
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    try:
        connection.exec_driver_sql("CREATE TABLE much AS SELECT randomblob(1000000)")
    finally:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA max_page_count=1000000")
        raw.close()


def the_connection_is_gone(unit: UnitOfWork) -> None:
    connection = unit.session.connection()
    if connection.dialect.name == "sqlite":
        pytest.skip("a file has no connection to lose")
    connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def a_name_is_taken(unit: UnitOfWork) -> None:
    """A value that the row brings and the database refuses."""
    taken = unit.session.scalars(select(Timer.id)).first()
    unit.session.execute(TABLE.insert().values(id=taken, kind="x", subject_id=uuid4(), tries=0))


def a_statement_makes_no_sense(unit: UnitOfWork) -> None:
    unit.session.execute(text("SELECT nothing FROM nowhere"))


def our_own_mistake(_: UnitOfWork) -> None:
    raise ValueError


class Desk:
    """A queue of timers that are handled, unless something is the matter."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.trouble: Trouble | None = None
        self.handled: list[str] = []
        self.parked = 0
        self.queue = Queue("desk", TABLE, self.take, self.handle, self.park)

    def take(self, unit: UnitOfWork, limit: int) -> list[Claim]:
        return claims.claim(unit.session, TABLE, unit.now, limit=limit)

    def handle(self, unit: UnitOfWork, held: Claim) -> None:
        kind = unit.session.get_one(Timer, held.id).kind
        if self.trouble is not None:
            self.trouble(unit)
        claims.finish(unit.session, TABLE, held)
        self.handled.append(kind)

    def park(self, _: UnitOfWork, __: Claim) -> None:
        self.parked += 1

    def wind(self, *kinds: str) -> None:
        with self.store.unit("test") as unit:
            for kind in kinds:
                set_timer(unit, kind, uuid4(), unit.now)

    def tries(self) -> set[int]:
        with self.store.read() as unit:
            return set(unit.session.scalars(select(Timer.tries)))


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.mark.parametrize("trouble", [the_disk_is_full, the_connection_is_gone])
def test_an_outage_costs_no_row_a_try_however_long_it_is(desk: Desk, clock: ManualClock, trouble: Trouble) -> None:
    desk.wind("one", "two")
    desk.trouble = trouble
    with capture_logs() as logs:
        for _ in range(3 * claims.DEATHS):
            assert work_once(desk.store, desk.queue) == 2
            clock.advance(LONG)
    assert desk.tries() == {0}
    assert {entry["event"] for entry in logs} == {"database_failed"}
    desk.trouble = None
    assert work_once(desk.store, desk.queue) == 2
    assert sorted(desk.handled) == ["one", "two"]
    assert desk.parked == 0


@pytest.mark.parametrize("trouble", [a_name_is_taken, a_statement_makes_no_sense, our_own_mistake])
def test_what_a_row_brings_about_itself_counts(desk: Desk, clock: ManualClock, trouble: Trouble) -> None:
    desk.wind("one")
    desk.trouble = trouble
    for _ in range(claims.TRIES):
        assert desk.parked == 0
        work_once(desk.store, desk.queue)
        clock.advance(LONG)
    assert desk.parked == 1


def test_outages_between_them_make_a_rows_own_failures_neither_more_nor_fewer(desk: Desk, clock: ManualClock) -> None:
    desk.wind("one")
    for _ in range(claims.TRIES):
        assert desk.parked == 0
        for trouble in (the_disk_is_full, the_disk_is_full, our_own_mistake):
            desk.trouble = trouble
            work_once(desk.store, desk.queue)
            clock.advance(LONG)
    assert desk.parked == 1


def test_a_row_rests_longer_and_longer_and_begins_anew_when_it_was_handled(desk: Desk, clock: ManualClock) -> None:
    def rest() -> float:
        with desk.store.read() as unit:
            due_at = unit.session.scalars(select(Timer.due_at)).one()
        assert due_at is not None
        return (due_at - clock.now()).total_seconds()

    desk.wind("one")
    desk.trouble = the_disk_is_full
    rests = []
    for _ in range(len(claims.OUTAGE_BACK_OFF) + 2):
        work_once(desk.store, desk.queue)
        rests.append(rest())
        clock.advance(LONG)
    assert rests[:4] == [0.2, 1, 5, 10]
    assert rests == sorted(rests)
    assert rests[-1] == 60
    desk.trouble = our_own_mistake
    work_once(desk.store, desk.queue)
    clock.advance(LONG)
    desk.trouble = the_disk_is_full
    work_once(desk.store, desk.queue)
    assert rest() == 0.2


def test_an_outage_that_cannot_even_be_noted_is_made_good_when_it_is_over(desk: Desk, clock: ManualClock) -> None:
    waits_briefly(desk.store.engine)
    desk.wind("one", "two", "three")
    for _ in range(claims.DEATHS + 1):
        with nobody_else_gets_in(desk) as hold:

            def taken_away(unit: UnitOfWork, hold: Callable[[], None] = hold) -> None:
                unit.session.rollback()
                hold()
                unit.session.scalars(select(Timer.id).with_for_update()).all()

            desk.trouble = taken_away
            with pytest.raises(exc.OperationalError):
                work_once(desk.store, desk.queue)
        clock.advance(LONG)
    desk.trouble = None
    while work_once(desk.store, desk.queue):
        pass
    assert sorted(desk.handled) == ["one", "three", "two"]
    assert desk.tries() == {1}
    assert desk.parked == 0


def waits_briefly(engine: Engine) -> None:
    """Have nobody wait ten seconds for a lock."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        if engine.dialect.name == "postgresql":
            connection.execute("SET lock_timeout = '50ms'")
            connection.commit()
        else:
            connection.execute("PRAGMA busy_timeout=50")

    engine.dispose()


@contextmanager
def nobody_else_gets_in(desk: Desk) -> Iterator[Callable[[], None]]:
    """Give what takes the whole table for somebody else, until the end of this."""
    with desk.store.engine.connect() as other:

        def hold() -> None:
            if other.dialect.name == "postgresql":
                other.execute(text("LOCK TABLE timer IN ACCESS EXCLUSIVE MODE"))
            else:
                other.execute(text("UPDATE timer SET kind = kind"))  # begins with the lock on the file

        yield hold
        other.rollback()


def said_by_postgresql(store: Store, state: str) -> BaseException:
    with pytest.raises(exc.DBAPIError) as caught, store.unit("test") as unit:
        unit.session.connection().exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    return caught.value


DATABASES_OWN = {
    "53100": "disk full", "53200": "out of memory", "53300": "too many connections", "40001": "serialization",
    "40P01": "deadlock", "55P03": "lock not available", "57014": "canceled", "57P01": "shutdown", "58030": "I/O",
    "25006": "a standby by now",
}  # fmt: skip
ROWS_OWN = {
    "22001": "too long", "22P02": "no such value", "23505": "not unique", "23503": "nothing there", "42P01": "no table",
    "54001": "too complex", "54023": "too many arguments", "P0001": "raised",
}  # fmt: skip


def test_who_is_to_blame_is_read_from_what_postgresql_says(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("these are codes of PostgreSQL")
    for state, meaning in DATABASES_OWN.items():
        assert is_outage(said_by_postgresql(store, state)), meaning
    for state, meaning in ROWS_OWN.items():
        assert not is_outage(said_by_postgresql(store, state)), meaning


def test_an_outage_is_seen_through_what_was_raised_over_it() -> None:
    outage = exc.TimeoutError("no connection is free")
    over = ValueError()
    over.__cause__ = outage
    assert is_outage(over)
    assert not is_outage(ValueError())


def test_stumbles_do_not_fill_the_memory() -> None:
    stumbles = Stumbles()
    one = uuid4()
    assert [stumbles.again(one) for _ in range(3)] == [1, 2, 3]
    for _ in range(REMEMBERED):
        stumbles.again(uuid4())
    assert stumbles.again(one) == 1
