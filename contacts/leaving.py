"""Leaving and coming back: somebody who has left is asked for nothing, opens nothing, and is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contacts.events import ContactLeft, ContactReturned
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def mark_left(unit: UnitOfWork, contact_id: UUID) -> bool:
    """Note that somebody helps no longer; return whether that is new. Safe to repeat.

    From this commit on they are not paged, their account opens nothing and their calendar is empty. What they had is
    sought for anew (:mod:`alerts.search.leaving`). Raises NoResultFound for nobody.
    """
    contact = unit.session.get_one(Contact, contact_id, with_for_update=OWN, populate_existing=True)
    if contact.left_at is not None:
        return False
    contact.left_at = unit.now
    unit.session.flush()
    unit.record(ContactLeft(case_id=None, contact_id=contact_id))
    return True


def mark_back(unit: UnitOfWork, contact_id: UUID) -> bool:
    """Note that somebody helps again; return whether that is new. Safe to repeat. Raises NoResultFound for nobody."""
    contact = unit.session.get_one(Contact, contact_id, with_for_update=OWN, populate_existing=True)
    if contact.left_at is None:
        return False
    contact.left_at = None
    unit.session.flush()
    unit.record(ContactReturned(case_id=None, contact_id=contact_id))
    return True
