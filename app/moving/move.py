"""The move itself: freeze the old database, copy, compare every row, open the new one. Any step can be repeated."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.migration import MOVING, revision_of, upgrade
from app.moving.copying import PROGRESS, begin_counting, copy_table, digest, forget, is_empty, loosen, tighten
from app.moving.marking import Mark, MoveError, mark_of, put_mark
from app.schema import metadata
from store import eventlog
from store.engine import for_reading, open_engine
from store.events import DatabaseMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from store.clock import Clock
    from store.vault import KeyRing


@dataclass(frozen=True)
class Moved:
    """What is in the new database now."""

    rows: int
    tables: int


def move(old: str, new: str, ring: KeyRing, clock: Clock, *, backups: Path, tell: Callable[[str, int], None]) -> Moved:
    """Move everything from the SQLite database ``old`` into the PostgreSQL database ``new``, which must be empty.

    Killed at any moment, it goes on when it is called again with the same two. From its first step on nobody can open
    the old database, until :func:`give_up`; nobody can open the new one before every row was found equal and its event
    log holds. ``tell`` hears a table's name and how many of its rows are there. Raises MoveError or SchemaError.
    """
    with _engine(old) as source, _engine(new) as target:
        mark = _begin(source, target, old, new, backups)
        with for_reading(source).connect() as rows:
            for table in metadata().sorted_tables:
                copy_table(rows, target, table, tell)
        counts = _compare(source, target)
        with target.begin() as connection:
            tighten(connection)
        _hold(target, ring)
        _end(source, target, mark, ring, clock)
    return Moved(sum(counts), len(counts))


def give_up(old: str) -> None:
    """Let the old database be used again; what was copied into the new one is worth nothing. Raises MoveError."""
    with _engine(old) as source, source.begin() as connection:
        mark = mark_of(connection)
        if mark is None:
            raise MoveError("no move has begun here")
        if mark == mark.ended():
            raise MoveError("this was moved to its end: what came in since is in PostgreSQL alone")
        put_mark(connection, mark.revision)


def _begin(source: Engine, target: Engine, old: str, new: str, backups: Path) -> Mark:
    """Freeze the old database and make the new one ready, or find out where that was interrupted."""
    with source.connect() as connection:
        begun = mark_of(connection)
    with target.connect() as connection:
        _refuse(connection, begun)
    if begun is None:
        upgrade(old, backups=backups)
        begun = _freeze(source)
    _make_ready(target, new, begun)
    return begun


def _refuse(target: Connection, begun: Mark | None) -> None:
    """Take no database that others use, and none that a text would be changed in."""
    there = mark_of(target)
    if begun is not None and begun.is_same_move(there):
        return
    if begun is not None and begun == begun.ended():
        raise MoveError("this was moved already: set DATABASE_URL to where it is")
    if there is not None:
        raise MoveError("another move into this database was begun; give this one a database of its own")
    if inspect(target).get_table_names() and not is_empty(target):
        raise MoveError("the new database holds something already; nothing was changed")
    if target.scalar(text("SHOW server_encoding")) != "UTF8":
        raise MoveError(
            "the new database is not of UTF8: make it by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def _freeze(source: Engine) -> Mark:
    with source.begin() as connection:
        mark = Mark.new(revision_of(connection) or "")
        put_mark(connection, mark)
    return mark


def _make_ready(target: Engine, new: str, mark: Mark) -> None:
    """Make the tables and mark them, unless that was done before."""
    with target.connect() as connection:
        is_marked = mark.is_same_move(mark_of(connection))
    if not is_marked:
        upgrade(new)
    with target.begin() as connection:
        if not is_marked and revision_of(connection) != mark.revision:
            raise MoveError("the move was begun by another release: end it with that one, or `panah migrate --give-up`")
        put_mark(connection, replace(mark, state=MOVING))
        begin_counting(connection)
        loosen(connection)


def _compare(source: Engine, target: Engine) -> list[int]:
    """Return how many rows each table has; one that differs is emptied, to be copied anew."""
    counts, differing = [], []
    with for_reading(source).connect() as before, for_reading(target).connect() as after:
        for table in metadata().sorted_tables:
            ours = digest(before, table)
            counts.append(ours[0])
            if digest(after, table) != ours:
                differing.append(table)
    for table in differing:
        forget(target, table)
    if differing:
        names = ", ".join(table.name for table in differing)
        raise MoveError(f"not every row arrived as it was ({names}); run the same again, these are copied anew")
    return counts


def _hold(target: Engine, ring: KeyRing) -> None:
    """The event log holds where it is now."""
    with Session(target) as session:
        if list(eventlog.verify(session, ring.subkey("eventlog"))):
            raise MoveError(
                "the event log does not hold; see `panah audit verify`. `panah migrate --give-up` goes back"
            )


def _end(source: Engine, target: Engine, mark: Mark, ring: KeyRing, clock: Clock) -> None:
    """Close the old one for good, then open the new one: at no moment can both be used."""
    with source.begin() as connection:
        put_mark(connection, mark.ended())
    with target.begin() as connection:
        PROGRESS.drop(connection)
        put_mark(connection, mark.revision)
        with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
            moved = DatabaseMoved(case_id=None)
            eventlog.append(session, ring.subkey("eventlog"), moved, actor="cli", now=clock.now(), reactions=())
            session.commit()


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
