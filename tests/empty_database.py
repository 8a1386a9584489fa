"""An empty SQLite database with the schema: made once for each process, then copied.

What SQLAlchemy has compiled is kept from one test to the next: compiling was half of all that tests computed.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
