"""Changing who is on call: somebody covers for a while, or two change places. Agreed once, told to whom it concerns."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from alerts.events import ShiftCovered
from alerts.models import RosterOverride
from alerts.needs.targets import ROLES_BEFORE_CONSENT
from contacts.duty import swap
from contacts.roster import Override, Shift, on_call
from store.base import new_id

if TYPE_CHECKING:
    from datetime import datetime

    from contacts.duty import Duty
    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork

LONGEST: Final = timedelta(days=366)
"""Whoever covers for longer belongs on the roster itself."""


class Refused(Enum):
    """Why nothing was agreed."""

    OVER = "over"
    ENDS_FIRST = "ends_first"
    TOO_LONG = "too_long"
    WRONG_ROLE = "wrong_role"
    """Only coordinators and lawyers are alerted, whoever is on call."""
    NOBODY = "nobody"
    """A shift that nobody has cannot be swapped."""
    SAME_PERSON = "same_person"


def cover(unit: UnitOfWork, duty: Duty, contact: Contact, starts_at: datetime, ends_at: datetime) -> Refused | None:
    """Put somebody on call from one instant up to another, whosever turn it is; what was agreed later wins."""
    if ends_at <= starts_at:
        return Refused.ENDS_FIRST
    if ends_at <= unit.now:
        return Refused.OVER
    if ends_at - starts_at > LONGEST:
        return Refused.TOO_LONG
    if contact.role not in ROLES_BEFORE_CONSENT:
        return Refused.WRONG_ROLE
    _agree(unit, duty.roster.name, Override(str(contact.id), starts_at, ends_at, unit.now))
    return None


def shift_at(duty: Duty, at: datetime, now: datetime) -> Shift | Refused:
    """Return what is left of the shift around an instant."""
    found = on_call(duty.roster, duty.overrides, at)
    if found.member is None or found.until is None or found.from_ is None:
        return Refused.NOBODY
    if found.until <= now:
        return Refused.OVER
    return Shift(found.member, max(found.from_, now), found.until)


def swap_shifts(unit: UnitOfWork, duty: Duty, one: Shift, other: Shift) -> Refused | None:
    """Let the members of two shifts of a roster change places."""
    if one.member == other.member:
        return Refused.SAME_PERSON
    for override in swap(one, other, unit.now):
        _agree(unit, duty.roster.name, override)
    return None


def _agree(unit: UnitOfWork, roster: str, override: Override) -> None:
    row = RosterOverride(
        id=new_id(),
        roster=roster,
        contact_id=UUID(override.member),
        starts_at=override.starts_at,
        ends_at=override.ends_at,
        created_at=override.created_at,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.record(ShiftCovered(case_id=None, override_id=row.id, contact_id=row.contact_id))
