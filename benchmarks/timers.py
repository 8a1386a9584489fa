"""One wake of the scheduler: asking when the next timer is due, and taking those that are, among very many that wait.

Beside a look stands its one query through SQLAlchemy Core and nothing else; beside taking, the same statements by hand
in Python's ``sqlite3``, on the same file with the same pragmas. A look by hand is told in the note.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from benchmarks.figures import Row
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot
from store import claims
from store.engine import SQLITE_PRAGMAS, for_reading
from store.queues import AT_ONCE, seconds_until_due
from store.timers import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.wiring import House
    from store.unit_of_work import Store

NOBODY = 9
"""A port nobody is asked at: nothing is sent here."""
LOOKS = 400
DUE = 1000
MICROSECONDS = 1e6
OVER_BARE, FLAT = 3.0, 2.0
GOAL = f"≤ {OVER_BARE:g} ×, ≤ {FLAT:g} × the smallest"
NEXT = "SELECT due_at FROM timer WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1"
READY = "SELECT id FROM timer WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"
TAKE = "UPDATE timer SET due_at = ?, fence = ?, tries = tries + 1 WHERE id = ? AND due_at <= ?"


def measure(options: Options) -> list[Row]:
    """Microseconds for a look with nothing due, and for each timer taken with 1,000 due, at each size."""
    sizes = (1_000, 2_000) if options.quick else (1_000, 10_000, 100_000, 1_000_000)
    due, looks = options.some(DUE, 20), options.some(LOOKS, 20)
    idle: list[Row] = []
    busy: list[Row] = []
    for size in sizes:
        with throwaway_home(Options(options.quick, options.folder), Bot(NOBODY)) as home:
            path = home.house.settings.home / "panah.db"
            now = home.house.clock.now()
            fill(path, size, now + timedelta(days=1))
            idle.append(_look_row(size, _looking(home.house, path, looks), idle))
            fill(path, due, now - timedelta(seconds=1))
            busy.append(_take_row(size, due, _taking(home.house, path, due, now), busy))
    return [*idle, *busy]


def _look_row(size: int, taken: tuple[float, float, float], smaller: list[Row]) -> Row:
    ours, core, by_hand = taken
    what, note = f"{size:,} timers, a look with none due", f"by hand in sqlite3: {by_hand:.0f} µs"
    return Row("timers", what, ours, "µs", core, "the query through Core", GOAL, _met(ours, core, smaller), note)


def _take_row(size: int, due: int, taken: tuple[float, float], smaller: list[Row]) -> Row:
    ours, by_hand = taken
    what = f"{size:,} timers, each of {due:,} due, {AT_ONCE} at a time"
    return Row("timers", what, ours, "µs", by_hand, "sqlite3 by hand", GOAL, _met(ours, by_hand, smaller))


def _met(ours: float, bare: float, smaller: list[Row]) -> bool:
    least = smaller[0].ours if smaller else ours
    return ours <= OVER_BARE * bare and ours <= FLAT * least


def fill(path: object, count: int, first: datetime) -> None:
    """Put so many timers into the table, a second apart, beginning with ``first``."""
    connection = sqlite3.connect(str(path))
    rows = (
        (uuid.uuid4().hex, "bench", uuid.uuid4().hex, _stored(first + timedelta(milliseconds=number % 900_000)), 0)
        for number in range(count)
    )
    with connection:
        connection.executemany("INSERT INTO timer (id, kind, subject_id, due_at, tries) VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _looking(house: House, path: object, looks: int) -> tuple[float, float, float]:
    """Microseconds of a look: the store's, its query through Core, and by hand."""
    bare = _connect(path)
    reading = for_reading(house.store.engine)
    query = select(TABLE.c.due_at).where(TABLE.c.due_at.is_not(None)).order_by(TABLE.c.due_at).limit(1)

    def through_core() -> None:
        with reading.connect() as connection:
            connection.scalar(query)

    def by_hand() -> None:
        bare.execute("BEGIN")
        bare.execute(NEXT).fetchone()
        bare.execute("ROLLBACK")

    try:
        ours = _each(lambda: seconds_until_due(house.store, TABLE), looks)
        return ours, _each(through_core, looks), _each(by_hand, looks)
    finally:
        bare.close()


def _each(call: Callable[[], object], times: int) -> float:
    """Microseconds of one call, at the median."""
    call()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * MICROSECONDS


def _taking(house: House, path: object, due: int, now: datetime) -> tuple[float, float]:
    """Half of the due ones through the store, half by hand, in turn; microseconds for each timer."""
    bare = _connect(path)
    ours_took, bare_took = [], []
    try:
        for _ in range(due // AT_ONCE // 2):
            ours_took.append(_timed(lambda: _take(house.store)))
            bare_took.append(_timed(lambda: _take_by_hand(bare, now)))
    finally:
        bare.close()
    return tuple(statistics.median(taken) / AT_ONCE * MICROSECONDS for taken in (ours_took, bare_took))  # type: ignore[return-value]  # of two


def _timed(call: Callable[[], int]) -> float:
    began = time.perf_counter()
    taken = call()
    took = time.perf_counter() - began
    if taken != AT_ONCE:
        raise RuntimeError("timers that were due were not found")
    return took


def _take(store: Store) -> int:
    with store.unit("bench") as unit:
        return len(claims.claim(unit.session, TABLE, unit.now, limit=AT_ONCE))


def _take_by_hand(bare: sqlite3.Connection, now: datetime) -> int:
    at, until = _stored(now), _stored(now + claims.LEASE)
    bare.execute("BEGIN IMMEDIATE")
    ids = [row[0] for row in bare.execute(READY, (at, AT_ONCE)).fetchall()]
    fence = uuid.uuid4().hex
    bare.executemany(TAKE, [(until, fence, id_, at) for id_ in ids])
    bare.execute("COMMIT")
    return len(ids)


def _connect(path: object) -> sqlite3.Connection:
    connection = sqlite3.connect(str(path), isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection
