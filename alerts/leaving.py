"""What must follow when somebody leaves: others are asked for what they had, and nobody waits for their answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.acks import decline_need
from alerts.models import Need, Page
from alerts.paging import give_back_all
from alerts.seats import OPEN
from contacts.events import ContactLeft
from contacts.models import Contact

if TYPE_CHECKING:
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def ask_the_others(unit: UnitOfWork, event: Event) -> None:
    """Search on for everything somebody had or was asked for. Not if they are back by now; repeating it is safe."""
    if not isinstance(event, ContactLeft):
        return
    if unit.session.get_one(Contact, event.contact_id).left_at is None:
        return
    give_back_all(unit, event.contact_id)
    asked = (
        select(Need.id)
        .join(Page, Page.need_id == Need.id)
        .where(Page.contact_id == event.contact_id, Page.declined_at.is_(None), Need.state.in_(OPEN))
        .order_by(Need.id)
        .distinct()
    )
    for need_id in unit.session.scalars(asked).all():
        decline_need(unit, need_id, event.contact_id)
