"""Copying rows: a batch and how far it brings us are one commit, so that after a kill the next batch is the next."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.schema import AddConstraint, DropConstraint

from app.backup.form import KINDS, kind_of, line_of
from app.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

BATCH: Final = 500
"""Rows, at most; and about so many bytes:"""
HEAVY: Final = 4 * 2**20
PROGRESS: Final = Table(
    "panah_move",
    MetaData(),
    Column("name", String(64), primary_key=True),
    Column("rows", BigInteger, nullable=False),
)
"""How many rows of each table are there; it is in the new database alone, until the move has ended."""


def plain(of: Table) -> Any:
    """The same table with types that give a value back as it was stored, nothing added."""
    return table(of.name, *(column(one.name, KINDS[kind_of(one)].type) for one in of.columns))


def begin_counting(target: Connection) -> None:
    """Make room for the progress, unless it is there."""
    PROGRESS.create(target, checkfirst=True)


def copy_table(source: Connection, target: Engine, of: Table, tell: Callable[[str, int], None]) -> None:
    """Copy what is not there yet. ``tell`` hears after each commit how many rows of the table are there."""
    with target.connect() as connection:
        done = rows_there(connection, of.name)
    rows = plain(of)
    for batch in _batches(source, of, rows, done):
        done += len(batch)
        with target.begin() as connection:
            connection.execute(insert(rows), batch)
            _count(connection, of.name, done)
        tell(of.name, done)


def rows_there(target: Connection, name: str) -> int:
    """Return how many rows of a table were copied so far."""
    return target.scalar(select(PROGRESS.c.rows).where(PROGRESS.c.name == name)) or 0


def _count(target: Connection, name: str, rows: int) -> None:
    """Say how far a table has come: one row for each, of a move that nobody else carries out at the same time."""
    target.execute(delete(PROGRESS).where(PROGRESS.c.name == name))
    target.execute(insert(PROGRESS).values(name=name, rows=rows))


def _batches(source: Connection, of: Table, rows: Any, done: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows behind the first ``done``, in the order of the primary key."""
    keys = [rows.c[one.name] for one in of.primary_key.columns]
    wanted = select(rows).order_by(*keys).offset(done)
    batch: list[dict[str, Any]] = []
    size = 0
    for row in source.execute(wanted, execution_options={"stream_results": True, "yield_per": BATCH}).mappings():
        batch.append(dict(row))
        size += sum(len(value) for value in row.values() if isinstance(value, bytes | str))
        if len(batch) == BATCH or size >= HEAVY:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def digest(connection: Connection, of: Table) -> tuple[int, int]:
    """Return how many rows a table has, and a sum over all of them, the same in any order and on either engine."""
    writes = [KINDS[kind_of(one)].write for one in of.columns]
    count, total = 0, 0
    for row in connection.execute(select(plain(of)), execution_options={"stream_results": True, "yield_per": BATCH}):
        values = [None if value is None else write(value) for write, value in zip(writes, row, strict=True)]
        count += 1
        total += int.from_bytes(hashlib.sha256(line_of({"r": values})).digest())
    return count, total % 2**256


def forget(target: Engine, of: Table) -> None:
    """Take the rows of a table away again, so that the next try copies it anew."""
    with target.begin() as connection:
        connection.execute(delete(plain(of)))
        connection.execute(delete(PROGRESS).where(PROGRESS.c.name == of.name))


def loosen(target: Connection) -> None:
    """Take foreign keys away while rows come in the order of their keys."""
    there = MetaData()
    there.reflect(target)
    for one in [key for each in there.tables.values() for key in each.foreign_key_constraints]:
        target.execute(DropConstraint(one))


def tighten(target: Connection) -> None:
    """Put the foreign keys back; the database looks at every row. Nothing else changes when they are there."""
    target.execute(text("SET LOCAL statement_timeout = 0"))
    there = MetaData()
    there.reflect(target)
    for ours in metadata().sorted_tables:
        present = {one.name for one in there.tables[ours.name].foreign_key_constraints}
        for one in sorted(ours.foreign_key_constraints, key=lambda key: str(key.name)):
            if one.name not in present:
                target.execute(AddConstraint(one))


def is_empty(connection: Connection) -> bool:
    """Whether none of our tables holds a row."""
    there = inspect(connection)
    ours = [one for one in metadata().sorted_tables if there.has_table(one.name)]
    return not any(connection.scalar(select(func.count()).select_from(one)) for one in ours)
