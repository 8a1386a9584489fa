"""An empty SQLite database with the schema: made once for each process, then copied."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.schema import metadata
from store.engine import open_engine


def put_empty_database(place: Path) -> None:
    """Write a database with every table and no row to ``place``, which is not there yet."""
    place.write_bytes(_empty())


def open_in_a_hurry(url: str) -> Engine:
    """Open the database like the program does, but on SQLite wait for no disk: no test pulls the plug."""
    engine = open_engine(url)
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
