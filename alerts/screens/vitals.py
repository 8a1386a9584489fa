"""How well the work flows: counts by state and ages, and nothing about anybody.

One reading for everybody who watches: the metrics, the heartbeat and ``panah doctor``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, and_, case, exists, func, or_, select

from alerts.models import CANARY, UNSENT, Attempt, Delivery, DeliveryState, Need
from alerts.occasions.canary import CanaryVitals, read_canary
from alerts.sending.due import in_turn
from store.leases import Lease

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.unit_of_work import UnitOfWork

OVERDUE_AFTER = timedelta(minutes=1)
"""Work is taken within milliseconds; what waits longer than this is stuck, or the machine is far too slow."""
LISTENERS = "telegram:"
"""Beginning of the names of the leases under which a node takes a bot account's messages."""
HEARD = "heard:"
"""Stands before such a name in that of a lease that is renewed only while Telegram answers: who has the right to listen
may hear nothing."""
OUTBOX = "delivery"
"""The queue that is looked at channel by channel: what waits there may do so rightly."""
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
class ChannelVitals:
    """The messages of one channel.

    What waits for its reader's sake, for a limit or for its time is counted, but it is not late.
    """

    states: Mapping[str, int] = field(default_factory=dict)
    throttled: int = 0
    """Messages that wait because their reader has had enough for the moment."""
    oldest_unsent: timedelta = NO_TIME
    """Age of the oldest message that should have left and has not."""
    overdue: timedelta = NO_TIME
    """How long the oldest message that may leave has been waiting for a sender to take it."""
    late_chats: int = 0
    """Conversations in which a message should have left OVERDUE_AFTER ago and has not."""
    quiet_for: timedelta | None = None
    """How long nothing has left; None: nothing ever did."""

    @property
    def is_stuck(self) -> bool:
        """Whether nothing leaves although something should.

        Messages that are tried again and again count when they are for several conversations: then the fault is not in
        one of them. As long as others leave, the channel works: at the provider's limits, on a night with many alarms.
        """
        late = self.overdue > OVERDUE_AFTER or self.late_chats > 1
        return late and (self.quiet_for is None or self.quiet_for > OVERDUE_AFTER)


@dataclass(frozen=True)
class Vitals:
    """One reading. ``needs`` is counted by (kind, state)."""

    queues: Mapping[str, QueueVitals]
    channels: Mapping[str, ChannelVitals]
    needs: Mapping[tuple[str, str], int]
    unheard_for: timedelta | None
    """How long nobody has heard Telegram, and so taken messages (zero: somebody does); None when nobody ever tried."""
    canary: CanaryVitals | None = None
    """None: no canary is sent."""

    @property
    def stuck(self) -> tuple[str, ...]:
        """What has waited too long: queues by their name, channels as ``delivery:NAME``."""
        late = [name for name, queue in self.queues.items() if name != OUTBOX and queue.overdue > OVERDUE_AFTER]
        silent = [f"{OUTBOX}:{name}" for name, channel in self.channels.items() if channel.is_stuck]
        return tuple(sorted(late + silent))

    @property
    def oldest_unsent(self) -> timedelta:
        """Age of the oldest message, over all channels, that should have left and has not."""
        return max((channel.oldest_unsent for channel in self.channels.values()), default=NO_TIME)

    @property
    def waiting_chats(self) -> int:
        """Conversations in which a message is late, over all channels."""
        return sum(channel.late_chats for channel in self.channels.values())

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
        channels=_channels(unit),
        needs=_needs(unit),
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


def _channels(unit: UnitOfWork) -> dict[str, ChannelVitals]:
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    last: dict[str, datetime] = {}
    by_state = select(Delivery.channel, Delivery.state, func.count(), func.max(Delivery.sent_at))
    for channel, state, count, sent_at in unit.session.execute(by_state.group_by(Delivery.channel, Delivery.state)):
        counted[channel][state] = count
        if sent_at is not None:
            last[channel] = max(sent_at, last.get(channel, sent_at))
    waiting = _waiting(unit)
    return {
        channel: ChannelVitals(
            states={str(state): counted[channel].get(state, 0) for state in DeliveryState},
            quiet_for=None if channel not in last else _age(unit.now, last[channel]),
            **waiting.get(channel, {}),
        )
        for channel in sorted(counted)
    }


def _waiting(unit: UnitOfWork) -> dict[str, dict[str, Any]]:
    """What has not left, by channel; for the most part there is nothing."""
    long_ago = unit.now - OVERDUE_AFTER
    rows = unit.session.execute(
        select(
            Delivery.channel,
            func.count(case((Delivery.throttled, 1))).label("throttled"),
            func.min(waits_since(unit.now)).label("oldest"),
            func.count(case((is_late(unit.now), Delivery.chat_id)).distinct()).label("late"),
        )
        .where(_unsent())
        .group_by(Delivery.channel)
    ).all()
    untaken = select(Delivery.channel, func.min(Delivery.due_at)).where(Delivery.due_at <= long_ago, in_turn())
    found = unit.session.execute(untaken.group_by(Delivery.channel)).all() if rows else []
    overdue = {row[0]: row[1] for row in found}
    return {
        row.channel: {
            "throttled": row.throttled,
            "oldest_unsent": _age(unit.now, row.oldest),
            "late_chats": row.late,
            "overdue": _age(unit.now, overdue.get(row.channel)),
        }
        for row in rows
    }


def _unsent() -> ColumnElement[bool]:
    return and_(Delivery.state.in_((*UNSENT, DeliveryState.SENDING)), Delivery.due_at.is_not(None))


def waits_since(now: datetime) -> ColumnElement[datetime | None]:
    """Since when an unsent message should have left: since it was made if it was tried, else since it is due.

    NULL for one whose time has not come: it waits for its reader's sake, for a limit, or for a time that was asked for.
    """
    called = exists().where(Attempt.delivery_id == Delivery.id).correlate(Delivery)
    tried = or_(Delivery.state != DeliveryState.QUEUED, called)  # a provider's own limit puts it back in the queue
    return case((tried, Delivery.created_at), (Delivery.due_at <= now, Delivery.due_at))


def is_late(now: datetime) -> ColumnElement[bool]:
    """Whether a message should have left OVERDUE_AFTER ago and has not."""
    return and_(_unsent(), waits_since(now) < now - OVERDUE_AFTER)


def _needs(unit: UnitOfWork) -> dict[tuple[str, str], int]:
    counted = unit.session.execute(
        select(Need.kind, Need.state, func.count())
        .where(Need.kind != CANARY)
        .group_by(Need.kind, Need.state)
        .order_by(Need.kind, Need.state)
    )
    return {(kind, state): count for kind, state, count in counted}


def _unheard_for(unit: UnitOfWork) -> timedelta | None:
    ours = or_(Lease.name.startswith(f"{HEARD}{LISTENERS}"), Lease.name.startswith(LISTENERS))
    leases = unit.session.execute(select(Lease.name, Lease.until).where(ours)).all()
    # An earlier release says no more than that it has the right to listen.
    heard = [until for name, until in leases if name.startswith(HEARD)] or [until for _, until in leases]
    return _age(unit.now, max(heard)) if heard else None


def _age(now: datetime, since: datetime | None) -> timedelta:
    return NO_TIME if since is None else max(now - since, NO_TIME)
