"""What is parked, over all queues: shown to a person, tried again when they say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from alerts.outbox import TABLE as DELIVERIES
from app.reactions import REACTIONS
from cases.files import TABLE as DOWNLOADS
from store import claims
from store.inbox import TABLE as INBOX
from store.timers import TABLE as TIMERS

if TYPE_CHECKING:
    from datetime import datetime

    from store.unit_of_work import UnitOfWork

QUEUES = {"inbox": INBOX, "reaction": REACTIONS, "timer": TIMERS, "delivery": DELIVERIES, "download": DOWNLOADS}


@dataclass(frozen=True)
class ParkedItem:
    """One thing that waits for a person."""

    queue: str
    id: UUID
    parked_at: datetime
    trouble: str | None

    def as_json(self) -> dict[str, str | None]:
        """Plain values for machines."""
        return {
            "queue": self.queue,
            "id": str(self.id),
            "parked_at": self.parked_at.isoformat(),
            "trouble": self.trouble,
        }


def parked_items(unit: UnitOfWork) -> list[ParkedItem]:
    """Return everything that is parked, oldest first."""
    items = [
        ParkedItem(queue, row.id, row.parked_at, row.trouble)
        for queue, table in QUEUES.items()
        for row in unit.session.execute(
            select(table.c.id, table.c.parked_at, table.c.trouble).where(table.c.parked_at.is_not(None))
        )
    ]
    return sorted(items, key=lambda item: item.parked_at)


def retry(unit: UnitOfWork, item_id: str) -> bool:
    """Let an item be tried again; return whether there was one. Raises nothing for an id that is none."""
    try:
        wanted = UUID(item_id)
    except ValueError:
        return False
    return any(claims.unpark(unit.session, table, wanted, unit.now) for table in QUEUES.values())
