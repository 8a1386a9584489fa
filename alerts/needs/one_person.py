"""One person who was reported twice: a human is sought for them once, and whoever has one of the two cases has both.

Each case keeps needs of its own, with their own history. While two cases are joined they are of one company
(:mod:`alerts.needs.company`): one search is carried on, whoever accepts either has both, and is followed up once.
Parted again, what was taken only because they were joined is sought as if nobody had had it
(:mod:`alerts.search.joining`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from alerts.events import NeedAccepted
from alerts.messages.giving_up import wind
from alerts.messages.outbox import withdraw
from alerts.models import SOUGHT, Need, NeedState, Page
from alerts.needs.company import others_like
from alerts.needs.conflicts import conflicts_of
from alerts.needs.seats import is_of_custody, open_seats, taken
from alerts.needs.ways import ways_to
from cases.identity.suggesting import of_one_person
from contacts.accounts.coercion import coerced_contacts
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import Select

    from store.unit_of_work import UnitOfWork


def is_handed_over(unit: UnitOfWork, need: Need) -> bool:
    """Give an open need to whoever has the same person already; return whether somebody has. ``need`` is locked.

    Not to who is thought to be forced or out of reach, must not have it, or has said no to it since they took the
    other. They have come as far with it as with the other, and are told
    (:func:`alerts.telling.settled.tell_who_took_it`).
    """
    if need.case_id is None or not is_of_custody(unit, need):
        return False
    others = of_one_person(unit, [need.case_id]) - {need.case_id}
    held = _held_now(unit, others, need) if others else []
    holder = next((one for one in held if _may_have(unit, need, one)), None)
    if holder is None or holder.accepted_by is None:
        return False
    values = taken(holder.accepted_by, unit.now)
    reached = {"contact_made_at": holder.contact_made_at, "filed_at": holder.filed_at}
    unit.session.execute(update(Need).where(Need.id == need.id, Need.state.in_(SOUGHT)).values(**values | reached))
    unit.session.refresh(need)
    withdraw(unit, need.id)
    for seat in open_seats(unit, need):
        wind(unit, seat.id)  # the next seat's turn has come
    unit.record_last(
        NeedAccepted(
            case_id=need.case_id,
            need_id=need.id,
            need=need.kind,
            contact_id=holder.accepted_by,
            came_with=holder.case_id,
        )
    )
    return True


def _held_now(unit: UnitOfWork, case_ids: Collection[UUID], need: Need) -> list[Need]:
    """What somebody has of the same person, and cannot give back before we are done.

    What is being changed in this very moment is left out: waiting for it here, with our own need locked, could be
    waiting in a circle. Whoever changes it sees to this one too, and else it is looked at again.
    """
    found = _like_it(case_ids, need, NeedState.ACCEPTED).with_for_update(**OWN, of=Need, skip_locked=True)
    return list(unit.session.scalars(found.execution_options(populate_existing=True)))


def _may_have(unit: UnitOfWork, need: Need, holder: Need) -> bool:
    contact = None if holder.accepted_by is None else unit.session.get(Contact, holder.accepted_by)
    if contact is None or contact.left_at is not None or contact.id in coerced_contacts(unit):
        return False
    seats = select(Need.id).where(Need.alert_id == need.alert_id, Need.accepted_by == contact.id)
    refused = select(Page.id).where(
        Page.need_id == need.id, Page.contact_id == contact.id, Page.declined_at > holder.accepted_at
    )
    if any(unit.session.scalar(rows.limit(1)) is not None for rows in (seats, refused)):
        return False
    return not conflicts_of(unit, need).has(unit, contact) and bool(ways_to(unit, contact))


def held_of_one_person(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the needs of the same person and kind that whoever has this one has as well."""
    if need.accepted_by is None:
        return []
    return [one for one in every_of_one_person(unit, need) if one.accepted_by == need.accepted_by]


def every_of_one_person(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the other needs of the same person and kind that are sought or that somebody has, whoever it is."""
    if need.case_id is None or not is_of_custody(unit, need):
        return []
    others = of_one_person(unit, [need.case_id]) - {need.case_id}
    found = unit.session.scalars(_like_it(others, need, *SOUGHT, NeedState.ACCEPTED)) if others else ()
    return list(found)


def _like_it(case_ids: Collection[UUID], need: Need, *states: NeedState) -> Select[Need]:
    """Needs like it in some cases, in one of these states."""
    return others_like(need).where(Need.case_id.in_(case_ids), Need.state.in_(states)).order_by(Need.id)
