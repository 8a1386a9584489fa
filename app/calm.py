"""Whether there is anything left to do: for a demo, a replay and the tests, which move the clock only in a calm.

They look many times a second, so each look is one statement, made once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, func, or_, select, union_all

from alerts.messages.outbox import TABLE as DELIVERIES
from alerts.sending import due
from app.parked import QUEUES
from store import inbox

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from store.unit_of_work import Store

IN_TURN = {"inbox": (inbox.in_turn(),), "delivery": (due.in_turn(),)}
"""What is due but stands behind something that is not keeps nobody busy."""
SOON = bindparam("soon", type_=DELIVERIES.c.due_at.type)


def is_busy(store: Store, within: timedelta) -> bool:
    """Whether somebody works on a row, or should by now or ``within`` so long of business time."""
    with store.glance() as connection:
        return bool(connection.scalar(_anything_wanted(), {"soon": store.clock.now() + within}))


def calm_until(store: Store) -> datetime | None:
    """Return when the next row falls due; None where none will, and where somebody works on one or should by now."""
    with store.glance() as connection:
        due_at, claimed = connection.execute(_next()).one()
    return None if due_at is None or claimed or due_at <= store.clock.now() else due_at


@cache
def _anything_wanted() -> Select[Any]:
    wanted = (
        exists(select(table.c.id).where(*IN_TURN.get(name, ()), _wanted(table))) for name, table in QUEUES.items()
    )
    return select(or_(*wanted))


@cache
def _next() -> Select[Any, Any]:
    waiting = union_all(
        *(
            select(table.c.due_at, table.c.fence).where(*IN_TURN.get(name, ()), table.c.due_at.is_not(None))
            for name, table in QUEUES.items()
        )
    ).subquery()
    return select(func.min(waiting.c.due_at), func.count(waiting.c.fence))


def _wanted(table: Table) -> ColumnElement[bool]:
    return and_(table.c.due_at.is_not(None), or_(table.c.due_at <= SOON, table.c.fence.is_not(None)))
