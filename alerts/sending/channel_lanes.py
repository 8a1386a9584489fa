"""The lanes of a channel: the provider's limits over all conversations, and within each of them, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.sending.lanes import NEVER_CLOSED, admit
from store.lanes import lock_lanes

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from alerts.sending.due import Due
    from alerts.sending.limits import Limits
    from store.lanes import Lane
    from store.unit_of_work import UnitOfWork


def chat_lane(channel: str, chat_id: UUID) -> str:
    """The limit of one conversation."""
    return f"{channel}:chat:{chat_id}"


def everybody_lane(channel: str) -> str:
    """The limit of a channel, over all conversations."""
    return f"{channel}:all"


def lock_channel(unit: UnitOfWork, channel: str, claimed: list[Due]) -> dict[str, Lane]:
    """Lock the lanes that claimed messages of a channel go through; none where no limit holds them."""
    limited = [chat_lane(channel, due.row.chat_id) for due in claimed if due.limited]
    return lock_lanes(unit, [everybody_lane(channel), *limited] if limited else [])


def wait_for_lanes(now: datetime, lanes: dict[str, Lane], limits: Limits, due: Due) -> datetime | None:
    """When a message may leave for the provider's sake; None for now, and then it has its place in its lanes."""
    if not due.limited:
        return None
    wanted = (
        (
            lanes[chat_lane(due.row.channel, due.row.chat_id)],
            limits.chat_every,
            limits.chat_burst,
            limits.longest_closure,
        ),
        (lanes[everybody_lane(due.row.channel)], limits.everybody_every, limits.everybody_burst, NEVER_CLOSED),
    )
    asked = [
        (lane, admit(lane.free_at, now, every, burst, longest_closure=closure))
        for lane, every, burst, closure in wanted
    ]
    refused = [answer.ready_at for _, answer in asked if not answer.allowed]
    if refused:
        for lane, answer in asked:  # less only where the clock was set back: the lane is not to refuse for ever
            lane.free_at = min(lane.free_at, answer.new_free_at)
        return max(refused)
    for lane, answer in asked:
        lane.free_at = answer.new_free_at
    return None
