"""Bringing a database to the schema of this release."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import DBAPIError

import store
from app.schema import metadata
from store.engine import open_engine
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

SINCE = re.compile(r"\d{4}_from_(?P<since>\d{4})")
"""The name of a revision beside which programs of earlier ones may go on."""
ONE_AT_A_TIME = 0x70616E6168
"""The advisory lock under which PostgreSQL is migrated ("panah" in hexadecimal)."""

MOVING, MOVED = "moving", "moved"
"""How what a database says of its release begins while it is moved, and in the one that was; see `app/moving/`."""


class SchemaError(StoreError):
    """The database does not have the schema this release works with; the message says what to do."""


def upgrade(url: str, *, backups: Path | None = None, revision: str = "head") -> Path | None:
    """Apply every migration up to ``revision`` in one transaction; repeating it changes nothing.

    Two processes may do it at once: one waits for the other. An SQLite file that holds something is first copied to
    ``before-REVISION.db`` (mode 0600) in the folder ``backups``, whose path is returned. Raises SchemaError for a
    database of a later release, and when a migration fails: then nothing has changed.
    """
    with migrating(url) as connection:
        wanted = needed(connection)
        if wanted is None:
            return None
        copy = _copy(connection, backups / f"before-{wanted}.db") if backups else None
        try:
            command.upgrade(_config(connection), revision)
        except DBAPIError as error:
            raise SchemaError(f"the migration failed ({type(error.orig).__name__}) and was undone") from error
    return copy


def rebuild(connection: Connection, revision: str) -> None:
    """Drop whatever tables there are and make those of ``revision``, in the caller's transaction.

    Raises SchemaError for a revision that this release does not know.
    """
    config = _config(connection)
    try:
        ScriptDirectory.from_config(config).get_revision(revision)
    except CommandError:
        raise SchemaError(f"this is of a later release (revision {revision}); use that release") from None
    there = MetaData()
    there.reflect(connection)
    there.drop_all(connection)
    command.upgrade(config, revision)


def finish_rebuilt(connection: Connection) -> None:
    """Bring what :func:`rebuild` made to this release, in the caller's transaction."""
    command.upgrade(_config(connection), "head")


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema; None for a database without one."""
    return MigrationContext.configure(connection).get_current_revision()


def downgrade(url: str, revision: str) -> None:
    """Undo migrations down to ``revision``; for tests: releases only go forward."""
    with migrating(url) as connection:
        command.downgrade(_config(connection), revision)


def needed(connection: Connection) -> str | None:
    """Return the revision this release needs, when the database has an earlier one or none.

    Raises SchemaError when it has one that this release does not know.
    """
    script = ScriptDirectory.from_config(_config(connection))
    current, head = revision_of(connection), script.get_current_head()
    _refuse_what_moves(current or "")
    if current is not None:
        try:
            script.get_revision(current)
        except CommandError:
            if lets_work(current, head or ""):
                return None
            raise SchemaError(f"the database is of a later release (revision {current}); use that release") from None
    return None if current == head else head


def lets_work(later: str, ours: str) -> bool:
    """Whether a schema of a later release lets a program whose newest revision is ``ours`` work on beside it.

    It says so by its name: ``0041_from_0038`` only adds to what was there at 0038. Another name promises nothing.
    """
    promise = SINCE.fullmatch(later)
    return promise is not None and promise["since"] <= ours.partition("_")[0]


def _refuse_what_moves(current: str) -> None:
    state = current.partition("-")[0]
    if state == MOVED:
        raise SchemaError("this database was moved to PostgreSQL: set DATABASE_URL to that one")
    if state == MOVING:
        raise SchemaError(
            "a move into PostgreSQL has not come to its end: run the same `panah migrate --to` again, or go back by "
            "`panah migrate --give-up`"
        )


def differences(connection: Connection) -> list[object]:
    """Return where the database's schema differs from the models; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata()))


@contextmanager
def migrating(url: str) -> Iterator[Connection]:
    """Open a transaction in which the schema may be changed, by one process at a time."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _forget_foreign_keys)
    try:
        with engine.begin() as connection:  # SQLite holds the write lock from here on
            if engine.dialect.name == "postgresql":
                _take_turns(connection)
            yield connection
            if engine.dialect.name == "sqlite":
                _check_foreign_keys(connection)
    finally:
        engine.dispose()


def _take_turns(connection: Connection) -> None:
    """Wait for another migration to end, however long it takes; then wait for tables no longer than usual."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))


def _forget_foreign_keys(connection: sqlite3.Connection, _record: object) -> None:
    """A table that is rebuilt is dropped first: with foreign keys on, that would empty the tables that point at it."""
    connection.execute("PRAGMA foreign_keys=OFF")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise SchemaError("after the migration rows point at nothing; it was undone, nothing has changed")


def _copy(connection: Connection, to: Path) -> Path | None:
    """Copy an SQLite file that holds something, while nobody else can write to it."""
    if connection.dialect.name != "sqlite" or not connection.execute(text("SELECT 1 FROM sqlite_master")).first():
        return None
    scratch = to.with_suffix(".part")
    scratch.unlink(missing_ok=True)
    os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(str(connection.engine.url.database))) as source,
        closing(sqlite3.connect(scratch)) as copy,
    ):
        source.backup(copy)
    scratch.replace(to)
    return to


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata()
    return config
