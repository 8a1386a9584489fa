"""Cases end: closed, confirmed, kept, erased, and brought back by a backup. What is promised of that is looked at here.

Nothing is erased before its time, or without the words that must be said; what is due is; and of what was erased
nothing is left, in the tables, in the files, or in what is put back from a backup.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyrage
from sqlalchemy import exists, func, select

from app.backup.making import make_backup
from app.backup.restoring import restore, verify
from app.erasing.erasure import PIECE, STAYS, erase_again
from app.erasing.sealing import withdraw_again
from app.erasing.traces import count_in
from app.reactions import reaction_names
from app.schema import metadata
from cases.models import Case, ReportMessage
from cases.retention import (
    ErasedCase,
    Retention,
    RetentionError,
    close_case,
    confirm_erasure,
    has_open_remedy,
    is_closed,
    keep_case,
    reopen_case,
)
from store.data_keys import DataKey, case_scope
from store.eventlog import EventRow
from store.inbox import InboxItem
from store.unit_of_work import Store
from store.vault import Field
from tests.empty_database import open_in_a_hurry
from tests.simulator.broken import SECRET, Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta
    from pathlib import Path
    from uuid import UUID

    from store.unit_of_work import UnitOfWork
    from tests.simulator.world import World

READABLE: Final = re.compile(SECRET.pattern.encode())


@dataclass(frozen=True)
class Closing:
    """A case as it was closed, ``at`` by the clock of the house. ``pieces``: bytes by which it would be known again."""

    at: datetime
    no_case: bool
    words: frozenset[str]
    pieces: tuple[bytes, ...]


class Ends:
    """What was closed, and what has become of it. Raises Broken."""

    def __init__(self, world: World) -> None:
        self.erases_again: Callable[[Store, frozenset[UUID]], object] = erase_again
        """What is done with what comes back in a backup."""
        self._world = world
        self._closings: dict[UUID, Closing] = {}
        self._erased: set[UUID] = set()
        self._backups: list[tuple[Path, frozenset[UUID]]] = []

    # What people do

    def closes(self, case_id: UUID, by: str, *, no_case: bool) -> None:
        """Close a case, and remember what was in it."""
        with suppress(RetentionError), self._world.store.unit(by) as unit:
            if is_closed(unit, case_id):
                return
            close_case(unit, case_id, by=by, note="over", no_case=no_case)
            rows = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == case_id)).all()
            keys = unit.session.scalars(select(DataKey.wrapped).where(DataKey.scope == str(case_scope(case_id)))).all()
            pieces = [row.content[1 : 1 + PIECE] for row in rows] + [key[1 : 1 + PIECE] for key in keys]
            said = frozenset(word for row in rows for word in SECRET.findall(_read(unit, row)))
            self._closings[case_id] = Closing(unit.now, no_case, said, tuple(pieces))

    def reopens(self, case_id: UUID, by: str) -> None:
        """Open it again."""
        with self._world.store.unit(by) as unit:
            reopen_case(unit, case_id, by=by)

    def confirms(self, case_id: UUID, by: str) -> None:
        """Say that it may be erased in its time, if it is still there."""
        with suppress(RetentionError), self._world.store.unit(by) as unit:
            if unit.session.get(Case, case_id) is None:
                return
            confirm_erasure(unit, case_id, by=by)

    def keeps(self, case_id: UUID, by: str, *, keep: bool) -> None:
        """Have it kept whatever its age, or let that go."""
        with self._world.store.unit(by) as unit:
            keep_case(unit, case_id, by=by, note="a petition is before the committee", keep=keep)

    def backs_up(self) -> None:
        """Make a backup."""
        path = self._world.ground.home / f"{len(self._backups)}.age"
        make_backup(self._world.store, path, [str(self._identity.to_public())])
        self._backups.append((path, frozenset(self._world.cases())))

    @cached_property
    def _identity(self) -> Any:
        return pyrage.x25519.Identity.generate()

    # What is promised

    @property
    def may_be_gone(self) -> set[str]:
        """The words of cases that were erased in their time, as they were when they were closed."""
        return {word for case_id in self._erased for word in self._closings[case_id].words}

    def between(self, unit: UnitOfWork) -> None:
        """Look at what was erased since the last look."""
        for row in unit.session.scalars(select(ErasedCase)).all():
            if row.case_id not in self._erased:
                self._was_its_time(unit, row)
                self._nothing_is_left(unit, row.case_id)

    def _was_its_time(self, unit: UnitOfWork, row: ErasedCase) -> None:
        closing = self._closings.get(row.case_id)
        if closing is None:
            by_its_person = "SealedFileWithdrawn" in self._said_of(unit, row.case_id)
            if not (by_its_person or self._world.seals.was_withdrawn(row.case_id)):
                raise Broken("nothing is erased too early", f"nobody has closed {row.case_id}")
            closing = Closing(row.erased_at, no_case=True, words=frozenset(), pieces=())
        elif row.erased_at < closing.at + self._term(no_case=closing.no_case):
            raise Broken("nothing is erased too early", f"{row.case_id}: after {row.erased_at - closing.at}")
        said = self._said_of(unit, row.case_id)
        if closing.pieces and not closing.no_case and "ErasureConfirmed" not in said:
            raise Broken("nothing is erased too early", f"nobody has confirmed that {row.case_id} may be")
        if "CaseKept" in said:
            raise Broken("nothing is erased too early", f"{row.case_id} was to be kept")
        self._closings[row.case_id] = closing
        self._erased.add(row.case_id)
        self._world.tally.erased += 1

    def _said_of(self, unit: UnitOfWork, case_id: UUID) -> set[str]:
        """What was said of a case since it was opened last, by the log; of keeping it, what still holds."""
        rows = unit.session.scalars(select(EventRow).where(EventRow.case_id == case_id).order_by(EventRow.position))
        said: set[str] = set()
        for row in rows:
            if row.name == "CaseReopened":
                said -= {"ErasureConfirmed", "CaseClosed"}
            elif row.name == "CaseKept" and not row.payload["kept"]:
                said.discard(row.name)
            else:
                said.add(row.name)
        return said

    def _term(self, *, no_case: bool) -> timedelta:
        return self._world.terms.no_case if no_case else self._world.terms.case

    def after_tidying(self) -> None:
        """Look whether something is still there that was due, when a node has just looked at all that is closed."""
        with self._world.store.read() as unit:
            if unit.session.scalar(select(exists().where(InboxItem.due_at.is_not(None)))):
                return  # somebody may have just written about it
            rows = select(Retention).where(Retention.closed_at.is_not(None), Retention.kept_at.is_(None))
            for row in unit.session.scalars(rows).all():
                closing = self._closings.get(row.case_id)
                due = None if closing is None else closing.at + self._term(no_case=closing.no_case)
                said = row.no_case or row.confirmed_at is not None
                if said and due is not None and due <= unit.now and not has_open_remedy(unit, row.case_id):
                    raise Broken("what is due is erased", f"{row.case_id} is due since {unit.now - due}")

    def _nothing_is_left(self, unit: UnitOfWork, case_id: UUID) -> None:
        left = rows_of(unit, case_id)
        if left:
            raise Broken("of what is erased nothing is left", f"of {case_id}, rows in {left}")
        pieces = self._closings[case_id].pieces
        if count_in(self._world.ground.files, pieces):
            raise Broken("of what is erased nothing is left", f"of {case_id}, pieces in the files")

    # At the end

    def at_the_end(self) -> None:
        """Look whether anything stands readable in the files, and whether what was erased comes back with a backup."""
        for path in self._world.ground.files:
            if path.exists() and READABLE.search(path.read_bytes()):
                raise Broken("what was said is kept encrypted", f"it can be read in {path.suffix}")
        if self._erased:
            self._stays_erased(*self._backup_with_most())

    def _backup_with_most(self) -> tuple[Path, frozenset[UUID]]:
        """The backup in which there is most of what was erased since; a new one where there is nothing in any."""
        if not any(self._erased & held for _, held in self._backups):
            self.backs_up()
        return max(self._backups, key=lambda one: len(self._erased & one[1]))

    def _stays_erased(self, path: Path, held: frozenset[UUID]) -> None:
        """Put a backup back beside the database, as ``panah restore`` does, and look for what had been erased."""
        world = self._world
        there = world.ground.home / f"{path.stem}.restored.db"
        url = f"sqlite:///{there}"
        header, _ = verify(world.store.ring, path, self._identity)
        if header.epoch not in world.store.ring.epochs:
            return  # nobody can read it any more
        restore(url, world.store.ring, path, self._identity, clock=world.hands)
        engine = open_in_a_hurry(url)
        try:
            store = Store(engine, world.store.ring, world.hands, reactions=reaction_names())
            self.erases_again(store, frozenset(self._erased))
            withdraw_again(store, world.seals.withdrawn)
            with store.read() as unit:
                for case_id in (self._erased & held) or self._erased:
                    left = rows_of(unit, case_id)
                    if left:
                        raise Broken("what is erased stays erased", f"{case_id} came back with a backup: {left}")
        finally:
            engine.dispose()
        pieces = [piece for case_id in self._erased for piece in self._closings[case_id].pieces]
        if count_in([there], pieces):
            raise Broken("what is erased stays erased", "pieces of it came back with a backup")


def rows_of(unit: UnitOfWork, case_id: UUID) -> list[str]:
    """Return the tables, and the keys, in which there is anything of a case, but for what stays of an erased one."""
    tables = [one for one in metadata().sorted_tables if "case_id" in one.columns and one.name not in STAYS]
    found = [
        table.name
        for table in tables
        if unit.session.scalar(select(func.count()).select_from(table).where(table.c.case_id == case_id))
    ]
    keys = select(func.count()).select_from(DataKey).where(DataKey.scope.endswith(f":{case_id}"))
    return [*found, *(["data_key"] if unit.session.scalar(keys) else [])]


def _read(unit: UnitOfWork, row: ReportMessage) -> str:
    return unit.vault.open(case_scope(row.case_id), Field("report_message", "content", row.id), row.content)
