"""How the channels are, at a glance and by one statement: which are set up, which have work, which are stuck.

The full reading, with counts by state, is :mod:`alerts.screens.vitals`; this one looks at what has not left and at
nothing that has, so that it costs the same however long the team has worked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from alerts.models import UNSENT, ChannelState, Delivery, DeliveryState
from alerts.screens.vitals import LISTENERS, OVERDUE_AFTER, is_late, waits_since
from store.leases import Lease

if TYPE_CHECKING:
    from datetime import datetime

    from store.unit_of_work import UnitOfWork


class Health(StrEnum):
    """What can be said of a channel."""

    OFF = "off"
    """It is not set up."""
    WELL = "well"
    LATE = "late"
    """Something waits longer than it should, while other messages leave."""
    STUCK = "stuck"
    """Nothing leaves although something should."""


@dataclass(frozen=True)
class ChannelHealth:
    """One channel; ``late`` messages should have left more than a minute ago, the oldest of them for ``waits``."""

    name: str
    health: Health
    late: int = 0
    waits: timedelta | None = None


@dataclass(frozen=True)
class Channels:
    """All of them. ``unheard_for``: how long nobody has taken messages from Telegram; None: nobody does so, ever."""

    channels: tuple[ChannelHealth, ...] = ()
    unheard_for: timedelta | None = None

    @property
    def is_deaf(self) -> bool:
        """Whether what people write is not being taken in."""
        return self.unheard_for is not None and self.unheard_for > OVERDUE_AFTER


def channel_health(unit: UnitOfWork) -> Channels:
    """Read how the channels are. Empty as long as no process that sends has ever run here."""
    late = is_late(unit.now)
    unsent = (
        select(
            Delivery.channel.label("channel"),
            func.count(case((late, 1))).label("late"),
            func.min(case((late, waits_since(unit.now)))).label("oldest"),
        )
        .where(Delivery.due_at.is_not(None), Delivery.state.in_((*UNSENT, DeliveryState.SENDING)))
        .group_by(Delivery.channel)
        .subquery()
    )
    last_sent = select(func.max(Delivery.sent_at)).where(Delivery.channel == ChannelState.channel)
    heard_until = select(func.max(Lease.until)).where(Lease.name.startswith(LISTENERS)).scalar_subquery()
    rows = unit.session.execute(
        select(
            ChannelState.channel,
            ChannelState.configured,
            func.coalesce(unsent.c.late, 0).label("late"),
            unsent.c.oldest,
            # Only of a channel that is late: for this one all that ever left by it is looked through.
            case((unsent.c.late > 0, last_sent.scalar_subquery())).label("last_sent"),
            heard_until.label("heard_until"),
        )
        .outerjoin(unsent, unsent.c.channel == ChannelState.channel)
        .order_by(ChannelState.channel)
    ).all()
    heard = rows[0].heard_until if rows else None
    return Channels(
        tuple(_health(row, unit.now) for row in rows),
        None if heard is None else max(unit.now - heard, timedelta(0)),
    )


def _health(row: Any, now: datetime) -> ChannelHealth:
    if not row.configured:
        return ChannelHealth(row.channel, Health.OFF)
    if not row.late:
        return ChannelHealth(row.channel, Health.WELL)
    is_silent = row.last_sent is None or now - row.last_sent > OVERDUE_AFTER
    waits = None if row.oldest is None else now - row.oldest
    return ChannelHealth(row.channel, Health.STUCK if is_silent else Health.LATE, row.late, waits)
