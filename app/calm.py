"""Whether there is anything left to do: for a demo, a replay and the tests, which move the clock only in a calm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select

from alerts.sending import due
from app.parked import QUEUES
from store import inbox

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from store.unit_of_work import Store

IN_TURN = {"inbox": (inbox.in_turn(),), "delivery": (due.in_turn(),)}
"""What is due but stands behind something that is not keeps nobody busy."""


def is_busy(store: Store, within: timedelta) -> bool:
    """Whether somebody works on a row, or should by now or ``within`` so long of business time."""
    with store.read() as unit:
        soon = unit.now + within
        wanted = (
            exists(select(table.c.id).where(*IN_TURN.get(name, ()), _wanted(table, soon)))
            for name, table in QUEUES.items()
        )
        return bool(unit.session.scalar(select(or_(*wanted))))


def _wanted(table: Table, soon: datetime) -> ColumnElement[bool]:
    return and_(table.c.due_at.is_not(None), or_(table.c.due_at <= soon, table.c.fence.is_not(None)))
