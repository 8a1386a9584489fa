"""Giving up: a message that will never leave is shown to people, and whom it was to ask is not waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from alerts.events import ItemParked
from alerts.models import Delivery, Page
from store.timers import set_timer

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

TIMER = "escalate"
"""The timer of a need: what comes next in the search for somebody."""


def wind(unit: UnitOfWork, need_id: UUID) -> None:
    """Have the need looked at now."""
    set_timer(unit, TIMER, need_id, unit.now)


def lose_page(unit: UnitOfWork, page_id: UUID) -> None:
    """Note that a page cannot reach its reader, and look at the need at once: the next one is asked this second."""
    page = unit.session.get_one(Page, page_id)
    page.unreachable_at = unit.now
    unit.session.flush()
    wind(unit, page.need_id)


def give_up(unit: UnitOfWork, delivery_id: UUID, page_id: UUID | None) -> None:
    """Park a message that will never leave by itself: somebody must look, and the next person must not wait for it."""
    unit.session.execute(update(Delivery).where(Delivery.id == delivery_id).values(parked_at=unit.now))
    if page_id is not None:  # timers before the log: two who lock in opposite order would wait in a circle
        lose_page(unit, page_id)
    unit.record(ItemParked(case_id=None, queue="delivery", item_id=delivery_id))
