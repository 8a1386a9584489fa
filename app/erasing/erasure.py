"""Erasing one case, with proof: keys destroyed, rows gone, pages overwritten; the chain of its events still holds.

Which rows belong to a case is read from the schema: all that carry its id, and all that point to those. A table that
somebody adds later is erased without anybody thinking of it; what stays is named here.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    LargeBinary,
    String,
    Table,
    bindparam,
    cast,
    delete,
    exists,
    func,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from alerts.messages.incoming import KEPT_THERE, have_forgotten
from alerts.models import Delivery
from app.schema import metadata
from cases.events import CaseErased
from cases.files import source_of
from cases.incidents.models import Incident, IncidentCase
from cases.models import Case, Download, FileState, Report
from cases.retention import ErasedCase, Retention, RetentionError, has_open_remedy
from cases.sealed.models import CheckIn, SealedFile
from contacts.models import ContactMethod
from store.base import OWN
from store.chats import Chat
from store.data_keys import DataKey, Scope, case_scope, chat_scope, incident_scope, sealed_scope
from store.engine import let_write, open_engine
from store.eventlog import ChainHead, EventRow, Reaction
from store.files import StoredFile
from store.inbox import InboxItem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import Connection, Engine

    from store.unit_of_work import Store, UnitOfWork

STAYS = frozenset({EventRow.__tablename__, ChainHead.__tablename__, ErasedCase.__tablename__})
"""The chain of events (ids and codes, no content) and the line for counting."""
CODE = re.compile(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}\b")
PIECE = 16
"""Bytes of a ciphertext that are looked for afterwards: they begin with a random nonce, so nothing else has them."""
PIECES_OF_A_COLUMN = 3
FOLD_WITHIN = 3.0
"""Real seconds in which the write-ahead file must be folded in, while others may be reading."""
SUBJECT = "subject_id"
"""A column that names a row of whichever table, without the database knowing of it."""
Ids = dict[Table, set[Any]]


@dataclass(frozen=True)
class Erased:
    """What was erased. ``pieces`` are bytes that lay in the database and must lie there no longer."""

    case_id: UUID
    code: str
    rows: dict[str, int]
    scopes: tuple[str, ...]
    chats: int
    pieces: tuple[bytes, ...] = field(repr=False)


def erase_case(store: Store, case_id: UUID, *, by: str, again: bool = False) -> Erased:
    """Erase a closed case and whatever belongs to it alone, in one transaction.

    Whether it is due is for the caller to know; that it is closed and has no open remedy is seen to here, unless it was
    erased before and came back with a backup (``again``). Raises RetentionError, and changes nothing then.
    """
    with store.unit(by, rings=False) as unit:
        case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
        if not again:
            _refuse_what_must_stay(unit, case_id)
        line = _line_for_counting(unit, case, by)
        chats = _chats_of(unit, case_id)
        if not again:
            _refuse_unheard(unit, chats)
        _have_forgotten_elsewhere(unit, case_id)
        doomed = _doomed(unit, case, chats)
        scopes = _scopes_of(unit, case_id, chats, doomed.get(_table(Incident), ()))
        pieces = _pieces(unit, doomed, scopes)
        _destroy_keys(unit, scopes)
        rows = _delete(unit, doomed)
        unit.session.add(line)
        unit.record_last(CaseErased(case_id=case_id))
    for scope in scopes:
        store.forget_key(Scope.parse(scope))
    return Erased(case_id, line.code, rows, scopes, len(chats), pieces)


def _refuse_what_must_stay(unit: UnitOfWork, case_id: UUID) -> None:
    row = unit.session.get(Retention, case_id)
    if row is None or row.closed_at is None:
        raise RetentionError("it is open; close it first")
    if row.kept_at is not None:
        raise RetentionError("it is to be kept, because a remedy is open")
    if has_open_remedy(unit, case_id):
        raise RetentionError("a clock of it runs, or something is still to come")


def _line_for_counting(unit: UnitOfWork, case: Case, by: str) -> ErasedCase:
    row = unit.session.get(Retention, case.id)
    closed_at = None if row is None else row.closed_at
    reports = unit.session.scalar(select(func.count()).select_from(Report).where(Report.case_id == case.id))
    return ErasedCase(
        case_id=case.id,
        code=case.code,
        jurisdiction=case.jurisdiction,
        language=case.language,
        state=case.state,
        no_case=row is not None and row.no_case,
        opened_in=f"{case.opened_at:%Y-%m}",
        closed_in=None if closed_at is None else f"{closed_at:%Y-%m}",
        reports=reports or 0,
        erased_at=unit.now,
        erased_by=by,
    )


def _chats_of(unit: UnitOfWork, case_id: UUID) -> list[UUID]:
    """Return the conversations that belong to this case alone; take it out of the others."""
    ours = select(Report.chat_id).where(Report.case_id == case_id, Report.chat_id.is_not(None))
    elsewhere = exists().where(Report.chat_id == Chat.id, Report.case_id != case_id)
    helpers = exists().where(ContactMethod.chat_id == Chat.id)
    sealed = or_(
        *(
            exists().where(column == Chat.id, table.case_id != case_id)
            for table, column in (
                (SealedFile, SealedFile.chat_id),
                (SealedFile, SealedFile.left_in),
                (CheckIn, CheckIn.chat_id),
            )
        ),
        exists().where(Download.chat_id == Chat.id, Download.entry_id.is_not(None), Download.case_id != case_id),
    )
    alone = list(
        unit.session.scalars(
            select(Chat.id).where(Chat.id.in_(ours), ~elsewhere, ~helpers, ~sealed).with_for_update(**OWN)
        )
    )
    unit.session.execute(
        update(Chat).where(Chat.case_id == case_id, Chat.id.not_in(alone)).values(case_id=None, dialogue=None)
    )
    return alone


def _refuse_unheard(unit: UnitOfWork, chats: Sequence[UUID]) -> None:
    """Raise RetentionError while something that was just written in conversations that would go waits to be read.

    What waits in a backup is none of that: it was heard in its time, or the case would not have been erased.
    """
    waiting = exists().where(InboxItem.chat_id.in_(chats), InboxItem.due_at.is_not(None))
    if unit.session.scalar(select(waiting)):
        raise RetentionError("somebody has just written about it; look at that first")


def _have_forgotten_elsewhere(unit: UnitOfWork, case_id: UUID) -> None:
    """Have providers forget what they still have of it: when its rows are gone, nobody here knows of that any more."""
    unfetched = (
        select(Download, Chat.door)
        .join(Chat, Chat.id == Download.chat_id)
        .where(Download.case_id == case_id, Download.state != FileState.STORED, Chat.door.in_(KEPT_THERE))
    )
    for download, door in unit.session.execute(unfetched).all():
        have_forgotten(unit, door, source_of(unit, download))


def _doomed(unit: UnitOfWork, case: Case, chats: Sequence[UUID]) -> Ids:
    """Return the primary keys of every row that goes, by table."""
    found: Ids = defaultdict(set)
    found[_table(Case)] = {case.id}
    found[_table(Chat)] = set(chats)
    found[_table(StoredFile)] = _keys(
        unit, _table(StoredFile), StoredFile.scope.in_((str(case_scope(case.id)), str(sealed_scope(case.id))))
    )
    found[_table(InboxItem)] = _keys(unit, _table(InboxItem), InboxItem.chat_id.in_(chats))
    found[_table(Reaction)] = _keys(
        unit, _table(Reaction), Reaction.event_id.in_(select(EventRow.id).where(EventRow.case_id == case.id))
    )
    found[_table(Delivery)] = _that_name_it_alone(unit, case)
    for table in metadata().sorted_tables:
        if "case_id" in table.columns and table.name not in STAYS and table is not _table(Chat):
            found[table] |= _keys(unit, table, table.c.case_id == case.id)
    found[_table(Incident)] = _incidents_without_others(unit, case.id)
    _follow_pointers(unit, found)
    subjects = {key for ids in found.values() for key in ids if not isinstance(key, tuple)}
    for table in metadata().sorted_tables:  # timers, buttons, what waits for a second person
        if SUBJECT in table.columns and table.name not in STAYS:
            found[table] |= _keys(unit, table, _among(table.c[SUBJECT], subjects))
    return {table: ids for table, ids in found.items() if ids}


def _incidents_without_others(unit: UnitOfWork, case_id: UUID) -> set[Any]:
    """Return the incident of which this case is the last: what was said of all together goes with it."""
    other = aliased(IncidentCase)
    left = exists().where(other.incident_id == IncidentCase.incident_id, other.case_id != case_id)
    return set(unit.session.scalars(select(IncidentCase.incident_id).where(IncidentCase.case_id == case_id, ~left)))


def _that_name_it_alone(unit: UnitOfWork, case: Case) -> set[Any]:
    """Return messages that name this case and no other: notices that hang on no need."""
    naming = select(Delivery.id, Delivery.values).where(
        or_(*(cast(Delivery.values, String).contains(mark) for mark in (case.code, str(case.id))))
    )
    return {row.id for row in unit.session.execute(naming) if set(CODE.findall(str(row.values))) <= {case.code}}


def _follow_pointers(unit: UnitOfWork, found: Ids) -> None:
    """Add whatever points to a row that goes, until there is nothing more."""
    grew = True
    while grew:
        grew = False
        for table in metadata().sorted_tables:
            if table.name in STAYS:
                continue
            for key in table.foreign_keys:
                to = key.column.table
                if not found.get(to) or key.column.name not in to.primary_key.columns:
                    continue
                new = _keys(unit, table, _among(key.parent, found[to])) - found[table]
                found[table] |= new
                grew = grew or bool(new)


def _keys(unit: UnitOfWork, table: Table, which: Any) -> set[Any]:
    rows = unit.session.execute(select(*table.primary_key.columns).where(which)).all()
    return {row[0] if len(row) == 1 else tuple(row) for row in rows}


def _among(column: Any, keys: Iterable[Any]) -> Any:
    """Whether a column is one of many; written out, because engines count parameters."""
    return column.in_(bindparam(None, list(keys), expanding=True, literal_execute=True, type_=column.type))


def _scopes_of(unit: UnitOfWork, case_id: UUID, chats: Sequence[UUID], incidents: Iterable[UUID]) -> tuple[str, ...]:
    """Return every scope that is this case's, whatever kinds there are, and those of its conversations and incident."""
    own = unit.session.scalars(select(DataKey.scope).where(DataKey.scope.endswith(f":{case_id}"))).all()
    theirs = [*(str(chat_scope(chat)) for chat in chats), *(str(incident_scope(one)) for one in incidents)]
    return tuple(sorted({*own, *theirs}))


