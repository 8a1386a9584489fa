"""What must follow when somebody leaves: others are asked for what they had, and nobody waits for their answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from alerts.models import SOUGHT, Need, Page
from alerts.search.acks import decline_need
from alerts.search.paging import give_back_all
from contacts.events import ContactLeft
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def ask_the_others(unit: UnitOfWork, event: Event) -> None:
    """Search on for everything somebody had or was asked for. Not if they are back by now; repeating it is safe."""
    if not isinstance(event, ContactLeft):
        return
    if unit.session.get_one(Contact, event.contact_id).left_at is None:
        return
    asked = (
        select(Need.id)
        .join(Page, Page.need_id == Need.id)
        .where(Page.contact_id == event.contact_id, Page.declined_at.is_(None), Need.state.in_(SOUGHT))
        .order_by(Need.id)
        .distinct()
    )
    need_ids = unit.session.scalars(asked).all()
    theirs = or_(Need.id.in_(need_ids), Need.accepted_by == event.contact_id)
    # All of it before any of it is changed: two who lock in opposite order would wait in a circle.
    unit.session.scalars(select(Need).where(theirs).order_by(Need.id).with_for_update(**OWN)).all()
    give_back_all(unit, event.contact_id)
    for need_id in need_ids:
        decline_need(unit, need_id, event.contact_id)
