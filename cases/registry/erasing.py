"""Erasing one entry for good: its key, its rows, whatever was suggested about it; and it is not taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.registry.events import RegistryEntryErased
from cases.registry.importing import remove_entries
from cases.registry.models import RegistryEntry, RegistryErased
from store.base import OWN, new_id

if TYPE_CHECKING:
    from store.unit_of_work import Store


def erase_entry(store: Store, code: str, *, by: str) -> bool:
    """Erase an entry, in one transaction; return whether there was one. What is left is a fingerprint of its id."""
    with store.unit(by) as unit:
        row = unit.session.scalars(
            select(RegistryEntry).where(RegistryEntry.code == code).with_for_update(**OWN)
        ).one_or_none()
        if row is None:
            return False
        entry_id = row.id
        unit.session.add(
            RegistryErased(
                id=new_id(), source=row.source, own_index=row.own_index, erased_at=unit.now, erased_by=unit.actor
            )
        )
        unit.session.flush()
        unit.session.expunge(row)
        scopes = remove_entries(unit, [entry_id])
        unit.record_last(RegistryEntryErased(case_id=None, entry_id=entry_id))
    for scope in scopes:
        store.forget_key(scope)
    return True
