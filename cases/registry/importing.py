"""Taking a list in: seen first, then written in small pieces, each safe to repeat; and taking a whole import back.

An entry is known again by the id its source has for it. What a later list says otherwise supersedes what stood, and
both keep where they are from. Entries that were erased are not taken in again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, func, or_, select, update

from cases.codes import new_code
from cases.events import RegistryImported, RegistryImportUndone
from cases.registry.entries import CODE_BEGINS, entry_scope, index_of, standing
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
    from collections.abc import Iterator, Mapping, Sequence
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
    changes: Mapping[str, str]


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
    list of this source was interrupted.
    """
    refuse_source(source)
    with store.unit(by, rings=False) as unit:
        import_id = begin_import(unit, source, listing)
    if import_id is None:
        return None
    for lines in _in_batches(listing.lines):
        with store.unit(by, rings=False) as unit:
            write_lines(unit, import_id, source, lines, listing.told)
    with store.unit(by) as unit:
        row = unit.session.get_one(RegistryImport, import_id)
        row.finished_at = unit.now
        written = select(RegistryField.entry_id).where(
            or_(RegistryField.import_id == import_id, RegistryField.superseded_by == import_id)
        )
        row.lines = unit.session.scalar(select(func.count()).select_from(written.distinct().subquery())) or 0
        unit.record_last(RegistryImported(case_id=None, import_id=import_id, entries=row.lines))
    return import_id


def begin_import(unit: UnitOfWork, source: str, listing: Listing) -> UUID | None:
    """Begin an import, or go on with one that was interrupted; None where there is nothing to change."""
    open_ones = unit.session.scalars(
        select(RegistryImport).where(
            RegistryImport.source == source,
            RegistryImport.finished_at.is_(None),
            RegistryImport.undone_at.is_(None),
        )
    ).all()
    if any(row.digest != listing.digest for row in open_ones):
        raise RegistryError("an import of this source was interrupted; run it again with the same file, or undo it")
    if open_ones:
        return open_ones[0].id
    if plan_import(unit, source, listing).is_empty:
        return None
    row = RegistryImport(id=new_id(), source=source, digest=listing.digest, made_at=unit.now, made_by=unit.actor)
    unit.session.add(row)
    return row.id


def _in_batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    return (lines[at : at + BATCH] for at in range(0, len(lines), BATCH))


def _plan(unit: UnitOfWork, source: str, lines: Sequence[Line], told: frozenset[str]) -> Iterator[Planned | int | None]:
    """For each line: what it changes, its number where its entry was erased, None where all of it stands already."""
    indexes = {line.own_id: index_of(unit, source, line.own_id) for line in lines}
    known = {
        row.own_index: row.id
        for row in unit.session.execute(
            select(RegistryEntry.own_index, RegistryEntry.id).where(
                RegistryEntry.source == source, RegistryEntry.own_index.in_(list(indexes.values()))
            )
        )
    }
    gone = set(
        unit.session.scalars(
            select(RegistryErased.own_index).where(RegistryErased.own_index.in_(list(indexes.values())))
        )
    )
    stands = standing(unit, list(known.values()))
    for line in lines:
        index = indexes[line.own_id]
        entry_id = known.get(index)
        if index in gone:
            yield line.number
        elif entry_id is None:
            yield Planned(line, None, line.values)
        else:
            changes = changes_of(stands.get(entry_id, {}), line.values, told)
            yield Planned(line, entry_id, changes) if changes else None


def changes_of(stands: Mapping[str, str], said: Mapping[str, str], told: frozenset[str]) -> dict[str, str]:
    """Return what a line changes, empty where it takes a value back; what a list does not tell of stays. Pure."""
    changed = {name: value for name, value in said.items() if stands.get(name) != value}
    return changed | {name: "" for name in told & set(stands) if name not in said}


def write_lines(unit: UnitOfWork, import_id: UUID, source: str, lines: Sequence[Line], told: frozenset[str]) -> None:
    """Take in some lines of a list; what stands already stays as it is."""
    planned = [one for one in _plan(unit, source, lines, told) if isinstance(one, Planned)]
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
                    own_index=index_of(unit, source, one.line.own_id),
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

    In pieces, and safe to repeat. Raises RegistryError while a later import of the same source stands.
    """
    with store.unit(by, rings=False) as unit:
        _refuse_undoing(unit, import_id)
    gone = 0
    while True:
        with store.unit(by, rings=False) as unit:
            made = unit.session.scalars(
                select(RegistryEntry.id).where(RegistryEntry.import_id == import_id).limit(BATCH)
            ).all()
            scopes = remove_entries(unit, made)
        for scope in scopes:
            store.forget_key(scope)
        gone += len(made)
        if not made:
            break
    with store.unit(by) as unit:
        touched = select(RegistryField.entry_id).where(
            or_(RegistryField.import_id == import_id, RegistryField.superseded_by == import_id)
        )
        unit.session.execute(update(RegistryEntry).where(RegistryEntry.id.in_(touched)).values(changed_at=unit.now))
        unit.session.execute(delete(RegistryField).where(RegistryField.import_id == import_id))
        unit.session.execute(
            update(RegistryField).where(RegistryField.superseded_by == import_id).values(superseded_by=None)
        )
        row = unit.session.get_one(RegistryImport, import_id)
        row.undone_at, row.undone_by = unit.now, unit.actor
        unit.record_last(RegistryImportUndone(case_id=None, import_id=import_id))
    return gone


def _refuse_undoing(unit: UnitOfWork, import_id: UUID) -> None:
    row = unit.session.get(RegistryImport, import_id)
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
