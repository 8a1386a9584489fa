"""How well the work flows: counts by state and ages, and nothing about anybody.

One reading for everybody who watches: the metrics, the heartbeat and ``panah doctor``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, and_, case, func, select

from alerts.canary import CanaryVitals, read_canary
from alerts.models import CANARY, UNSENT, Delivery, DeliveryState, Need
from store.leases import Lease

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.unit_of_work import UnitOfWork

OVERDUE_AFTER = timedelta(minutes=1)
"""Work is taken within milliseconds; what waits longer than this is stuck, or the machine is far too slow."""
LISTENERS = "telegram:"
"""Beginning of the names of the leases under which a node takes a bot account's messages."""
NO_TIME = timedelta(0)


@dataclass(frozen=True)
class QueueVitals:
    """One queue: rows that want work now, rows whose time has not come (or that somebody works on), parked rows."""

    ready: int
    scheduled: int
    parked: int
    overdue: timedelta
    """How long the oldest row has been wanting work."""


@dataclass(frozen=True)
class Vitals:
    """One reading. ``needs`` is counted by (kind, state)."""

    queues: Mapping[str, QueueVitals]
    deliveries: Mapping[str, int]
    needs: Mapping[tuple[str, str], int]
    oldest_unsent: timedelta
    """Age of the oldest message that has not left."""
    waiting_chats: int
    """Conversations in which a message has not left for longer than OVERDUE_AFTER."""
    unheard_for: timedelta | None
    """How long nobody has been taking messages from Telegram (zero: somebody is); None when nobody ever did."""
    canary: CanaryVitals | None = None
    """None: no canary is sent."""

    @property
    def stuck(self) -> tuple[str, ...]:
        """Queues whose oldest row has waited too long.

        Messages that are tried again and again count when they are for several conversations: then the fault is not
        in one of them.
        """
        late = {name for name, queue in self.queues.items() if queue.overdue > OVERDUE_AFTER}
        return tuple(sorted(late | ({"delivery"} if self.waiting_chats > 1 else set())))

    @property
    def parked(self) -> int:
        """What waits for a person, over all queues."""
        return sum(queue.parked for queue in self.queues.values())


def read_vitals(unit: UnitOfWork, queues: Mapping[str, Table], *, canary: bool = False) -> Vitals:
    """Read them; ``queues`` are tables of claimable rows by the name they are shown under.

    ``canary``: whether one is sent here. Its own need is none of those counted.
    """
    return Vitals(
        queues={name: _queue(unit, table) for name, table in queues.items()},
        deliveries=_deliveries(unit),
        needs=_needs(unit),
        oldest_unsent=_age(unit.now, unit.session.scalar(select(func.min(Delivery.created_at)).where(_unsent()))),
        waiting_chats=_waiting_chats(unit),
        unheard_for=_unheard_for(unit),
        canary=read_canary(unit) if canary else None,
    )


def _queue(unit: UnitOfWork, table: Table) -> QueueVitals:
    due = table.c.due_at
    ready, scheduled, oldest = unit.session.execute(
        select(
            func.count(case((due <= unit.now, 1))),
            func.count(case((due > unit.now, 1))),
            func.min(due),
        ).where(due.is_not(None))
    ).one()
    parked = unit.session.scalar(select(func.count()).select_from(table).where(table.c.parked_at.is_not(None)))
    return QueueVitals(ready, scheduled, parked or 0, _age(unit.now, oldest))


def _deliveries(unit: UnitOfWork) -> dict[str, int]:
    rows = unit.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    counted = {state: count for state, count in rows}  # noqa: C416  dict() does not know what a row holds
    return {str(state): counted.get(state, 0) for state in DeliveryState}


def _needs(unit: UnitOfWork) -> dict[tuple[str, str], int]:
    counted = unit.session.execute(
        select(Need.kind, Need.state, func.count())
        .where(Need.kind != CANARY)
        .group_by(Need.kind, Need.state)
        .order_by(Need.kind, Need.state)
    )
    return {(kind, state): count for kind, state, count in counted}


def _unsent() -> ColumnElement[bool]:
    return and_(Delivery.state.in_((*UNSENT, DeliveryState.SENDING)), Delivery.due_at.is_not(None))


def _waiting_chats(unit: UnitOfWork) -> int:
    long_ago = Delivery.created_at < unit.now - OVERDUE_AFTER
    return unit.session.scalar(select(func.count(Delivery.chat_id.distinct())).where(_unsent(), long_ago)) or 0


def _unheard_for(unit: UnitOfWork) -> timedelta | None:
    until = unit.session.scalar(select(func.max(Lease.until)).where(Lease.name.startswith(LISTENERS)))
    return None if until is None else _age(unit.now, until)


def _age(now: datetime, since: datetime | None) -> timedelta:
    return NO_TIME if since is None else max(now - since, NO_TIME)
