"""The list of cases a helper may ask for in a chat: codes, states and who took them, nothing a reporter told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, or_, select

from alerts.models import SOUGHT, Need, NeedState, Page
from cases.models import Case
from cases.urgency import Urgency
from contacts.accounts.coercion import is_coerced
from contacts.accounts.models import Account
from contacts.directory import name_of
from contacts.models import Contact
from texts.catalogue import say
from texts.dates import age

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

MOST_LISTED = 25
"""Cases that fit into one message."""
SEES_ALL = "coordinator"
_URGENT_FIRST = (Urgency.NOW, Urgency.SOON, Urgency.LATER)


def cases_for(unit: UnitOfWork, contact: Contact) -> list[UUID]:
    """Return the cases a helper may know of, newest first: all for a coordinator, for others those they took.

    Here and below: who is being forced knows of none.
    """
    if is_coerced(unit, contact.id):
        return []
    wanted = select(Case.id).order_by(Case.opened_at.desc(), Case.id.desc()).limit(MOST_LISTED)
    if contact.role != SEES_ALL:
        wanted = wanted.where(taken_by(contact.id))
    return list(unit.session.scalars(wanted))


def may_know_of(unit: UnitOfWork, contact: Contact, case_id: UUID) -> bool:
    """Whether a helper may be told that there is this case: a coordinator, and whoever was asked to take it."""
    if is_coerced(unit, contact.id):
        return False
    if contact.role == SEES_ALL:
        return True
    asked = exists().where(Page.contact_id == contact.id, Page.need_id == Need.id, Need.case_id == case_id)
    return bool(unit.session.scalar(select(asked)))


def has_taken(unit: UnitOfWork, contact: Contact, case_id: UUID) -> bool:
    """Whether a helper has accepted a need of the case."""
    return bool(unit.session.scalar(select(exists().where(Case.id == case_id, taken_by(contact.id)))))


def works_on(unit: UnitOfWork, contact: Contact, case_id: UUID) -> bool:
    """Whether a helper may read and write the docket of a case: a coordinator, and whoever has taken it."""
    return not is_coerced(unit, contact.id) and (contact.role == SEES_ALL or has_taken(unit, contact, case_id))


def cases_taken_by(unit: UnitOfWork, contact_id: UUID) -> list[UUID]:
    """Return every case of which a helper holds a need."""
    forced = exists().where(Account.contact_id == contact_id, Account.coerced_at.is_not(None))
    theirs = select(Case.id).where(taken_by(contact_id), ~forced)
    return list(unit.session.scalars(theirs.order_by(Case.opened_at, Case.id)))


def need_for(unit: UnitOfWork, contact: Contact, case_id: UUID) -> Need | None:
    """Return the need of a case that a helper could take; if others have them all, one of those; None if there is none.

    It is one of their role, or one they were asked for.
    """
    asked = exists().where(Page.contact_id == contact.id, Page.need_id == Need.id)
    theirs = select(Need).where(Need.case_id == case_id, or_(Need.kind == contact.role, asked)).order_by(Need.seat)
    needs = unit.session.scalars(theirs).all()
    return next((need for need in needs if need.state in SOUGHT), next(iter(needs), None))


def taken_by(contact_id: UUID) -> ColumnElement[bool]:
    """Of a row of cases: whether a helper has it."""
    theirs = exists().where(Need.case_id == Case.id, Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED)
    return theirs.correlate(Case)


def case_line(unit: UnitOfWork, language: str, case_id: UUID) -> str:
    """Say in a line how a case stands."""
    case = unit.session.get_one(Case, case_id)
    needs = unit.session.scalars(select(Need).where(Need.case_id == case_id)).all()
    takers = [need.accepted_by for need in needs if need.accepted_by is not None]
    names = [name_of(unit, unit.session.get_one(Contact, taker)) for taker in dict.fromkeys(takers)]
    urgency = next((one for one in _URGENT_FIRST if any(need.urgency == one for need in needs)), Urgency.LATER)
    return say(
        "staff.case_line",
        language,
        code=case.code,
        urgency=say(f"urgency.{urgency.value}", language),
        state=say(f"case.{case.state}", language),
        taken=", ".join(names) or say("staff.case_open", language),
        age=age(unit.now - case.opened_at, language),
    )
