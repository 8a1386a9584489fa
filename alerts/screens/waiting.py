"""What waits to leave by each channel, and why: its turn, its reader's peace, a limit, a time, or a sender."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.models import UNSENT, ChannelState, Delivery, DeliveryState, Need
from alerts.screens.vitals import OVERDUE_AFTER
from alerts.sending.channel_lanes import chat_lane, everybody_lane
from alerts.sending.due import in_turn
from cases.models import Case
from contacts.values import ChannelName
from store.lanes import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


class Waits(StrEnum):
    """Why a message has not left."""

    OFF = "off"
    """Its channel is not set up here."""
    LEAVING = "leaving"
    """A sender has it."""
    READER = "reader"
    """Its reader has been asked often enough for the moment."""
    BEHIND = "behind"
    """An earlier message to the same reader goes first."""
    LIMIT = "limit"
    """The provider takes no more for the moment: from us, or for this reader."""
    AGAIN = "again"
    """A try has failed; the next is at its time."""
    LATER = "later"
    """It is not to leave before its time."""
    DUE = "due"
    """Nothing keeps it: it leaves now."""
    LATE = "late"
    """Nothing keeps it, and no sender takes it."""


@dataclass(frozen=True)
class Queued:
    """One message that waits. ``until``: when it is looked at again."""

    id: UUID
    channel: str
    case_code: str | None
    created_at: datetime
    until: datetime
    tries: int
    why: Waits


@dataclass(frozen=True)
class ChannelBook:
    """One channel: whether it is set up and since when (None: nobody has said), what is queued, the oldest of it.

    ``closed_until``: the provider's limit over all conversations is used up to then.
    """

    channel: str
    is_set_up: bool
    since: datetime | None
    closed_until: datetime | None
    count: int
    queued: tuple[Queued, ...]


@dataclass(frozen=True)
class Facts:
    """What decides why a message waits."""

    is_off: bool
    is_leaving: bool
    throttled: bool
    is_behind: bool
    tried: bool
    due_at: datetime
    free_at: datetime | None
    """Up to when the lanes it goes through are used."""


def why_it_waits(facts: Facts, now: datetime) -> Waits:
    """Say what keeps a message, the first thing that would have to change. Pure."""
    reasons = (
        (facts.is_off, Waits.OFF),
        (facts.is_leaving, Waits.LEAVING),
        (facts.throttled, Waits.READER),
        (facts.is_behind, Waits.BEHIND),
        (facts.due_at < now - OVERDUE_AFTER, Waits.LATE),
        (facts.due_at <= now, Waits.DUE),
        (facts.tried, Waits.AGAIN),
        (facts.free_at is not None and facts.free_at >= facts.due_at, Waits.LIMIT),
    )
    return next((why for holds, why in reasons if holds), Waits.LATER)


def channels(unit: UnitOfWork, newest: int) -> list[ChannelBook]:
    """Return every channel with what waits in it: of much the ``newest`` oldest. Four queries, however much it is."""
    states = {row.channel: row for row in unit.session.scalars(select(ChannelState))}
    waiting = Delivery.state.in_((*UNSENT, DeliveryState.SENDING)), Delivery.due_at.is_not(None)
    counted = select(Delivery.channel, func.count()).where(*waiting).group_by(Delivery.channel)
    counts = dict(unit.session.execute(counted).all())
    rows = unit.session.execute(
        select(Delivery, Case.code, (~in_turn()).label("behind"))
        .outerjoin(Need, Need.id == Delivery.need_id)
        .outerjoin(Case, Case.id == Need.case_id)
        .where(*waiting)
        .order_by(Delivery.created_at, Delivery.order_key)
        .limit(newest)
    ).all()
    lanes = _lanes(unit, [row for row, _, _ in rows])
    queued: dict[str, list[Queued]] = defaultdict(list)
    for row, code, behind in rows:
        if row.due_at is None:
            continue  # none of those is asked for
        state = states.get(row.channel)
        facts = Facts(
            is_off=state is not None and not state.configured,
            is_leaving=row.state == DeliveryState.SENDING,
            throttled=row.throttled,
            is_behind=bool(behind),
            tried=row.state != DeliveryState.QUEUED,
            due_at=row.due_at,
            free_at=max((lanes[key] for key in _keys(row) if key in lanes), default=None),
        )
        why = why_it_waits(facts, unit.now)
        queued[row.channel].append(Queued(row.id, row.channel, code, row.created_at, row.due_at, row.tries, why))
    names = [*ChannelName, *sorted(set(counts) - set(ChannelName))]
    return [
        ChannelBook(
            str(channel),
            channel not in states or states[channel].configured,
            states[channel].since if channel in states else None,
            _ahead(lanes.get(everybody_lane(channel)), unit.now),
            counts.get(channel, 0),
            tuple(queued[channel]),
        )
        for channel in names
    ]


def _keys(row: Delivery) -> tuple[str, ...]:
    mine = () if row.chat_id is None else (chat_lane(row.channel, row.chat_id),)
    return (everybody_lane(row.channel), *mine)


def _lanes(unit: UnitOfWork, rows: list[Delivery]) -> Mapping[str, datetime]:
    keys = {everybody_lane(channel) for channel in ChannelName} | {key for row in rows for key in _keys(row)}
    found = unit.session.execute(select(Lane.key, Lane.free_at).where(Lane.key.in_(sorted(keys))))
    return dict(found.all())


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and at > now else None
