"""Several sets of rows by one statement: what a page needs costs one way to the database, not one for each table.

Each set is a line of keys of its own, with nothing in the columns of the others; every table is joined to its own
column. So sets stand under each other and never multiply: the cost is that of reading their rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Uuid, and_, bindparam, cast, inspect, null, select, type_coerce, union_all
from sqlalchemy.types import NullType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Dialect, Select
    from sqlalchemy.orm import InstrumentedAttribute, Mapper, Session
    from sqlalchemy.types import TypeEngine

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted:
    """One set: the rows whose ``by`` is a key that is asked for; ``beside`` each, by an outer join, what belongs to it.

    ``what`` and what is beside it are mapped classes or aliases of them. A table that is wanted by two sets must be an
    alias in one of them.
    """

    what: Any
    by: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]
    beside: Sequence[tuple[Any, ColumnElement[bool]]] = ()
    where: ColumnElement[bool] | None = None
    """What else must be true of ``what``."""
    key: ColumnElement[UUID] | None = None
    """A key of its own, whatever is asked for."""

    @property
    def entities(self) -> list[Any]:
        """Return what stands in a row of it, in order."""
        return [self.what, *(entity for entity, _ in self.beside)]


class Together:
    """Sets that are read by one statement, to be looked at: what comes back belongs to no session and is not written.

    The statement is built once: that takes longer than the database does to answer it. Of a row only what is there is
    made into something: a line of one set has hundreds of columns of the others.
    """

    def __init__(self, sets: Mapping[str, Wanted]) -> None:
        self.sets = dict(sets)
        self._statements: dict[int, Select[*tuple[Any, ...]]] = {}
        self._makers: dict[str, list[tuple[str, list[_Maker]]]] = {}

    def of(self, session: Session, *keys: UUID) -> dict[str, Rows]:
        """Return the rows of every set for all of these keys, each with what is beside it (None where nothing is).

        They are in no order. A row that has several things beside it comes once with each of them.
        """
        session.flush()
        connection, count = session.connection(), len(keys)
        makers = self._makers.get(connection.dialect.name) or self._made_by(connection.dialect)
        if count not in self._statements:
            self._statements[count] = self._built(count)
        found: dict[str, Rows] = {name: [] for name in self.sets}
        asked = {_name(number): key for number, key in enumerate(keys)}
        for row in connection.execute(self._statements[count], asked):
            raw = tuple(row)
            for name, of_set in makers:
                if raw[of_set[0].key] is not None:
                    found[name].append(tuple(maker.make(raw) for maker in of_set))
        return found

    def _made_by(self, dialect: Dialect) -> list[tuple[str, list[_Maker]]]:
        """Return what makes the things of each set; how values come from a driver is a matter of its engine."""
        place, found = 0, []
        for name, one in self.sets.items():
            makers = []
            for entity in one.entities:
                makers.append(_Maker(inspect(entity).mapper, place, dialect))
                place = makers[-1].end
            found.append((name, makers))
        self._makers[dialect.name] = found
        return found

    def _built(self, count: int) -> Select[*tuple[Any, ...]]:
        columns = {name: f"key_{place}" for place, name in enumerate(self.sets)}
        lines = [
            select(*((key if own == name else _nothing()).label(column) for name, column in columns.items()))
            for own, one in self.sets.items()
            for key in ([one.key] if one.key is not None else [_asked(number) for number in range(count)])
        ]
        keys = union_all(*lines).subquery("wanted")
        entities = [entity for one in self.sets.values() for entity in one.entities]
        raw = [
            type_coerce(getattr(entity, name), NullType())
            for entity in entities
            for name in _names(inspect(entity).mapper)
        ]
        statement: Select[*tuple[Any, ...]] = select(*raw).select_from(keys)
        for name, one in self.sets.items():
            mine = one.by == keys.c[columns[name]]
            statement = statement.outerjoin(one.what, mine if one.where is None else and_(mine, one.where))
            for entity, on in one.beside:
                statement = statement.outerjoin(entity, on)
        return statement


class _Maker:
    """Makes one kind of thing of the columns from ``place`` on. ``key``: the column that is NULL where none is."""

    def __init__(self, mapper: Mapper[Any], place: int, dialect: Dialect) -> None:
        names = _names(mapper)
        self._new: Callable[[], Any] = mapper.class_manager.new_instance
        self._columns = [
            (name, place + number, _reader(mapper.columns[name].type, dialect)) for number, name in enumerate(names)
        ]
        self.key = place + names.index(mapper.get_property_by_column(mapper.primary_key[0]).key)
        self.end = place + len(names)

    def make(self, raw: tuple[Any, ...]) -> Any:
        """Return the thing a row holds; None where it holds none."""
        if raw[self.key] is None:
            return None
        made = self._new()
        values = made.__dict__
        for name, at, read in self._columns:
            value = raw[at]
            values[name] = value if value is None or read is None else read(value)
        return made


def _names(mapper: Mapper[Any]) -> list[str]:
    return [one.key for one in mapper.column_attrs]


def _reader(of: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value of the driver into one of the program."""
    return of.dialect_impl(dialect).result_processor(dialect, None)


def _name(number: int) -> str:
    return f"asked_{number}"


def _asked(number: int) -> ColumnElement[Any]:
    return bindparam(_name(number), type_=Uuid())


def _nothing() -> ColumnElement[Any]:
    """Nothing, with the type of a key, which PostgreSQL would guess wrongly."""
    return cast(null(), Uuid())
