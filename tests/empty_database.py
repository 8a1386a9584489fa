"""Empty databases with the schema. Of SQLite: made once for each process, then copied. Of PostgreSQL: emptied again.

What SQLAlchemy has compiled is kept from one test to the next: compiling was half of all that tests computed.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache

from app.schema import metadata
from store.engine import open_engine

if TYPE_CHECKING:
    from sqlalchemy import Dialect

COMPILED: LRUCache[Any, Any] = LRUCache(4_000)
"""Statements of all tests of this process."""
DIALECTS: dict[str, Dialect] = {}
"""One of each kind of database, of the first that was opened: all of them are of one version."""


def put_empty_database(place: Path) -> None:
    """Write a database with every table and no row to ``place``, which is not there yet."""
    place.write_bytes(_empty())


def open_in_a_hurry(url: str) -> Engine:
    """Open the database like the program does, but on SQLite wait for no disk: no test pulls the plug.

    Engines of one kind share their dialect, by which compiled statements are found again: listen to none of its events.
    """
    engine = open_engine(url)
    if engine.dialect.name not in DIALECTS:
        engine.connect().close()  # it learns what this database can do
        DIALECTS[engine.dialect.name] = engine.dialect
    engine.dialect = DIALECTS[engine.dialect.name]
    engine.update_execution_options(compiled_cache=COMPILED)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hurry)
    return engine


class UsedAgain:
    """A PostgreSQL database that one test after another finds empty: to make one takes longer than most tests do.

    ``maintenance``: the address of another database of the same server; ``there``: that of this one, when it is made.
    """

    def __init__(self, maintenance: str, template: str, name: str, there: str) -> None:
        self._maintenance, self._there = maintenance, there
        self._make = f"CREATE DATABASE {name} TEMPLATE {template}"
        self._drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
        self._made_as: tuple[Any, ...] | None = None

    def make_ready(self) -> None:
        """Have it be there, empty, with nobody connected to it. Where a test has changed its tables it is made anew."""
        if self._made_as is None or not self._emptied():
            self.drop()
            with psycopg.connect(self._maintenance, autocommit=True) as connection:
                connection.execute(self._make)
            with psycopg.connect(self._there, autocommit=True) as connection:
                self._made_as = connection.execute(SHAPE).fetchone()

    def drop(self) -> None:
        """Have it be gone, whoever uses it."""
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            connection.execute(self._drop)

    def _emptied(self) -> bool:
        with psycopg.connect(self._there, autocommit=True) as connection:
            connection.execute(NOBODY_ELSE)
            if connection.execute(SHAPE).fetchone() != self._made_as:
                return False
            filled = [name for (name,) in connection.execute(_which_are_filled()).fetchall()]
            if filled:
                tables = sql.SQL(", ").join(map(sql.Identifier, filled))
                connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        return True


NOBODY_ELSE: Final = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SHAPE: Final = """
SELECT md5(string_agg(concat(attrelid::regclass, ' ', attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum)),
    (SELECT count(*) FROM pg_db_role_setting), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
"""
"""Every column and index, and how many settings, triggers and constraints there are: what a test may have changed."""


@cache
def _which_are_filled() -> sql.Composed:
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
    names = metadata().tables
    return sql.SQL(" UNION ALL ").join(one.format(sql.Literal(name), sql.Identifier(name)) for name in names)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory(prefix="panah-empty-") as folder:
        place = Path(folder) / "empty.db"
        engine = open_in_a_hurry(f"sqlite:///{place}")
        metadata().create_all(engine)
        engine.dispose()  # the last connection writes the journal into the file
        return place.read_bytes()


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
