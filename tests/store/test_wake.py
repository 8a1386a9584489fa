"""Wake at once: a commit is heard in this process and in others, and again after the connection broke."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text, update

from app.parked import QUEUES
from app.roles import Part, supervise
from store.engine import open_engine
from store.timers import set_timer
from store.unit_of_work import Store
from store.wake import IN_DOUBT, Wake, watch_others

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


class TestWhoIsWoken:
    def test_a_commit_wakes_those_who_wait_for_its_tables_and_nobody_else(self, store: Store) -> None:
        timers, messages, anything = store.wake.bell("timer"), store.wake.bell("delivery"), store.wake.bell()
        either, heard = store.wake.bell("delivery", "timer"), list[str]()
        store.wake.listen(lambda: heard.append("timer"), "timer")
        store.wake.listen(lambda: heard.append("delivery"), "delivery")
        commit(store)
        assert (timers.rung, messages.rung, anything.rung, either.rung) == (1, 0, 1, 1)
        store.wake.ring()
        assert (timers.rung, messages.rung, anything.rung, either.rung) == (2, 1, 2, 2)
        assert heard == ["timer", "timer", "delivery"]

    @pytest.mark.parametrize(
        ("statement", "table"),
        [
            ("INSERT INTO reply_counter (id, last) SELECT 1, 1 WHERE 1 = 0", "reply_counter"),
            ("update timer SET tries = 0 WHERE 1 = 0", "timer"),
            ('DELETE FROM "case" WHERE 1 = 0', "case"),
            ("SELECT 1 FROM timer", ""),
            ("WITH one AS (SELECT id FROM timer) DELETE FROM reaction WHERE id IN (SELECT id FROM one)", "*"),
        ],
    )  # fmt: skip
    def test_what_was_written_to_is_read_off_the_statements(self, store: Store, statement: str, table: str) -> None:
        bells = {name: store.wake.bell(name) for name in ("timer", "case", "reaction", "reply_counter")}
        with store.unit("test") as unit:
            unit.session.execute(text(statement))
        rung = {name for name, bell in bells.items() if bell.rung}
        assert rung == {"*": set(bells), "": set()}.get(table, {table}), "what cannot be told rings for everybody"

    def test_whatever_wants_work_rings_for_whoever_does_it(self, store: Store) -> None:
        """Every queue of the house: a row of it that a unit of work makes due strikes the bell of its table."""
        for name, table in QUEUES.items():
            bell, other = store.wake.bell(table.name), store.wake.bell("policy_document")
            with store.unit("test") as unit:
                unit.session.execute(update(table).values(due_at=unit.now))
            assert (bell.rung, other.rung) == (1, 0), name

    def test_nothing_that_was_brought_is_waited_for_in_vain(self) -> None:
        """Many who bring rows of many tables in one moment, and one who waits for each: none sleeps through its own."""
        wake, tables, rounds = Wake(), [f"t{number}" for number in range(6)], 300
        waiting = {name: deque[int]() for name in tables}
        slept: list[float] = []

        def takes(name: str) -> None:
            bell, taken = wake.bell(name), 0
            while taken < rounds * 3:
                seen = bell.rung
                if waiting[name]:
                    waiting[name].popleft()
                    taken += 1
                    continue
                began = time.monotonic()
                bell.wait(seen, PATIENCE)
                slept.append(time.monotonic() - began)

        def brings(chance: random.Random) -> None:
            left = Counter(dict.fromkeys(tables, rounds))
            while left:
                chosen = chance.sample(sorted(left), min(2, len(left)))
                for name in chosen:
                    waiting[name].append(1)
                    left[name] -= 1
                wake.ring(chosen)
                left = +left

        threads = [threading.Thread(target=takes, args=(name,)) for name in tables]
        threads += [threading.Thread(target=brings, args=(random.Random(seed),)) for seed in range(3)]  # noqa: S311  no secret
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)
        assert not any(waiting.values())
        assert max(slept, default=0.0) < PATIENCE / 2

    def test_own_commits_wake_nobody_a_second_time(self, store: Store) -> None:
        stop, elsewhere = threading.Event(), store.wake.bell("delivery")
        thread = threading.Thread(target=watch_others, args=(store.engine, store.wake, stop))
        thread.start()
        try:
            assert elsewhere.wait(0, PATIENCE) == 1, "at its beginning it rings once"
            began, commits = time.monotonic(), 0
            while commits < 100:
                commit(store)
                commits += 1
            took = time.monotonic() - began
            assert elsewhere.rung <= 2 + took / IN_DOUBT
        finally:
            stop.set()
            thread.join(PATIENCE)


def test_a_commit_of_another_process_is_heard_among_our_own(
    store: Store, database_url: str, ring: KeyRing, clock: ManualClock
) -> None:
    """While this process commits all the time, another's commit is heard soon, by whoever waits for any table."""
    stop, bell = threading.Event(), store.wake.bell("reaction")
    watching = threading.Thread(target=watch_others, args=(store.engine, store.wake, stop))

    def commits_on() -> None:
        while not stop.wait(0.001):
            commit(store)

    busy = threading.Thread(target=commits_on)
    with another_process(database_url, ring, clock) as other:
        watching.start()
        busy.start()
        try:
            bell.wait(0, PATIENCE)
            for _ in range(3):
                seen = bell.rung
                with other.unit("test") as unit:
                    unit.session.execute(update(QUEUES["reaction"]).values(due_at=unit.now))
                assert bell.wait(seen, PATIENCE) != seen
        finally:
            stop.set()
            busy.join(PATIENCE)
            watching.join(PATIENCE)


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
