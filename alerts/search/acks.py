"""Acks: a human takes it, or says that they cannot. At most one acceptance, whatever happens in the same instant."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import exists, select, update

from alerts.events import NeedAccepted, NeedDeclined, NeedHeld
from alerts.messages.outbox import cancel, withdraw
from alerts.models import SOUGHT, Delivery, FeignedAcceptance, Need, NeedState, Page
from alerts.needs.company import lock_with_its_company, take_the_rest
from alerts.needs.feigning import is_feigned
from alerts.needs.seats import lock_seats, open_seats, seat_of, taken
from alerts.search.paging import wind
from cases.docket.dismissing import dismissed_from
from contacts.accounts.coercion import is_coerced
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


class Ack(Enum):
    """What came of a press on Accept or Decline."""

    YOURS = "yours"
    TAKEN = "taken"
    CLOSED = "closed"
    DECLINED = "declined"
    NOT_ASKED = "not asked"
    HELD = "held"
    """A provisional yes: the ladder waits for it to be confirmed."""
    HELD_BEFORE = "held before"
    """A second provisional yes of the same person: it must be confirmed, saying it again changes nothing."""
    NOTED = "noted"
    """Whoever has it says how far they have come."""
    GIVEN_BACK = "given back"
    """Whoever had it wants it no longer; others are asked."""
    NOT_YOURS = "not yours"
    """What only whoever has it can say, by somebody who has not, or no longer."""


HOLD_FOR = timedelta(minutes=10)
"""How long the ladder waits for somebody to confirm a yes that came by a way that can be forged."""


def accept_need(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> Ack:
    """Take a need, or the next seat of the same search. Exactly one contact wins, by one conditional update.

    They have with it whatever is settled with it (:mod:`alerts.needs.company`), nobody has and they may have.
    Accepting what is already one's own is ``YOURS`` again and changes nothing. ``NOT_ASKED`` for somebody who was
    neither asked nor does the work that is needed (an account that was linked to another helper since), or whom the
    person has dismissed. Of somebody who is being forced it counts as a no, and is answered as a yes.
    """
    if not _may_answer(unit, need_id, contact_id):
        return Ack.NOT_ASKED
    if is_coerced(unit, contact_id):
        return _feign(unit, need_id, contact_id)
    need = lock_with_its_company(unit, need_id)
    lock_seats(unit, need)
    if seat_of(unit, need, contact_id) is not None:
        return Ack.YOURS
    for seat in (need, *open_seats(unit, need)):
        if _take(unit, seat.id, contact_id):
            take_the_rest(unit, seat, contact_id)
            return Ack.YOURS
    return _settled_as(unit, need_id, contact_id)


def _take(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> bool:
    won = unit.session.scalars(
        update(Need)
        .where(Need.id == need_id, Need.state.in_(SOUGHT))
        .values(**taken(contact_id, unit.now))
        .returning(Need)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if won is None:
        return False
    withdraw(unit, need_id)
    unit.record_last(NeedAccepted(case_id=won.case_id, need_id=need_id, need=won.kind, contact_id=contact_id))
    for seat in (won, *open_seats(unit, won)):
        wind(unit, seat.id)  # the next seat's turn may have come
    return True


def hold_need(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> Ack:
    """Take a provisional yes: an SMS or an e-mail can be forged, so the ladder only waits until it is confirmed.

    Each contact can do so once for a need, so that whoever forges it cannot keep everybody waiting. ``HELD`` while
    somebody else holds it too: whoever confirms first has it.
    """
    if not _may_answer(unit, need_id, contact_id):
        return Ack.NOT_ASKED
    if is_coerced(unit, contact_id):
        return Ack.HELD if _feign(unit, need_id, contact_id) is Ack.YOURS else Ack.TAKEN
    need = unit.session.scalars(
        select(Need).where(Need.id == need_id).with_for_update(**OWN).execution_options(populate_existing=True)
    ).one()
    if need.state not in SOUGHT:
        return _settled_as(unit, need_id, contact_id)
    if _held_before(unit, need_id, contact_id):
        return Ack.HELD_BEFORE
    unit.session.execute(
        update(Page).where(Page.need_id == need_id, Page.contact_id == contact_id).values(held_at=unit.now)
    )
    need.held_by, need.held_until = contact_id, unit.now + HOLD_FOR
    unit.session.flush()
    unit.record_last(NeedHeld(case_id=need.case_id, need_id=need_id, contact_id=contact_id))
    wind(unit, need_id)
    return Ack.HELD


def _feign(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> Ack:
    """Take a yes for a no, and let it look like a yes, now and when it is said again."""
    said = unit.session.get(FeignedAcceptance, (need_id, contact_id))
    if said is None:
        if decline_need(unit, need_id, contact_id) is not Ack.DECLINED:
            return _settled_as(unit, need_id, contact_id)
        unit.session.add(FeignedAcceptance(need_id=need_id, contact_id=contact_id, at=unit.now))
        unit.session.flush()
    elif said.given_back_at is not None:
        need = unit.session.get_one(Need, need_id, populate_existing=True)
        if need.state not in SOUGHT:
            return _settled_as(unit, need_id, contact_id)
        said.at, said.given_back_at = unit.now, None
        said.contact_made_at = said.filed_at = said.reminded_at = None
        unit.session.flush()
        unit.record_last(NeedDeclined(case_id=need.case_id, need_id=need_id, contact_id=contact_id))
    return Ack.YOURS


def _held_before(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> bool:
    held = exists().where(Page.need_id == need_id, Page.contact_id == contact_id, Page.held_at.is_not(None))
    asked = exists().where(Page.need_id == need_id, Page.contact_id == contact_id)
    return bool(unit.session.scalar(select(held))) or not unit.session.scalar(select(asked))


def decline_need(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> Ack:
    """Say no: the next is asked at once if nobody else on the step can still answer. Repeating changes nothing.

    What was still to ask them, on another channel or when they can bear it, is withdrawn.
    """
    need = unit.session.scalars(
        select(Need).where(Need.id == need_id).with_for_update(**OWN).execution_options(populate_existing=True)
    ).one()
    if need.state not in SOUGHT:
        return _settled_as(unit, need_id, contact_id)
    changed = unit.session.execute(
        update(Page)
        .where(Page.need_id == need_id, Page.contact_id == contact_id, Page.declined_at.is_(None))
        .values(declined_at=unit.now)
        .returning(Page.id)
    ).all()
    if changed:
        cancel(unit, Delivery.page_id.in_([page_id for (page_id,) in changed]))
        if need.held_by == contact_id:
            need.held_by = need.held_until = None
            unit.session.flush()
        unit.record_last(NeedDeclined(case_id=need.case_id, need_id=need_id, contact_id=contact_id))
        wind(unit, need_id)
    return Ack.DECLINED


def standing(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> Ack | None:
    """What came of this contact's part in a need so far; None when nothing has."""
    if is_feigned(unit, need_id, contact_id):
        return Ack.YOURS
    if unit.session.get_one(Need, need_id, populate_existing=True).state not in SOUGHT:
        return _settled_as(unit, need_id, contact_id)
    declined = exists().where(Page.need_id == need_id, Page.contact_id == contact_id, Page.declined_at.is_not(None))
    return Ack.DECLINED if unit.session.scalar(select(declined)) else None


def _may_answer(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> bool:
    need = unit.session.get_one(Need, need_id)
    if need.case_id is not None and (need.case_id, contact_id) in dismissed_from(unit, [need.case_id]):
        return False
    if unit.session.get_one(Contact, contact_id).role == need.kind:
        return True
    asked = exists().where(Page.need_id == need_id, Page.contact_id == contact_id)
    return bool(unit.session.scalar(select(asked)))


def _settled_as(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> Ack:
    need = unit.session.get_one(Need, need_id, populate_existing=True)
    if need.state == NeedState.CLOSED:
        return Ack.CLOSED
    return Ack.YOURS if need.accepted_by == contact_id else Ack.TAKEN
