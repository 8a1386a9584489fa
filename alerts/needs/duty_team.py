"""What the pure look at rosters needs to know: the people on them, and which tests were sent and confirmed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from alerts.models import ChannelState, ShiftTest
from alerts.needs.targets import ROLES_BEFORE_CONSENT
from alerts.policy.policies import ABSENT
from contacts.duty import CHECKED_BEFORE, SAME_SHIFT, Checked, Duty, Member, check_key
from contacts.models import Contact, ContactMethod

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Person:
    """A contact and all that is known of the ways to them."""

    contact: Contact
    is_reached: bool
    """By one proved and living way at least, over a channel that is set up."""
    lost_at: datetime | None
    """When the last of their ways died that has died."""
    methods: tuple[UUID, ...] = ()
    """All their ways."""


def people(unit: UnitOfWork, *which: ColumnElement[bool]) -> dict[UUID, Person]:
    """Return contacts with their ways, by id, in one query. Those who have left are among them."""
    rows = unit.session.execute(
        select(Contact, ContactMethod, ChannelState.configured)
        .outerjoin(ContactMethod, ContactMethod.contact_id == Contact.id)
        .outerjoin(ChannelState, ChannelState.channel == ContactMethod.channel)
        .where(*which)
        .order_by(Contact.created_at, Contact.id)
    ).all()
    ways: dict[UUID, list[tuple[ContactMethod, bool]]] = defaultdict(list)
    for contact, way, configured in rows:
        method: ContactMethod | None = way
        ways[contact.id] += [] if method is None else [(method, configured is not False)]
    return {contact.id: _person(contact, ways[contact.id]) for contact, _, _ in rows}


def _person(contact: Contact, ways: Sequence[tuple[ContactMethod, bool]]) -> Person:
    reached = any(
        is_set_up and way.chat_id is not None and way.verified_at is not None and way.dead_at is None
        for way, is_set_up in ways
    )
    lost_at = max((way.dead_at for way, _ in ways if way.dead_at is not None), default=None)
    return Person(contact, reached, lost_at, tuple(way.id for way, _ in ways))


def members_of(unit: UnitOfWork, rosters: Iterable[Duty]) -> dict[str, Member]:
    """Return what is known now of everybody on the rosters who is still among the contacts, by their id."""
    named = {
        member
        for duty in rosters
        for member in (*duty.roster.members, *(override.member for override in duty.overrides))
    } - {ABSENT}
    return as_members(people(unit, Contact.id.in_([UUID(member) for member in named]))) if named else {}


def as_members(found: Mapping[UUID, Person]) -> dict[str, Member]:
    """Return what the pure look needs of people, without those who have left."""
    return {str(id_): _member(one) for id_, one in found.items() if one.contact.left_at is None}


def _member(one: Person) -> Member:
    return Member(
        unreachable_since=_unreachable_since(one),
        may_act_until=one.contact.may_act_until,
        timezone=one.contact.timezone,
        country=one.contact.country,
    )


def _unreachable_since(one: Person) -> datetime | None:
    """Since when no alert would reach them; somebody whose role is never alerted was out of reach from the start."""
    if one.contact.role in ROLES_BEFORE_CONSENT and one.is_reached:
        return None
    return one.lost_at or one.contact.created_at


def shift_tests(unit: UnitOfWork) -> dict[str, ShiftTest]:
    """Return the tests of shifts that begin soon or began lately, by the key of the check each of them is."""
    around = unit.now - SAME_SHIFT, unit.now + 2 * CHECKED_BEFORE
    rows = unit.session.scalars(select(ShiftTest).where(ShiftTest.starts_at.between(*around)))
    return {check_key(row.roster, str(row.contact_id), row.starts_at): row for row in rows}


def checked(tests: dict[str, ShiftTest]) -> dict[str, Checked]:
    """Return what the look needs of the tests."""
    return {key: Checked(test.sent_at, test.confirmed_at) for key, test in tests.items()}
