"""What the pure look at rosters needs to know: the people on them, and which tests were sent and confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import ShiftTest
from alerts.policies import find_member
from alerts.targets import ROLES_BEFORE_CONSENT, ways_to
from contacts.duty import CHECKED_BEFORE, SAME_SHIFT, Checked, Duty, Member, check_key
from contacts.models import Contact, ContactMethod

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from store.unit_of_work import UnitOfWork


def members_of(unit: UnitOfWork, rosters: Iterable[Duty]) -> dict[str, Member]:
    """Return what is known now of everybody on the rosters who is still among the contacts, by their id."""
    named = {
        member
        for duty in rosters
        for member in (*duty.roster.members, *(override.member for override in duty.overrides))
    }
    found = {member: find_member(unit, member) for member in sorted(named)}
    return {
        member: _member(unit, contact)
        for member, contact in found.items()
        if contact is not None and contact.left_at is None
    }


def _member(unit: UnitOfWork, contact: Contact) -> Member:
    return Member(
        unreachable_since=_unreachable_since(unit, contact),
        may_act_until=contact.may_act_until,
        timezone=contact.timezone,
        country=contact.country,
    )


def _unreachable_since(unit: UnitOfWork, contact: Contact) -> datetime | None:
    """Since when no alert would reach them; somebody whose role is never alerted was out of reach from the start."""
    if contact.role in ROLES_BEFORE_CONSENT and ways_to(unit, contact):
        return None
    died = unit.session.scalars(
        select(ContactMethod.dead_at).where(ContactMethod.contact_id == contact.id, ContactMethod.dead_at.is_not(None))
    )
    return max((at for at in died if at is not None), default=contact.created_at)


def shift_tests(unit: UnitOfWork) -> dict[str, ShiftTest]:
    """Return the tests of shifts that begin soon or began lately, by the key of the check each of them is."""
    around = unit.now - SAME_SHIFT, unit.now + 2 * CHECKED_BEFORE
    rows = unit.session.scalars(select(ShiftTest).where(ShiftTest.starts_at.between(*around)))
    return {check_key(row.roster, str(row.contact_id), row.starts_at): row for row in rows}


def checked(tests: dict[str, ShiftTest]) -> dict[str, Checked]:
    """Return what the look needs of the tests."""
    return {key: Checked(test.sent_at, test.confirmed_at) for key, test in tests.items()}
