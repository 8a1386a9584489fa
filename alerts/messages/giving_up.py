"""Giving up: a message that will never leave is shown to people, and whom it was to ask is not waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from alerts.events import ItemParked
from alerts.models import Delivery, Page
from store.timers import set_timer

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

TIMER = "escalate"
"""The timer of a need: what comes next in the search for somebody."""
RING = "ring"
"""The timer of a page: by which channel its reader is rung next."""
BROKEN_CHANNEL = "channel_broken"
"""The trouble of a message whose channel works for nobody until a person mends it."""
MOVED = "moved"
"""The trouble of a message whose conversation lives elsewhere, or whose reader does."""
LATE_AFTER = 2
"""Tries in vain after which a channel is not waited for: it goes on trying beside the next one."""


def wind(unit: UnitOfWork, need_id: UUID) -> None:
    """Have the need looked at now."""
    set_timer(unit, TIMER, need_id, unit.now)


def look_at_page(unit: UnitOfWork, page_id: UUID) -> None:
    """Have the page looked at now: a channel of it failed, or may have, and the next one rings in the same second."""
    set_timer(unit, RING, page_id, unit.now)


def lose_page(unit: UnitOfWork, page_id: UUID) -> None:
    """Note that a page cannot reach its reader, and look at the need at once: the next one is asked this second."""
    page = unit.session.get_one(Page, page_id)
    page.unreachable_at = unit.now
    unit.session.flush()
    wind(unit, page.need_id)


def look_at_row(unit: UnitOfWork, row: Delivery) -> None:
    """Have the page looked at that a message belongs to, or all those it stands for."""
    if row.page_id is not None:
        look_at_page(unit, row.page_id)
    look_at_bundled(unit, row.id)


def look_at_bundled(unit: UnitOfWork, delivery_id: UUID) -> None:
    """Have the pages looked at that a bundle stands for."""
    told = select(Delivery.page_id).where(Delivery.bundle_id == delivery_id, Delivery.page_id.is_not(None))
    for page_id in sorted(one for one in unit.session.scalars(told) if one is not None):
        look_at_page(unit, page_id)


def give_up(unit: UnitOfWork, delivery_id: UUID, page_id: UUID | None) -> None:
    """Park a message that will never leave by itself: somebody must look, and the next channel must not wait for it."""
    unit.session.execute(update(Delivery).where(Delivery.id == delivery_id).values(parked_at=unit.now))
    # Timers before the log: two who lock in opposite order would wait in a circle.
    if page_id is not None:
        look_at_page(unit, page_id)
    look_at_bundled(unit, delivery_id)
    unit.record(ItemParked(case_id=None, queue="delivery", item_id=delivery_id))
