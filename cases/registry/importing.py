"""Taking a list in: seen first, then written in small pieces, each safe to repeat; and taking a whole import back.

An entry is known again by the id its source has for it. What a later list says otherwise supersedes what stood, and
both keep where they are from. Entries that were erased are not taken in again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, func, or_, select, update

from cases.codes import new_code
from cases.registry.entries import CODE_BEGINS, entry_scope, index_of, standing
from cases.registry.events import RegistryImported, RegistryImportUndone
from cases.registry.models import (
    RegistryEntry,
    RegistryErased,
    RegistryField,
    RegistryImport,
    RegistryPair,
    RegistryProposal,
)
from store.base import OWN, new_id
from store.data_keys import DataKey
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from cases.registry.listing import Line, Listing
    from store.data_keys import Scope
    from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 100
"""Entries that one transaction takes in: alerts wait for no more than that."""
SOURCE: Final = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")


class RegistryError(ValueError):
    """It cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Planned:
    """What would become of a line: ``entry_id`` None for somebody new; an empty change takes a value back."""

    line: Line
    entry_id: UUID | None
    changes: Mapping[str, str] = field(repr=False)
    own_index: bytes = field(repr=False)
    stood: frozenset[UUID] = frozenset()
    """Rows of fields that stood when it was planned: while they do, the plan holds."""


