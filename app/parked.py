"""What is parked, over all queues: shown to a person, tried again when they say so."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from alerts.messages.outbox import TABLE as DELIVERIES
from app.queues import REACTIONS
from cases.aside import TABLE as SET_ASIDE
from cases.files import TABLE as DOWNLOADS
from cases.identity.suggesting import LOOKS
from dialogue.calling import TABLE as CALLS
from store import parked
from store.inbox import TABLE as INBOX
from store.timers import TABLE as TIMERS

if TYPE_CHECKING:
    from store.parked import ParkedItem
    from store.unit_of_work import UnitOfWork

QUEUES = {
    "inbox": INBOX,
    "reaction": REACTIONS,
    "timer": TIMERS,
    "delivery": DELIVERIES,
    "download": DOWNLOADS,
    "list": SET_ASIDE,
    "identity": LOOKS,
    "call": CALLS,
}


def parked_items(unit: UnitOfWork) -> list[ParkedItem]:
    """Return everything that is parked, oldest first."""
    return parked.parked_items(unit, QUEUES)


def retry(unit: UnitOfWork, item_id: str) -> bool:
    """Let an item be tried again; return whether there was one. Raises nothing for an id that is none."""
    try:
        wanted = UUID(item_id)
    except ValueError:
        return False
    return parked.try_again(unit, QUEUES, wanted)
