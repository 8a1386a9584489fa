"""Several sets of rows by one statement: what a page needs costs one way to the database, not one for each table.

Each set is a line of keys of its own, with nothing in the columns of the others; every table is joined to its own
column. So sets stand under each other and never multiply: the cost is that of reading their rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Uuid, and_, cast, literal, null, select, union_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted:
    """One set: the rows whose ``by`` is ``key``; ``beside`` each, by an outer join, what belongs to it.

    ``what`` and what is beside it are mapped classes or aliases of them. A table that is wanted by two sets must be an
    alias in one of them.
    """

    what: Any
    by: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]
    key: UUID | ColumnElement[UUID]
    beside: Sequence[tuple[Any, ColumnElement[bool]]] = ()
    where: ColumnElement[bool] | None = None
    """What else must be true of ``what``."""


def together(session: Session, sets: Mapping[str, Wanted]) -> dict[str, Rows]:
    """Return the rows of every set, each with what is beside it (None where nothing is), in no order.

    A row that has several things beside it comes once with each of them.
    """
    columns = {name: f"key_{place}" for place, name in enumerate(sets)}
    lines = [
        select(*(_key(sets[name].key, own == name).label(column) for name, column in columns.items())) for own in sets
    ]
    keys = union_all(*lines).subquery("wanted")
    tables = [[one.what, *(entity for entity, _ in one.beside)] for one in sets.values()]
    statement = select(*(entity for row in tables for entity in row)).select_from(keys)
    for name, one in sets.items():
        mine = one.by == keys.c[columns[name]]
        statement = statement.outerjoin(one.what, mine if one.where is None else and_(mine, one.where))
        for entity, on in one.beside:
            statement = statement.outerjoin(entity, on)
    found: dict[str, Rows] = {name: [] for name in sets}
    for row in session.execute(statement):
        place = 0
        for name, row_of in zip(sets, tables, strict=True):
            if row[place] is not None:
                found[name].append(tuple(row[place : place + len(row_of)]))
            place += len(row_of)
    return found


def _key(key: UUID | ColumnElement[UUID], is_own: bool) -> ColumnElement[Any]:  # noqa: FBT001  read where it is called
    """The key in its own line, nothing elsewhere; with its type, which PostgreSQL would guess wrongly."""
    if not is_own:
        return cast(null(), Uuid())
    return literal(key, Uuid()) if isinstance(key, UUID) else key
