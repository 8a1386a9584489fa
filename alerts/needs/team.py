"""The names of many helpers at once: whatever lists people asks the database for them a fixed number of times."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from store.data_keys import SYSTEM, contact_scope
from store.errors import UnreadableError
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork


def fetch_keys(unit: UnitOfWork, contacts: Iterable[Contact]) -> None:
    """Have at hand, by one statement, what opens the names of these people and the team's own documents."""
    unit.vault.fetch([SYSTEM, *(contact_scope(contact.id) for contact in contacts)])


def names_of(unit: UnitOfWork, contacts: Iterable[Contact]) -> dict[UUID, str]:
    """Decrypt some names; one whose key was destroyed is left out. After :func:`fetch_keys` it asks nothing more."""
    names: dict[UUID, str] = {}
    for contact in contacts:
        with suppress(UnreadableError):
            field = Field("contact", "name", contact.id)
            names[contact.id] = unit.vault.open(contact_scope(contact.id), field, contact.name)
    return names
