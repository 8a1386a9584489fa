"""Wake at once: whoever waits for work hears of a commit, in this process or in another.

In a process a condition variable tells it. Between processes SQLite is asked for its ``data_version`` every 10 ms, and
PostgreSQL tells it to a connection that listens. A missed wake-up costs time, never work: the safety net is the tick,
and what is due is read from the database.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg

from store.engine import KEEPALIVES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

CHANNEL = "panah"
POLL_EVERY = 0.01


class Wake:
    """A bell. Waiters remember how often it had rung, so that no ring between looking and waiting is lost."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rung = 0
        self._listeners: list[Callable[[], None]] = []

    @property
    def rung(self) -> int:
        """How often the bell has rung; read it before looking for work."""
        return self._rung

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rung += 1
            self._condition.notify_all()
            for listener in self._listeners:  # under the lock: who was forgotten is not called any more
                listener()

    def wait(self, seen: int, timeout: float) -> int:
        """Return as soon as the bell has rung more often than ``seen``, or after ``timeout`` real seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != seen, timeout)
            return self._rung

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` at each ring, from the ringing thread; it must not block."""
        with self._condition:
            self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling ``listener``."""
        with self._condition:
            self._listeners.remove(listener)


def watch_others(engine: Engine, wake: Wake, stop: threading.Event) -> None:
    """Ring when another process commits; runs until ``stop``. Raises when the database goes away (supervised)."""
    if engine.dialect.name == "postgresql":
        _watch_postgresql(engine, wake, stop)
    else:
        _watch_sqlite(engine, wake, stop)


def _watch_sqlite(engine: Engine, wake: Wake, stop: threading.Event) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        seen = None
        while not stop.wait(POLL_EVERY):
            (version,) = cursor.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                wake.ring()
    finally:
        raw.close()


def _watch_postgresql(engine: Engine, wake: Wake, stop: threading.Event) -> None:
    dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5, **KEEPALIVES) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        wake.ring()  # whatever was committed before we listened
        while not stop.is_set():
            for _ in connection.notifies(timeout=0.5, stop_after=1):
                wake.ring()


def notify_others(engine_name: str) -> tuple[str, ...]:
    """Return the statements that tell other processes, to be run inside the committing transaction."""
    return (f"NOTIFY {CHANNEL}",) if engine_name == "postgresql" else ()
