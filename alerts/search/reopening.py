"""What must follow when a closed case is open again: whom it needs is sought, who still has it is followed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.needs.seats import is_of_custody, is_over
from alerts.needs.ways import ways_to
from alerts.policy.milestones import MILESTONES
from alerts.search.following_up import follow_up_from_now_on
from alerts.search.paging import give_back_need
from alerts.search.planning import plan_alert
from cases.events import CaseReopened
from cases.retention import is_closed
from contacts.accounts.coercion import is_coerced
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def seek_again(unit: UnitOfWork, event: Event, zone: str) -> None:
    """Seek whom an open case needs: what was stopped with it, and what was somebody's who cannot have it any more.

    Nobody was ever sought for a case without a report, and nobody is now. Not if it is closed by now; repeating it
    changes nothing more.
    """
    if not isinstance(event, CaseReopened) or event.case_id is None or is_closed(unit, event.case_id):
        return
    held = select(Need).where(Need.case_id == event.case_id).order_by(Need.id).with_for_update(**OWN)
    for need in unit.session.scalars(held.execution_options(populate_existing=True)).all():
        if need.state == NeedState.ACCEPTED and not is_over(unit, need):
            _goes_on(unit, need)
    if unit.session.scalar(select(exists().where(Alert.case_id == event.case_id, Alert.kind == CUSTODY))):
        plan_alert(unit, event, zone)


def _goes_on(unit: UnitOfWork, need: Need) -> None:
    """Have somebody keep what they had, and be followed up again; or others asked where they cannot."""
    if need.accepted_by is None:
        return
    if _is_gone(unit, need.accepted_by):
        give_back_need(unit, need, need.accepted_by)
    elif is_of_custody(unit, need) and need.kind in MILESTONES:
        follow_up_from_now_on(unit, need)


def _is_gone(unit: UnitOfWork, contact_id: UUID) -> bool:
    """Whether somebody has left, is thought to be forced, or can be reached by nothing."""
    contact = unit.session.get_one(Contact, contact_id)
    return contact.left_at is not None or is_coerced(unit, contact_id) or not ways_to(unit, contact)