def _destroy_keys(unit: UnitOfWork, scopes: Sequence[str]) -> None:
    """Overwrite the wrapped keys in place before their rows go: no page keeps a shadow of them."""
    for row in unit.session.scalars(select(DataKey).where(DataKey.scope.in_(scopes)).with_for_update(**OWN)).all():
        row.wrapped = bytes(len(row.wrapped))
    unit.session.flush()
    unit.session.execute(delete(DataKey).where(DataKey.scope.in_(scopes)))


def _pieces(unit: UnitOfWork, doomed: Ids, scopes: Sequence[str]) -> tuple[bytes, ...]:
    """Return pieces of what is about to go, some of every column of ciphertext, and of every key."""
    found = list(unit.session.scalars(select(DataKey.wrapped).where(DataKey.scope.in_(scopes))))
    for table, ids in doomed.items():
        key = next(iter(table.primary_key.columns))
        firsts = [one[0] if isinstance(one, tuple) else one for one in ids]
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                some = select(column).where(_among(key, firsts), column.is_not(None)).limit(PIECES_OF_A_COLUMN)
                found += unit.session.scalars(some)
    return tuple(
        {value[1 : 1 + PIECE] for value in found if len(value) > PIECE}
        | {value[-PIECE:] for value in found if len(value) > 2 * PIECE}
    )


