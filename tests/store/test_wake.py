"""Wake at once: a commit is heard in this process and in others, and again after the connection broke."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from app.roles import Part, supervise
from store.engine import open_engine
from store.timers import set_timer
from store.unit_of_work import Store
from store.wake import Wake, watch_others

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.clock import ManualClock
    from store.vault import KeyRing

AT_ONCE = 0.1
PATIENCE = 60.0


def commit(store: Store, *, rings: bool = True) -> None:
    with store.unit("test", rings=rings) as unit:
        set_timer(unit, "test", uuid4(), unit.now)


class TestBell:
    def test_a_ring_between_looking_and_waiting_is_not_lost(self) -> None:
        wake = Wake()
        seen = wake.rung
        wake.ring()
        began = time.monotonic()
        assert wake.wait(seen, PATIENCE) == seen + 1
        assert time.monotonic() - began < PATIENCE / 2

    def test_without_a_ring_the_time_is_waited(self) -> None:
        wake = Wake()
        assert wake.wait(wake.rung, 0.01) == 0

    def test_everybody_who_waits_hears_it(self) -> None:
        wake, heard = Wake(), []
        threads = [threading.Thread(target=lambda: heard.append(wake.wait(0, PATIENCE))) for _ in range(4)]
        for thread in threads:
            thread.start()
        wake.ring()
        for thread in threads:
            thread.join()
        assert heard == [1] * 4

    def test_listeners_are_called_until_they_are_forgotten(self) -> None:
        wake, heard = Wake(), []

        def listener() -> None:
            heard.append(wake.rung)

        wake.listen(listener)
        wake.ring()
        wake.forget(listener)
        wake.ring()
        assert heard == [1]


def test_a_commit_rings_and_nothing_else_does(store: Store) -> None:
    commit(store)
    assert store.wake.rung == 1
    commit(store, rings=False)
    assert store.wake.rung == 1, "a claim gives nobody anything to do"
    with store.read():
        pass
    assert store.wake.rung == 1

    def fails() -> None:
        with store.unit("test") as unit:
            set_timer(unit, "test", uuid4(), unit.now)
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert store.wake.rung == 1


@contextmanager
def another_process(url: str, ring: KeyRing, clock: ManualClock) -> Iterator[Store]:
    """What another process has: the same database over connections of its own."""
    engine = open_engine(url)
    yield Store(engine, ring, clock)
    engine.dispose()


@contextmanager
def watched(store: Store) -> Iterator[Callable[[Callable[[], None]], float]]:
    """Watch as a process does; gives a function that does something and says how long the ring after it took."""
    stop = threading.Event()
    part = Part("watch", lambda stop: watch_others(store.engine, store.wake, stop))
    thread = threading.Thread(target=supervise, args=(part, stop))
    thread.start()

    def until_it_rings(after: Callable[[], None]) -> float:
        quiet = store.wake.rung
        while store.wake.wait(quiet, 0.05) != quiet:
            quiet = store.wake.rung
        after()
        began = time.monotonic()
        assert store.wake.wait(quiet, PATIENCE) != quiet
        return time.monotonic() - began

    try:
        assert store.wake.wait(0, PATIENCE) > 0, "at its beginning it rings once, for what was missed"
        yield until_it_rings
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_commit_of_another_process_is_heard_at_once(
    store: Store, database_url: str, ring: KeyRing, clock: ManualClock
) -> None:
    with another_process(database_url, ring, clock) as other, watched(store) as until_it_rings:
        commit(other)  # its connections are open now
        took = min(until_it_rings(lambda: commit(other)) for _ in range(5))
    assert took < AT_ONCE


def test_after_the_connection_broke_it_is_heard_again(
    store: Store, database_url: str, ring: KeyRing, clock: ManualClock
) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection that could break")
    with another_process(database_url, ring, clock) as other, watched(store) as until_it_rings:
        until_it_rings(lambda: terminate_listeners(other))
        assert until_it_rings(lambda: commit(other)) < PATIENCE


def terminate_listeners(store: Store) -> None:
    """As when the database server is restarted; the bell rings when it is listened to again."""
    with store.engine.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        ).all()
    assert ended == [(True,)]


def test_a_database_that_is_gone_is_an_error_for_the_supervisor(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite is a file")
    engine = open_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(psycopg.OperationalError):
        watch_others(engine, Wake(), threading.Event())
