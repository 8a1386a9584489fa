"""Putting a backup back: read to its end and verified, then loaded, verified again and kept in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyrage
from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint, DropConstraint

from app.backup.form import KINDS, PURPOSE, BackupError, End, Header, Reading, Rows
from app.backup.spending import Spending
from app.migration import finish_rebuilt, migrating, rebuild
from store import eventlog
from store.data_keys import DataKey
from store.engine import open_engine
from store.events import BackupRestored

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.backup.spending import SpentFile, Units
    from store.clock import Clock
    from store.vault import KeyRing

ALEMBIC = "alembic_version"
Take = Callable[[Header | Rows], None]


@dataclass(frozen=True)
class Asking:
    """Who must agree. ``agree`` is given how to begin a unit on what was put back, once for each try.

    It returns who said yes, for the log, and raises if that is not enough. ``spent``: where it is kept which codes are
    used up and how often it was tried, whatever comes of it.
    """

    agree: Callable[[Units], str]
    spent: SpentFile


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    made_at: datetime
    epoch: str
    rows: int
    unreadable_scopes: int
    """Data keys whose epoch is destroyed: what they close can be read by nobody."""


def restore(
    url: str,
    ring: KeyRing,
    path: Path,
    identity: object,
    *,
    clock: Clock,
    force: bool = False,
    asking: Asking | None = None,
) -> Restored:
    """Replace what is in the database by what is in a backup, of either engine.

    ``asking`` comes last, with what was put back; if not enough people agree, all is undone but the codes they gave.

    Nothing is changed before the backup has been read to its end and found whole and ours, nor unless the restored
    event log holds and ends where the backup says; a process that is killed leaves what was there. Raises BackupError,
    also for a database that holds something, unless ``force``.
    """
    header, _ = verify(ring, path, identity)
    if header.epoch not in ring.epochs:
        raise BackupError(
            f"the backup was made in the key epoch {header.epoch}, which this ring does not hold (any more): "
            "nobody can read it"
        )
    if not force:
        _refuse_to_replace(url)
    spending = None if asking is None else Spending(asking.spent, url)
    try:
        with migrating(url) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            end = _load(connection, ring, path, identity)
            finish_rebuilt(connection)
            unreadable = _check(connection, ring, end)
            _note(connection, ring, header, clock, _agreed(connection, ring, clock, asking, spending))
    except BaseException:
        if spending is not None:
            spending.keep_here()
        raise
    _tidy(url)
    return Restored(header.made_at, header.epoch, sum(end.rows.values()), unreadable)


def verify(ring: KeyRing, path: Path, identity: object) -> tuple[Header, End]:
    """Read a backup to its end without touching any database; raises BackupError."""
    headers: list[Header] = []

    def take(read: Header | Rows) -> None:
        if isinstance(read, Header):
            headers.append(read)

    end = _read(ring, path, identity, take)
    return headers[0], end


def _read(ring: KeyRing, path: Path, identity: object, take: Take) -> End:
    pieces = _Pieces(Reading(ring.subkey(PURPOSE)), take)
    with path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, pieces, [identity])
        except Exception as error:
            if pieces.error is not None:
                raise pieces.error from None
            raise BackupError("the backup does not open with this identity, or it is damaged or cut off") from error
    return pieces.reading.finish()


class _Pieces:
    """Something that decrypted bytes can be written to. What goes wrong is kept: the library hides it."""

    def __init__(self, reading: Reading, take: Take) -> None:
        self.reading = reading
        self.error: BaseException | None = None
        self._take = take

    def write(self, piece: bytes) -> int:
        """Take a piece; after something went wrong, none: the library may go on writing."""
        if self.error is not None:
            raise self.error
        try:
            for read in self.reading.feed(bytes(piece)):
                self._take(read)
        except BaseException as error:
            self.error = error
            raise
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def _refuse_to_replace(url: str) -> None:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name != ALEMBIC]
            if any(connection.scalar(select(func.count()).select_from(table(name))) for name in names):
                raise BackupError("the database holds something; --force replaces it by the backup")
    finally:
        engine.dispose()


def _load(connection: Connection, ring: KeyRing, path: Path, identity: object) -> End:
    tables: dict[str, Any] = {}
    kept: list[Any] = []

    def take(read: Header | Rows) -> None:
        if isinstance(read, Header):
            rebuild(connection, read.revision)
            kept.extend(_loosen(connection))
            tables.update({name: _table(name, columns) for name, columns in read.tables.items()})
        elif read.values:
            connection.execute(insert(tables[read.table]), read.values)

    end = _read(ring, path, identity, take)
    for constraint in kept:
        connection.execute(AddConstraint(constraint))
    return end


def _table(name: str, columns: dict[str, str]) -> Any:
    return table(name, *(column(one, KINDS[kind].type) for one, kind in columns.items()))


def _loosen(connection: Connection) -> list[Any]:
    """Take away foreign keys while rows come in any order; return them. SQLite looks at them at the end anyway."""
    if connection.dialect.name != "postgresql":
        return []
    there = MetaData()
    there.reflect(connection)
    constraints = [one for each in there.tables.values() for one in _foreign_keys(each)]
    for constraint in constraints:
        connection.execute(DropConstraint(constraint))
    return constraints


def _foreign_keys(each: Table) -> list[Any]:
    return sorted(each.foreign_key_constraints, key=lambda one: str(one.name))


def _check(connection: Connection, ring: KeyRing, end: End) -> int:
    """Count and verify what was loaded, and return how many scopes nobody can read."""
    for name, count in end.rows.items():
        if connection.scalar(select(func.count()).select_from(table(name))) != count:
            raise BackupError(f"not every row of {name} was put back; nothing was changed")
    with _session(connection) as session:
        if list(eventlog.verify(session, ring.subkey("eventlog"))) or eventlog.heads(session) != end.chains:
            raise BackupError("the event log in the backup does not hold; nothing was changed")
        return session.scalar(select(func.count()).where(DataKey.epoch.not_in(ring.epochs))) or 0


def _agreed(
    connection: Connection, ring: KeyRing, clock: Clock, asking: Asking | None, spending: Spending | None
) -> str:
    """Ask whoever must agree; return who did, for the log."""
    if asking is None or spending is None:
        return ""
    with _session(connection) as session:
        agreed = asking.agree(spending.units(session, ring, clock))
        session.commit()
    return agreed


def _note(connection: Connection, ring: KeyRing, header: Header, clock: Clock, agreed: str) -> None:
    restored = BackupRestored(case_id=None, epoch=header.epoch, agreed=agreed)
    with _session(connection) as session:
        eventlog.append(session, ring.subkey("eventlog"), restored, actor="cli", now=clock.now(), reactions=())
        session.commit()


def _session(connection: Connection) -> Session:
    """A session within the transaction that puts everything back: what it commits is undone with it."""
    return Session(bind=connection, join_transaction_mode="create_savepoint")


def _tidy(url: str) -> None:
    """Fold SQLite's write-ahead file in: it has grown to the size of the whole backup."""
    engine = open_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    raw.rollback()
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        engine.dispose()
