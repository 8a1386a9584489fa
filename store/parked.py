"""What is parked: rows that failed again and again, or whose workers died, and that wait for a person.

The queues are given by whoever knows them all: rooms above have some of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import literal, select, union_all

from store import claims

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Table

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ParkedItem:
    """One thing that waits for a person. ``trouble``: type and place of what failed, none of anybody's words."""

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


def parked_items(unit: UnitOfWork, queues: Mapping[str, Table]) -> list[ParkedItem]:
    """Return everything that is parked in these queues, oldest first. One query."""
    if not queues:
        return []
    parts = [
        select(literal(name).label("queue"), table.c.id, table.c.parked_at, table.c.trouble).where(
            table.c.parked_at.is_not(None)
        )
        for name, table in queues.items()
    ]
    rows = unit.session.execute(union_all(*parts))
    items = [ParkedItem(row.queue, row.id, row.parked_at, row.trouble) for row in rows]
    return sorted(items, key=lambda item: (item.parked_at, item.id))


def try_again(unit: UnitOfWork, queues: Mapping[str, Table], item_id: UUID) -> bool:
    """Let an item be tried again from the beginning; return whether there was one. Safe to repeat."""
    return any(claims.unpark(unit.session, table, item_id, unit.now) for table in queues.values())
