"""The database: does it answer, is it the one this release works with, does it keep what it is given."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, func, select, text

from app.doctor.findings import Finding, fault, ok, warn
from app.migration import SchemaError, needed
from store.clock import SystemClock
from store.engine import WHICH_SERVER
from store.eventlog import ChainHead, EventRow
from store.seals import newest_seal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.wiring import House
    from store.unit_of_work import Store

SEALED_WITHIN = timedelta(hours=3)
"""The log is sealed each hour; what is older than this is a sign that nobody does."""
ALL_OF_IT = 50_000
"""Events up to which the whole log is recomputed (a second or two); of a longer one its ends are compared."""
LITTLE, VERY_LITTLE = 2 * 2**30, 200 * 2**20
"""Bytes of free disk space that are a reason to worry, and to act."""
DRIFT, FAR_OFF = timedelta(seconds=2), timedelta(seconds=30)
WISHES = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "trusted_schema": 0}
"""What SQLite must answer: a report that was committed survives, what was erased is overwritten."""


def check_schema(house: House) -> Finding:
    """The database answers and has the schema of this release."""
    try:
        with house.store.read() as unit:
            wanted = needed(unit.session.connection())
    except SchemaError as error:
        return fault("database", str(error), "install the release that this database was used with")
    if wanted is not None:
        return fault("database", f"the schema is of an earlier release; this one needs {wanted}", "run `panah migrate`")
    return ok("database", f"{house.store.engine.dialect.name} answers, its schema is of this release")


def check_engine(house: House) -> Finding:
    """What keeps a committed report safe is switched on."""
    with house.store.engine.connect() as connection:
        return _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection)


def _sqlite(connection: Connection) -> Finding:
    found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in WISHES}
    wrong = [f"{name}={found[name]}" for name, wish in WISHES.items() if found[name] != wish]
    if wrong:
        return fault(
            "engine", f"SQLite does not do what it is told: {', '.join(wrong)}", "keep PANAH_HOME on a local disk"
        )
    return ok("engine", "SQLite writes through and overwrites what is erased")


def _postgresql(connection: Connection) -> Finding:
    found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("fsync", "synchronous_commit")}
    if "off" in found.values():
        return fault(
            "engine",
            "PostgreSQL may forget committed reports: fsync or synchronous_commit is off",
            "switch both on in postgresql.conf",
        )
    return ok("engine", "PostgreSQL writes through")


def check_standby(house: House) -> Iterator[Finding]:
    """Where several servers are named: whether one that takes over has all that was committed."""
    engine = house.store.engine
    if engine.dialect.name != "postgresql" or WHICH_SERVER not in engine.url.query:
        return
    with engine.connect() as connection:
        waited_for = str(connection.exec_driver_sql("SHOW synchronous_standby_names").scalar() or "")
    yield judge_standby(waited_for)


def judge_standby(waited_for: str) -> Finding:
    """Judge by which standbys a commit waits for."""
    if waited_for:
        return ok("standby", f"a commit counts once a standby has it, too ({waited_for})")
    return warn(
        "standby",
        "several servers are named, and none but the first has a commit before it counts: a failover may lose reports",
        "set synchronous_standby_names on the first, and have two standbys, or one that is gone stops all writing",
    )


def check_left_behind(house: House) -> Iterator[Finding]:
    """Whether the SQLite file that was moved into PostgreSQL still lies in the home."""
    path = house.settings.home / "panah.db"
    if house.store.engine.dialect.name == "postgresql" and path.exists():
        said = f"{path} holds all that was there before the move, and opens for nobody"
        yield warn("left_behind", said, "once PostgreSQL has proved itself, remove it with its -wal and -shm")


def check_space(house: House) -> Finding:
    """There is room to write."""
    path = house.settings.home
    if house.store.engine.dialect.name == "sqlite":
        path = Path(str(house.store.engine.url.database)).resolve().parent
    free = shutil.disk_usage(path).free
    said = f"{free / 2**30:.1f} GiB free where {path} is"
    if free < VERY_LITTLE:
        return fault("space", said, "make room now: without it no report can be kept")
    if free < LITTLE:
        return warn("space", said, "make room")
    return ok("space", said)


def check_log(house: House) -> Finding:
    """The event log holds. Of a very long one only the end of each chain is compared with its seal."""
    with house.store.read() as unit:
        events = unit.session.scalar(select(func.count()).select_from(EventRow)) or 0
    whole = events <= ALL_OF_IT
    broken = len(house.store.verify_log()) if whole else _ends_that_differ(house.store)
    if broken:
        return fault(
            "log",
            f"{broken} chains of the event log do not hold: rows were changed or are missing",
            "run `panah audit verify` for where; keep a copy of the database as it is; see the runbook",
        )
    extent = "recomputed in full" if whole else "the ends of its chains; `panah audit verify` recomputes all of it"
    return ok("log", f"{events} events hold ({extent})")


def _ends_that_differ(store: Store) -> int:
    same = and_(EventRow.chain == ChainHead.chain, EventRow.position == ChainHead.position)
    with store.read() as unit:
        lost = select(func.count()).select_from(ChainHead).outerjoin(EventRow, same)
        return unit.session.scalar(lost.where(EventRow.mac.is_distinct_from(ChainHead.mac))) or 0


def check_clock(house: House) -> Iterator[Finding]:
    """The machine's clock agrees with PostgreSQL's, and is not behind what it wrote down itself."""
    with house.store.read() as unit:
        newest = unit.session.scalar(select(func.max(EventRow.at)))
        theirs = _their_time(unit.session.connection())
    yield judge_clock(SystemClock().now(), theirs, None if house.settings.sandbox else newest)


def _their_time(connection: Connection) -> datetime | None:
    if connection.dialect.name != "postgresql":
        return None
    found: datetime | None = connection.scalar(text("SELECT clock_timestamp()"))
    return found


def judge_clock(ours: datetime, theirs: datetime | None, newest: datetime | None) -> Finding:
    """Judge the machine's time by PostgreSQL's (None: there is none) and by the newest event (None: none counts)."""
    off = abs(ours - theirs) if theirs is not None else timedelta(0)
    set_it = "let the system keep its clock by NTP (timedatectl set-ntp true)"
    if newest is not None and newest - ours > FAR_OFF:
        return fault("clock", "the clock stands before events that were already written down", set_it)
    if off > FAR_OFF:
        return fault("clock", f"the clock is {off.total_seconds():.0f} s off PostgreSQL's", set_it)
    if off > DRIFT:
        return warn("clock", f"the clock is {off.total_seconds():.1f} s off PostgreSQL's", set_it)
    return ok("clock", f"{ours:%Y-%m-%d %H:%M} UTC")


def check_seals(house: House) -> Finding:
    """When the log was sealed last, and whether the lines lie where they can be shipped from."""
    with house.store.read() as unit:
        newest, now = newest_seal(unit), unit.now
        sealed = None if newest is None else (newest.number, newest.at)  # a row tells nothing any more outside
    if sealed is None:
        return warn("seals", "the log was never sealed", "`panah up` does so each hour; or run `panah audit seal`")
    number, at = sealed
    said = f"seal {number} is from {at:%Y-%m-%d %H:%M} UTC"
    if now - at > SEALED_WITHIN:
        return warn("seals", said, "is `panah up` running? it seals each hour; `panah audit seal` does so now")
    if not house.settings.seals_path.exists():
        return warn("seals", f"{said}, but {house.settings.seals_path} is not there", "run `panah audit seal`")
    return ok("seals", f"{said}; is {house.settings.seals_path.name} shipped to where nobody here can change it?")
