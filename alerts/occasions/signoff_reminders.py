"""Whoever vouches for a rule of law is told a month before their word ends: read again, rules are trusted again."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from alerts.telling.duty_words import tell
from alerts.telling.wording import day_ref
from contacts.models import Contact
from law.signoff import ending_within

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

AHEAD: Final = timedelta(days=30)


def remind_signers(unit: UnitOfWork) -> None:
    """Tell each signer once of all of theirs that end within a month; to be said again and again, safe to repeat."""
    by_signer = sorted(ending_within(unit, AHEAD), key=lambda row: (row.contact_id, row.valid_until))
    for contact_id, rows in groupby(by_signer, key=lambda row: row.contact_id):
        ending = list(rows)
        contact = unit.session.get(Contact, contact_id)
        if contact is not None and contact.left_at is None:
            values = {"count": str(len(ending)), "at": day_ref(ending[0].valid_until)}
            tell(unit, contact, "signoff", values, once=f"signoff:{ending[0].id}")
        for row in ending:
            row.reminded_at = unit.now
    unit.session.flush()
