"""Two engines, one behaviour: SQLite on one machine, PostgreSQL past it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_READING = "panah_reading"
_GLANCING = "panah_glancing"
_MODE = "panah_mode"

SQLITE_PRAGMAS = (
    "busy_timeout=10000",
    "journal_mode=WAL",
    "synchronous=FULL",  # a committed report survives the plug being pulled
    "foreign_keys=ON",
    "secure_delete=ON",  # erased means overwritten
    "temp_store=MEMORY",  # no plaintext in temporary files
    "trusted_schema=OFF",
)
POSTGRESQL_OPTIONS = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
KEEPALIVES: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds, for what is under way: without it Linux tries for a quarter of an hour
}
"""A server that vanished without a word is noticed within half a minute, not after the system's two hours."""
WHICH_SERVER = "target_session_attrs"
TAKES_NO_WRITES = "25006"
"""What PostgreSQL says to a write on a standby, or where it was told to take none."""


def open_engine(url: str) -> Engine:
    """Open the database; no statement's parameters ever appear in an exception or a log."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_size=12, max_overflow=24)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        _the_one_that_writes(parsed),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=12,
        max_overflow=24,
        connect_args={"connect_timeout": 5, "options": POSTGRESQL_OPTIONS, **KEEPALIVES},
    )
    event.listen(engine, "handle_error", _leave_who_cannot_write)
    return engine


def how_to_connect(engine: Engine) -> dict[str, Any]:
    """Return what psycopg takes to reach the same server as ``engine``, whichever of several that is at the moment."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return dict(arguments)


def _the_one_that_writes(url: URL) -> URL:
    """Of several servers look for the one that takes writes, unless the address says something else."""
    hosts = url.query.get("host", ())
    several = "," in (url.host or "") or (not isinstance(hosts, str) and len(hosts) > 1)
    if not several or WHICH_SERVER in url.query:
        return url
    return url.update_query_dict({WHICH_SERVER: "read-write"})


def _leave_who_cannot_write(context: ExceptionContext) -> None:
    """Let go of every connection to a server that takes no writes any more: another one of the address may."""
    if getattr(context.original_exception, "sqlstate", None) == TAKES_NO_WRITES:
        context.is_disconnect = True


def for_reading(engine: Engine) -> Engine:
    """Return the same engine for units that only read: each sees one moment of the database and can change nothing.

    On PostgreSQL a plain transaction would see a newer moment with every statement: a chain of events read while
    others append to it would look broken.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**{_READING: True})


def for_glancing(engine: Engine) -> Engine:
    """Return the same engine for single statements that read: each is a moment of its own, and none waits for anybody.

    Whoever looks hundreds of times a second whether there is work must not begin and end a transaction each time.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT", postgresql_readonly=True)
    return engine.execution_options(**{_GLANCING: True})


def let_write(raw: PoolProxiedConnection) -> None:
    """Let an SQLite connection write that was taken from the pool by itself; whoever reads with it next cannot."""
    raw.cursor().execute("PRAGMA query_only=OFF")
    raw.info[_MODE] = "OFF"


def _set_up_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    del record
    connection.isolation_level = None  # transactions are begun by us, see below
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a plain BEGIN that writes later fails as soon as there are two writers.

    Whether a connection may write is remembered with it, and said to it only when that changes.
    """
    options = connection.get_execution_options()
    if options.get(_GLANCING):
        return
    mode = "ON" if options.get(_READING) else "OFF"
    if connection.info.get(_MODE) != mode:
        connection.exec_driver_sql(f"PRAGMA query_only={mode}")
        connection.info[_MODE] = mode
    connection.exec_driver_sql("BEGIN" if mode == "ON" else "BEGIN IMMEDIATE")