def _delete(unit: UnitOfWork, doomed: Ids) -> dict[str, int]:
    unit.session.expunge_all()
    counted = {}
    for table in reversed(metadata().sorted_tables):
        ids = doomed.get(table)
        if ids:
            _delete_rows(unit, table, ids)
            counted[table.name] = len(ids)
    return counted


def _delete_rows(unit: UnitOfWork, table: Table, ids: set[Any]) -> None:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        unit.session.execute(table.delete().where(_among(columns[0], ids)))
        return
    for key in ids:
        unit.session.execute(table.delete().where(*(one == part for one, part in zip(columns, key, strict=True))))


def _table(model: type[Any]) -> Table:
    found: Table = model.__table__
    return found


@dataclass(frozen=True)
class Folded:
    """Whether the traces on the disk are gone, as far as the engine lets us see to it."""

    done: bool
    how: str


def overwrite_traces(engine: Engine, tables: Collection[str] = ()) -> Folded:
    """Fold SQLite's write-ahead file into the database and empty it; on PostgreSQL write the table of keys anew.

    ``tables``: those that rows were taken out of. PostgreSQL gives their space free, so that it writes over it sooner.
    Holds up nobody but for an instant: the table of keys is small.
    """
    return _fold_sqlite(engine) if engine.dialect.name == "sqlite" else _vacuum_postgresql(engine, tables)


