"""What waits in all queues, and until when: asked at every step of a simulation, so by few statements, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, select

from alerts.messages.outbox import TABLE as DELIVERIES
from alerts.models import CANARY
from app.parked import QUEUES
from tests.simulator.plan import CHANNELS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

DUE: Final = DELIVERIES.c.due_at
NOW: Final = bindparam("now", type_=DUE.type)
OLDEST: Final = {name: select(func.min(table.c.due_at)).scalar_subquery() for name, table in QUEUES.items()}
OF_CHANNELS: Final = {
    name: select(func.min(DUE)).where(DELIVERIES.c.channel == name).scalar_subquery() for name in (*CHANNELS, CANARY)
}
"""Deliveries wait for each channel by themselves."""
WHAT_IS_OLDEST: Final = select(*(one.label(name) for name, one in OLDEST.items()))
WHAT_IS_OLDEST_OF_CHANNELS: Final = select(*(one.label(name) for name, one in (OLDEST | OF_CHANNELS).items()))
WHAT_IS_NEXT: Final = select(
    *(select(func.min(table.c.due_at)).where(table.c.due_at > NOW).scalar_subquery() for table in QUEUES.values())
)
HOW_MANY: Final = select(
    *(
        select(func.count()).where(table.c.due_at.is_not(None)).scalar_subquery().label(name)
        for name, table in QUEUES.items()
    )
)


def due(connection: Connection, now: datetime) -> set[str]:
    """Return the queues, and the channels, of which something is due."""
    found = connection.execute(WHAT_IS_OLDEST_OF_CHANNELS).mappings().one()
    return {str(name) for name, at in found.items() if at is not None and at <= now}


def next_due(connection: Connection, now: datetime) -> list[datetime]:
    """Return when the next rows fall due, of each queue that has some after ``now``."""
    return [at for at in connection.execute(WHAT_IS_NEXT, {"now": now}).one() if at is not None]


def oldest(connection: Connection) -> dict[str, datetime]:
    """Return since when, or from when, the oldest row of each queue is due, where there is one."""
    found = connection.execute(WHAT_IS_OLDEST).mappings().one()
    return {str(name): at for name, at in found.items() if at is not None}


def how_many(connection: Connection) -> dict[str, int]:
    """Return how many rows of each queue wait for anything."""
    return {str(name): count for name, count in connection.execute(HOW_MANY).mappings().one().items()}
