"""What stands of entries, and from where each word of it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from cases.identity.records import Record
from cases.registry.models import RegistryEntry, RegistryField, RegistryImport
from cases.registry.vocabulary import FIELDS, NAMES
from store.data_keys import Scope
from store.errors import UnreadableError
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

_PLACE: Final = {name: place for place, name in enumerate(FIELDS)}
CODE_BEGINS: Final = "R-"


def entry_scope(entry_id: UUID) -> Scope:
    """What belongs to one entry of the registry, and to nobody else."""
    return Scope("registry", entry_id)


def index_of(unit: UnitOfWork, source: str, own_id: str) -> bytes:
    """Return the fingerprint by which an entry of a source is known again."""
    return unit.vault.blind_index("registry", f"{source}\n{own_id}")


def value_in(unit: UnitOfWork, row: RegistryField) -> str:
    """Decrypt one field; raises UnreadableError."""
    return unit.vault.open(entry_scope(row.entry_id), Field("registry_field", "value", row.id), row.value)


def standing(unit: UnitOfWork, entry_ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """Return what stands of entries, by field. Two statements; an entry that is just being erased has nothing."""
    unit.vault.fetch([entry_scope(one) for one in entry_ids])
    rows = unit.session.scalars(
        select(RegistryField).where(RegistryField.entry_id.in_(entry_ids), RegistryField.superseded_by.is_(None))
    ).all()
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    gone = set()
    for row in rows:
        try:
            found[row.entry_id][row.field] = value_in(unit, row)
        except UnreadableError:
            gone.add(row.entry_id)
    return {entry_id: values for entry_id, values in found.items() if entry_id not in gone}


def records_in(values: Mapping[str, str]) -> list[Record]:
    """Return what can be compared of an entry: a record for each of its names. Pure."""
    place = " ".join(values[name] for name in ("place", "region") if name in values)
    names = dict.fromkeys(values[name] for name in NAMES if name in values)
    return [Record(name, _born(values.get("born")), place=place, document=values.get("document", "")) for name in names]


def _born(written: str | None) -> date | int | None:
    if written is None:
        return None
    return date.fromisoformat(written) if len(written) == len("2018-03-05") else int(written[:4])


@dataclass(frozen=True)
class Stated:
    """One field as it stands, or stood: what, from which line of which file, when it was taken in, and by whom."""

    field: str
    value: str = field_of(repr=False)
    line: int
    digest: str
    entered_at: datetime
    entered_by: str
    stands: bool


@dataclass(frozen=True)
class Entry:
    """One entry as it is shown."""

    id: UUID
    code: str
    source: str
    fields: tuple[Stated, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that stand."""
        return tuple(one.value for one in self.fields if one.stands and one.field in NAMES)


def entry_by_code(unit: UnitOfWork, code: str) -> Entry | None:
    """Return an entry with all that stands and stood; None where there is none. Three statements."""
    row = unit.session.scalars(select(RegistryEntry).where(RegistryEntry.code == code)).one_or_none()
    if row is None:
        return None
    rows = unit.session.execute(
        select(RegistryField, RegistryImport.digest)
        .join(RegistryImport, RegistryImport.id == RegistryField.import_id)
        .where(RegistryField.entry_id == row.id)
    ).all()
    try:
        stated = [
            Stated(
                one.field,
                value_in(unit, one),
                one.line,
                digest.hex(),
                one.entered_at,
                one.entered_by,
                one.superseded_by is None,
            )
            for one, digest in rows
        ]
    except UnreadableError:  # erased in this very moment
        return None
    ordered = sorted(stated, key=lambda one: (_PLACE[one.field], not one.stands, one.entered_at))
    return Entry(row.id, row.code, row.source, tuple(ordered))