@dataclass(frozen=True)
class Plan:
    """What would become of a list."""

    fresh: tuple[Planned, ...]
    changed: tuple[Planned, ...]
    same: int
    erased: tuple[int, ...]
    """Lines of people who were erased here."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.fresh and not self.changed


def refuse_source(source: str) -> None:
    """Raise RegistryError for what is no word for a source."""
    if SOURCE.fullmatch(source) is None:
        raise RegistryError("a source is a short word of small letters, digits and hyphens, such as example-list")


def plan_import(unit: UnitOfWork, source: str, listing: Listing) -> Plan:
    """Say what taking a list in would change; changes nothing."""
    fresh: list[Planned] = []
    changed: list[Planned] = []
    erased: list[int] = []
    same = 0
    for lines in _in_batches(listing.lines):
        for planned in _plan(unit, source, lines, listing.told):
            if planned is None:
                same += 1
            elif isinstance(planned, int):
                erased.append(planned)
            else:
                (changed if planned.entry_id else fresh).append(planned)
    return Plan(tuple(fresh), tuple(changed), same, tuple(erased))


def write_import(store: Store, source: str, listing: Listing, *, by: str) -> UUID | None:
    """Take a list in, in pieces; return the id of the import, None where there was nothing to change.

    Interrupted, it goes on when it is called again with the same list. Raises RegistryError, while an import of another
    list of this source was interrupted, and when it is undone meanwhile. What is compared is compared beforehand:
    whoever is paged must not wait for a long list.
    """
    refuse_source(source)
    with store.read() as unit:
        if interrupted(unit, source, listing) is None and plan_import(unit, source, listing).is_empty:
            return None
    with store.unit(by, rings=False) as unit:
        import_id = begin_import(unit, source, listing)
    for lines in _in_batches(listing.lines):
        write_lines(store, import_id, source, lines, listing.told, by=by)
    with store.read() as unit:
        written = select(RegistryField.entry_id).where(
            or_(RegistryField.import_id == import_id, RegistryField.superseded_by == import_id)
        )
        entries = unit.session.scalar(select(func.count()).select_from(written.distinct().subquery())) or 0
    with store.unit(by) as unit:
        row = _under_way(unit, import_id)
        row.finished_at, row.lines = unit.now, entries
        unit.record_last(RegistryImported(case_id=None, import_id=import_id, entries=entries))
    return import_id


def interrupted(unit: UnitOfWork, source: str, listing: Listing) -> UUID | None:
    """Return the import of this list that was interrupted; raises RegistryError where it is one of another list."""
    open_ones = unit.session.scalars(
        select(RegistryImport).where(
            RegistryImport.source == source,
            RegistryImport.finished_at.is_(None),
            RegistryImport.undone_at.is_(None),
        )
    ).all()
    if any(row.digest != listing.digest for row in open_ones):
        raise RegistryError("an import of this source was interrupted; run it again with the same file, or undo it")
    return open_ones[0].id if open_ones else None


def begin_import(unit: UnitOfWork, source: str, listing: Listing) -> UUID:
    """Begin an import, or go on with the one of this list that was interrupted. Raises RegistryError."""
    known = interrupted(unit, source, listing)
    if known is not None:
        return known
    row = RegistryImport(id=new_id(), source=source, digest=listing.digest, made_at=unit.now, made_by=unit.actor)
    unit.session.add(row)
    return row.id


def _under_way(unit: UnitOfWork, import_id: UUID) -> RegistryImport:
    row = unit.session.get_one(RegistryImport, import_id, with_for_update=OWN, populate_existing=True)
    if row.undone_at is not None:
        raise RegistryError("somebody has taken this import back meanwhile; run it again")
    return row


def _in_batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    return (lines[at : at + BATCH] for at in range(0, len(lines), BATCH))


def _plan(unit: UnitOfWork, source: str, lines: Sequence[Line], told: frozenset[str]) -> Iterator[Planned | int | None]:
    """For each line: what it changes, its number where its entry was erased, None where all of it stands already."""
    indexes = {line.own_id: index_of(unit, source, line.own_id) for line in lines}
    known, gone = _known(unit, source, indexes.values())
    stood = _stood(unit, known.values())
    stands = standing(unit, list(known.values()))
    for line in lines:
        index = indexes[line.own_id]
        entry_id = known.get(index)
        if index in gone:
            yield line.number
        elif entry_id is None:
            yield Planned(line, None, line.values, index)
        else:
            changes = changes_of(stands.get(entry_id, {}), line.values, told)
            yield Planned(line, entry_id, changes, index, stood[entry_id]) if changes else None


def _known(unit: UnitOfWork, source: str, indexes: Collection[bytes]) -> tuple[dict[bytes, UUID], set[bytes]]:
    """Of fingerprints of a source: the entries there are, and which were erased. Two statements."""
    rows = unit.session.execute(
        select(RegistryEntry.own_index, RegistryEntry.id).where(
            RegistryEntry.source == source, RegistryEntry.own_index.in_(indexes)
        )
    ).all()
    gone = unit.session.scalars(select(RegistryErased.own_index).where(RegistryErased.own_index.in_(indexes))).all()
    return {row.own_index: row.id for row in rows}, set(gone)


def _stood(unit: UnitOfWork, entry_ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    rows = unit.session.execute(
        select(RegistryField.entry_id, RegistryField.id).where(
            RegistryField.entry_id.in_(entry_ids), RegistryField.superseded_by.is_(None)
        )
    ).all()
    found: dict[UUID, set[UUID]] = {one: set() for one in entry_ids}
    for entry_id, field_id in rows:
        found[entry_id].add(field_id)
    return {entry_id: frozenset(ids) for entry_id, ids in found.items()}


def _holds(unit: UnitOfWork, source: str, planned: Sequence[Planned]) -> bool:
    """Whether nothing of it was entered or erased since it was planned. Three statements, and nothing is decrypted."""
    known, gone = _known(unit, source, [one.own_index for one in planned])
    stood = _stood(unit, known.values())
    return all(
        one.own_index not in gone
        and known.get(one.own_index) == one.entry_id
        and (one.entry_id is None or stood[one.entry_id] == one.stood)
        for one in planned
    )


def changes_of(stands: Mapping[str, str], said: Mapping[str, str], told: frozenset[str]) -> dict[str, str]:
    """Return what a line changes, empty where it takes a value back; what a list does not tell of stays. Pure."""
    changed = {name: value for name, value in said.items() if stands.get(name) != value}
    return changed | {name: "" for name in told & set(stands) if name not in said}


def write_lines(
    store: Store, import_id: UUID, source: str, lines: Sequence[Line], told: frozenset[str], *, by: str
) -> None:
    """Take in some lines of a list, in one transaction; what stands already stays as it is. Raises RegistryError."""
    while True:
        with store.read() as unit:
            planned = [one for one in _plan(unit, source, lines, told) if isinstance(one, Planned)]
        if not planned:
            return
        with store.unit(by, rings=False) as unit:
            _under_way(unit, import_id)
            if _holds(unit, source, planned):
                _write(unit, import_id, source, planned)
                return


def _write(unit: UnitOfWork, import_id: UUID, source: str, planned: Sequence[Planned]) -> None:
    made = {one.line.number: new_id() for one in planned if one.entry_id is None}
    unit.vault.make([entry_scope(entry_id) for entry_id in made.values()])
    codes = _free_codes(unit, len(made))
    for one in planned:
        if one.entry_id is None:
            unit.session.add(
                RegistryEntry(
                    id=made[one.line.number],
                    code=codes.pop(),
                    source=source,
                    own_index=one.own_index,
                    import_id=import_id,
                    made_at=unit.now,
                    changed_at=unit.now,
                )
            )
    unit.session.flush()
    for one in planned:
        entry_id = one.entry_id or made[one.line.number]
        if one.entry_id is not None:
            _supersede(unit, import_id, entry_id, one.changes)
        _state(unit, import_id, entry_id, one)
    unit.session.flush()


def _supersede(unit: UnitOfWork, import_id: UUID, entry_id: UUID, changes: Mapping[str, str]) -> None:
    unit.session.execute(
        update(RegistryField)
        .where(
            RegistryField.entry_id == entry_id,
            RegistryField.field.in_(list(changes)),
            RegistryField.superseded_by.is_(None),
        )
        .values(superseded_by=import_id)
    )
    unit.session.execute(update(RegistryEntry).where(RegistryEntry.id == entry_id).values(changed_at=unit.now))


def _state(unit: UnitOfWork, import_id: UUID, entry_id: UUID, planned: Planned) -> None:
    for name, value in planned.changes.items():
        if value:
            row = RegistryField(
                id=new_id(),
                entry_id=entry_id,
                import_id=import_id,
                line=planned.line.number,
                field=name,
                entered_at=unit.now,
                entered_by=unit.actor,
            )
            row.value = unit.vault.seal(entry_scope(entry_id), Field("registry_field", "value", row.id), value)
            unit.session.add(row)


def _free_codes(unit: UnitOfWork, count: int) -> list[str]:
    while True:
        codes = {f"{CODE_BEGINS}{new_code()}" for _ in range(count)}
        taken = select(func.count()).where(RegistryEntry.code.in_(codes))
        if len(codes) == count and not unit.session.scalar(taken):
            return list(codes)


def undo_import(store: Store, import_id: UUID, *, by: str) -> int:
    """Take a whole import back: what it made goes, what it changed is as it was before; return how many entries went.

    In pieces, and safe to repeat; what follows it (:func:`cases.registry.proposing.settle`) is for the caller. Raises
    RegistryError while a later import of the same source stands.
    """
    gone = 0
    with store.read() as unit:
        row = unit.session.get(RegistryImport, import_id)
        if row is not None and row.undone_at is not None and row.compared_at is None:
            return gone  # it was interrupted after its last piece
    while True:
        scopes: list[Scope] = []
        with store.unit(by, rings=False) as unit:
            row = _undoable(unit, import_id)
            made = unit.session.scalars(
                select(RegistryEntry.id).where(RegistryEntry.import_id == import_id).limit(BATCH)
            ).all()
            if made:
                scopes = remove_entries(unit, made)
            elif not _put_back(unit, import_id):
                row.undone_at, row.undone_by, row.compared_at = unit.now, unit.actor, None
                unit.record_last(RegistryImportUndone(case_id=None, import_id=import_id))
                return gone
        for scope in scopes:
            store.forget_key(scope)
        gone += len(made)


def _put_back(unit: UnitOfWork, import_id: UUID) -> int:
    """Have some of the entries that an import changed stand as before it; return how many."""
    theirs = or_(RegistryField.import_id == import_id, RegistryField.superseded_by == import_id)
    touched = unit.session.scalars(select(RegistryField.entry_id).where(theirs).distinct().limit(BATCH)).all()
    if not touched:
        return 0
    of_these = RegistryField.entry_id.in_(touched)
    unit.session.execute(delete(RegistryField).where(of_these, RegistryField.import_id == import_id))
    unit.session.execute(
        update(RegistryField).where(of_these, RegistryField.superseded_by == import_id).values(superseded_by=None)
    )
    unit.session.execute(update(RegistryEntry).where(RegistryEntry.id.in_(touched)).values(changed_at=unit.now))
    return len(touched)


def _undoable(unit: UnitOfWork, import_id: UUID) -> RegistryImport:
    row = unit.session.get(RegistryImport, import_id, with_for_update=OWN, populate_existing=True)
    if row is None or row.undone_at is not None:
        raise RegistryError("there is no such import, or it was undone before; see `panah registry imports`")
    later = unit.session.scalar(
        select(func.count()).where(
            RegistryImport.source == row.source,
            RegistryImport.undone_at.is_(None),
            or_(
                RegistryImport.made_at > row.made_at,
                and_(RegistryImport.made_at == row.made_at, RegistryImport.id > row.id),
            ),
        )
    )
    if later:
        raise RegistryError("a later import of this source stands; undo that one first")
    return row


def remove_entries(unit: UnitOfWork, entry_ids: Sequence[UUID]) -> list[Scope]:
    """Destroy the keys of entries and all their rows; return the scopes that are to be forgotten after the commit."""
    scopes = [entry_scope(one) for one in entry_ids]
    for row in unit.session.scalars(
        select(DataKey).where(DataKey.scope.in_([str(scope) for scope in scopes])).with_for_update(**OWN)
    ).all():
        row.wrapped = bytes(len(row.wrapped))  # overwritten in place: no page keeps a shadow of it
    unit.session.flush()
    unit.session.execute(delete(DataKey).where(DataKey.scope.in_([str(scope) for scope in scopes])))
    for table, columns in (
        (RegistryProposal, (RegistryProposal.entry_id,)),
        (RegistryPair, (RegistryPair.entry_id, RegistryPair.other_id)),
        (RegistryField, (RegistryField.entry_id,)),
        (RegistryEntry, (RegistryEntry.id,)),
    ):
        unit.session.execute(delete(table).where(or_(*(column.in_(entry_ids) for column in columns))))
    return scopes