def _fold_sqlite(engine: Engine) -> Folded:
    deadline = time.monotonic() + FOLD_WITHIN
    while True:
        raw = engine.raw_connection()
        try:
            let_write(raw)
            cursor = raw.cursor()
            cursor.execute("PRAGMA busy_timeout=200")
            busy: Any = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.execute("PRAGMA busy_timeout=10000")
        finally:
            raw.close()
        if busy[0] == 0:
            return Folded(done=True, how="deleted pages are overwritten, the write-ahead file is folded in and empty")
        if time.monotonic() > deadline:
            return Folded(
                done=False, how="the write-ahead file could not be emptied: somebody has been reading for long"
            )
        time.sleep(0.1)


def _vacuum_postgresql(engine: Engine, tables: Collection[str]) -> Folded:
    ours = [table for table in metadata().sorted_tables if table.name in tables]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.execute(text(f"VACUUM (FULL) {DataKey.__tablename__}"))
        except DBAPIError:
            return Folded(done=False, how="the table of keys could not be written anew: somebody holds it")
        left = [table for table in ours if not _vacuumed(connection, table)]
        with suppress(DBAPIError):
            connection.execute(text("CHECKPOINT"))  # a superuser's only
    return Folded(
        done=True,
        how="the table of keys was written anew"
        + (f"; {len(ours) - len(left)} of {len(ours)} other tables gave their space free" if ours else "")
        + "; old rows are ciphertext and stay in PostgreSQL's files until it writes over them, "
        "and with the wrapped key in its write-ahead log until that is recycled",
    )


def _vacuumed(connection: Connection, table: Table) -> bool:
    name = connection.dialect.identifier_preparer.format_table(table)  # "case" is a word of SQL
    try:
        connection.execute(text(f"VACUUM {name}"))
    except DBAPIError:  # it takes too long, or somebody holds it: autovacuum does it later
        return False
    return True


def rows_left(unit: UnitOfWork, erased: Erased) -> dict[str, int]:
    """Count the rows that still carry the case's id, outside of what stays; empty when there are none."""
    left = {
        table.name: unit.session.scalar(select(func.count()).where(table.c.case_id == erased.case_id)) or 0
        for table in metadata().sorted_tables
        if "case_id" in table.columns and table.name not in STAYS
    }
    left[DataKey.__tablename__] = unit.session.scalar(select(func.count()).where(DataKey.scope.in_(erased.scopes))) or 0
    return {name: count for name, count in left.items() if count}


def erased_here(url: str) -> frozenset[UUID]:
    """Return the cases that were erased from a database, as far as it knows; none where it is empty or foreign."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(ErasedCase.__tablename__):
                return frozenset()
            return frozenset(connection.scalars(select(ErasedCase.case_id)))
    finally:
        engine.dispose()


def erase_again(store: Store, cases: frozenset[UUID]) -> list[str]:
    """Erase what had been erased before and came back with a backup; return the codes."""
    with store.read() as unit:
        back = [case_id for case_id in unit.session.scalars(select(Case.id)) if case_id in cases]
    erased = [erase_case(store, case_id, by="system", again=True) for case_id in sorted(back)]
    if erased:
        overwrite_traces(store.engine, {table for one in erased for table in one.rows})
    return [one.code for one in erased]
