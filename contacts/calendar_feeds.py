"""Calendar feeds: one secret address for each helper who takes cases, good until it is revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from contacts.events import CalendarFeedOpened, CalendarFeedRevoked
from contacts.models import CalendarFeed, Contact
from contacts.values import Role
from store.base import OWN, new_id
from store.tokens import token_index, token_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

SUBSCRIBERS = frozenset({Role.COORDINATOR, Role.LAWYER})
"""Who takes cases; nobody else has dates to keep."""
PURPOSE = "calendar"


class NoFeedForRoleError(ValueError):
    """A feed was asked for somebody who takes no cases."""


def open_feed(unit: UnitOfWork, contact_id: UUID) -> str:
    """Return the token of a contact's feed; it is made if there is none. Repeating it gives the same token.

    Raises NoFeedForRoleError for whoever is neither coordinator nor lawyer.
    """
    # Of two who ask at once, the second waits here and finds what the first has made.
    contact = unit.session.get_one(Contact, contact_id, with_for_update=OWN, populate_existing=True)
    if contact.role not in SUBSCRIBERS:
        raise NoFeedForRoleError("only coordinators and lawyers take cases, and have a calendar of them")
    feed = _in_use(unit, contact_id)
    if feed is None:
        feed = CalendarFeed(id=new_id(), contact_id=contact_id, created_at=unit.now)
        feed.token_index = token_index(token_of(unit, PURPOSE, feed.id))
        unit.session.add(feed)
        unit.session.flush()
        unit.record(CalendarFeedOpened(case_id=None, contact_id=contact_id, feed_id=feed.id))
    return token_of(unit, PURPOSE, feed.id)


def revoke_feed(unit: UnitOfWork, contact_id: UUID) -> bool:
    """Make a contact's address lead nowhere, for good; return whether there was one. Safe to repeat."""
    unit.session.get_one(Contact, contact_id, with_for_update=OWN)
    feed = _in_use(unit, contact_id)
    if feed is None:
        return False
    feed.revoked_at = unit.now
    unit.session.flush()
    unit.record(CalendarFeedRevoked(case_id=None, contact_id=contact_id, feed_id=feed.id))
    return True


def feed_since(unit: UnitOfWork, contact_id: UUID) -> datetime | None:
    """Return since when a contact has an address that leads somewhere; None where they have none."""
    feed = _in_use(unit, contact_id)
    return None if feed is None else feed.created_at


def subscriber(unit: UnitOfWork, token: str) -> Contact | None:
    """Return whose feed a token opens, as long as they still help and take cases; None for any other token.

    Also while they are thought to be forced, when nothing stands in it: what answered yesterday goes on answering.

    It is looked up by its fingerprint: how long that takes tells nothing about how much of a token is right.
    """
    return unit.session.scalars(
        select(Contact)
        .join(CalendarFeed, CalendarFeed.contact_id == Contact.id)
        .where(
            CalendarFeed.token_index == token_index(token),
            CalendarFeed.revoked_at.is_(None),
            Contact.left_at.is_(None),
            Contact.role.in_(sorted(SUBSCRIBERS)),
        )
    ).one_or_none()


def _in_use(unit: UnitOfWork, contact_id: UUID) -> CalendarFeed | None:
    return unit.session.scalars(
        select(CalendarFeed).where(CalendarFeed.contact_id == contact_id, CalendarFeed.revoked_at.is_(None))
    ).one_or_none()
