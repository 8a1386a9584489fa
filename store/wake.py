"""Wake at once: whoever waits for work hears of a commit that may bring some, in this process or in another.

In a process a condition variable tells it. Between processes SQLite is asked for its ``data_version`` every 10 ms, and
PostgreSQL tells it to a connection that listens. Whoever waits says of which tables they want to hear; a commit wakes
nobody who waits for rows of others. A missed wake-up costs time, never work: the safety net is the tick, which rings
for everybody, and what is due is read from the database.
"""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from typing import TYPE_CHECKING

import psycopg

from store.engine import KEEPALIVES, how_to_connect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import Engine

CHANNEL = "panah"
POLL_EVERY = 0.01
IN_DOUBT = 0.1
"""Real seconds after which it is rung for everybody when SQLite has changed and it may have been this process alone."""


class Bell:
    """What one waiter hears: commits to some tables, or to any. Waiters remember how often it had rung.

    So no ring between looking and waiting is lost.
    """

    def __init__(self, lock: threading.Lock, tables: frozenset[str]) -> None:
        self._condition = threading.Condition(lock)
        self._tables = tables
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it has rung; read it before looking for work."""
        return self._rung

    def wait(self, seen: int, timeout: float) -> int:
        """Return as soon as it has rung more often than ``seen``, or after ``timeout`` real seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != seen, timeout)
            return self._rung

    def hears(self, tables: Collection[str] | None) -> bool:
        """Whether a change of these tables is for its waiter; None is a change of whatever it may be."""
        return tables is None or not self._tables or not self._tables.isdisjoint(tables)

    def strike(self) -> None:
        """Let it ring; whoever calls holds the lock it was made with."""
        self._rung += 1
        self._condition.notify_all()


class Wake:
    """All the bells of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: weakref.WeakSet[Bell] = weakref.WeakSet()
        self._any = self.bell()
        self._listeners: list[tuple[Callable[[], None], Bell]] = []
        self._commits = 0
        self.mark = secrets.token_hex(8)
        """By which this process knows its own commits when PostgreSQL tells of them."""

    def bell(self, *tables: str) -> Bell:
        """Return a bell that rings for commits to these tables; without any, for each commit. It lives while held."""
        made = Bell(self._lock, frozenset(tables))
        with self._lock:
            self._bells.add(made)
        return made

    @property
    def rung(self) -> int:
        """How often anything has rung; read it before looking for work."""
        return self._any.rung

    def ring(self, tables: Collection[str] | None = None) -> None:
        """Wake whoever waits for rows of these tables; None: everybody."""
        with self._lock:
            for bell in self._bells:
                if bell.hears(tables):
                    bell.strike()
            for listener, bell in self._listeners:  # under the lock: who was forgotten is not called any more
                if bell.hears(tables):
                    listener()

    def wait(self, seen: int, timeout: float) -> int:
        """Return as soon as anything has rung since ``seen``, or after ``timeout`` real seconds."""
        return self._any.wait(seen, timeout)

    def listen(self, listener: Callable[[], None], *tables: str) -> None:
        """Call ``listener`` when it rings for these tables, or for any; from the ringing thread: it must not block."""
        bell = Bell(self._lock, frozenset(tables))
        with self._lock:
            self._listeners.append((listener, bell))

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling ``listener``."""
        with self._lock:
            kept = [one for one in self._listeners if one[0] != listener]
            if len(kept) == len(self._listeners):
                raise ValueError("nobody like that listens")
            self._listeners = kept

    @property
    def commits(self) -> int:
        """How often a commit of this process has begun or ended."""
        return self._commits

    def commits_now(self) -> None:
        """Note that a commit of this process begins, or has ended: it is no news from elsewhere."""
        with self._lock:
            self._commits += 1


def watch_others(engine: Engine, wake: Wake, stop: threading.Event) -> None:
    """Ring when another process commits; runs until ``stop``. Raises when the database goes away (supervised)."""
    if engine.dialect.name == "postgresql":
        _watch_postgresql(engine, wake, stop)
    else:
        _watch_sqlite(engine, wake, stop)


def _watch_sqlite(engine: Engine, wake: Wake, stop: threading.Event) -> None:
    """SQLite says that something has changed, and neither who did it nor what.

    What is surely another's is rung for at once. Where a commit of our own lies in the same moment, whoever it is for
    has heard of it already; for another's that may hide behind it everybody is rung a little later, and not each time.
    """
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        seen, doubtful_since = None, None
        before, last = -1, -1
        while not stop.wait(POLL_EVERY):
            before, last = last, wake.commits
            (version,) = cursor.execute("PRAGMA data_version").fetchone()
            if version != seen:
                ours = seen is not None and wake.commits != before
                seen = version
                if ours:
                    doubtful_since = doubtful_since or time.monotonic()
                else:
                    doubtful_since = None
                    wake.ring()
            if doubtful_since is not None and time.monotonic() - doubtful_since >= IN_DOUBT:
                doubtful_since = None
                wake.ring()
    finally:
        raw.close()


def _watch_postgresql(engine: Engine, wake: Wake, stop: threading.Event) -> None:
    how = {**how_to_connect(engine), "autocommit": True, "connect_timeout": 5, **KEEPALIVES}
    with psycopg.connect(**how) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        wake.ring()  # whatever was committed before we listened
        while not stop.is_set():
            for notice in connection.notifies(timeout=0.5, stop_after=1):
                mark, _, tables = notice.payload.partition(" ")
                if mark != wake.mark:
                    wake.ring(tables.split() or None)


def notify_others(engine_name: str, mark: str, tables: Collection[str] | None) -> tuple[str, ...]:
    """Return the statements that tell other processes, to be run inside the committing transaction."""
    told = " ".join([mark, *sorted(tables or ())])
    return (f"NOTIFY {CHANNEL}, '{told}'",) if engine_name == "postgresql" else ()
