"""One person who was reported twice: a human is sought for them once, and whoever has one of the two cases has both.

Each case keeps needs of its own, with their own history. While two cases are joined, the need of the one that leads is
searched for and stands for the other's; whoever accepts either has both, and is followed up once. Parted again, what
was taken only because they were joined is sought as if nobody had had it (:mod:`alerts.joining`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from alerts.conflicts import conflicts_of
from alerts.events import NeedAccepted
from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.outbox import withdraw
from alerts.seats import OPEN, is_of_custody, taken
from cases.identity.suggesting import leader_of, of_one_person
from contacts.accounts.coercion import coerced_contacts
from contacts.models import Contact

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def waits_for_its_leader(unit: UnitOfWork, need: Need) -> bool:
    """Whether a human of this kind is sought for the case that this one follows: whoever accepts has both."""
    if need.case_id is None or not is_of_custody(unit, need):
        return False
    leader_id = leader_of(unit, need.case_id)
    if leader_id is None:
        return False
    return any(one.state in OPEN for one in of_custody(unit, [leader_id], need))


def is_handed_over(unit: UnitOfWork, need: Need) -> bool:
    """Give an open need to whoever has the same person already; return whether somebody has. ``need`` is locked.

    Not to who is thought to be forced, or must not have it. They have come as far with it as with the other.
    """
    if need.case_id is None or not is_of_custody(unit, need):
        return False
    others = of_one_person(unit, [need.case_id]) - {need.case_id}
    held = [one for one in of_custody(unit, others, need) if one.state == NeedState.ACCEPTED] if others else []
    holder = next((one for one in held if _may_have(unit, need, one)), None)
    if holder is None or holder.accepted_by is None:
        return False
    values = taken(holder.accepted_by, unit.now)
    reached = {"contact_made_at": holder.contact_made_at, "filed_at": holder.filed_at}
    unit.session.execute(update(Need).where(Need.id == need.id, Need.state.in_(OPEN)).values(**values | reached))
    unit.session.refresh(need)
    withdraw(unit, need.id)
    unit.record_last(NeedAccepted(case_id=need.case_id, need_id=need.id, need=need.kind, contact_id=holder.accepted_by))
    return True


def _may_have(unit: UnitOfWork, need: Need, holder: Need) -> bool:
    contact = None if holder.accepted_by is None else unit.session.get(Contact, holder.accepted_by)
    if contact is None or contact.left_at is not None or contact.id in coerced_contacts(unit):
        return False
    seats = select(Need.id).where(Need.alert_id == need.alert_id, Need.accepted_by == contact.id)
    if unit.session.scalar(seats.limit(1)) is not None:
        return False
    return contact.id not in conflicts_of(unit, need).reporters


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
    return of_custody(unit, others, need) if others else []


def of_custody(unit: UnitOfWork, case_ids: Collection[UUID], need: Need) -> list[Need]:
    """Needs of custody of the same kind and seat in some cases."""
    found = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Need.case_id.in_(case_ids),
            Alert.kind == CUSTODY,
            Need.kind == need.kind,
            Need.seat == need.seat,
            or_(Need.state.in_(OPEN), Need.state == NeedState.ACCEPTED),
        )
        .order_by(Need.id)
    )
    return list(unit.session.scalars(found))
