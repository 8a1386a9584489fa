"""Which channels are set up. Whoever sends says so; whoever plans, on whichever node, reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select, update

from alerts.messages.giving_up import look_at_row
from alerts.models import UNSENT, ChannelState, Delivery, DeliveryState
from contacts.countries import TwoWay, sms_facts, two_way_sms
from contacts.values import ChannelName
from store.base import OWN
from store.chats import WHATSAPP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
OFF = "channel_off"


def can_answer_sms(unit: UnitOfWork, number: str) -> bool:
    """Whether a text to this number can be answered: Twilio says so of its country, or the team has found out.

    Of a country that is known to be one-way, no team's word is taken.
    """
    if two_way_sms(number):
        return True
    facts, state = sms_facts(number), unit.session.get(ChannelState, str(ChannelName.SMS))
    return facts.two_way is not TwoWay.NO and state is not None and facts.country in state.answers_in


def is_set_up(unit: UnitOfWork, channel: str) -> bool:
    """Whether this team has a channel, as whoever sends by it said last."""
    state = unit.session.get(ChannelState, str(channel))
    return state is None or state.configured


def note_channels(unit: UnitOfWork, configured: frozenset[str], answers_in: Sequence[str] = ()) -> None:
    """Write down which channels this team has; repeating it changes nothing.

    What waits on a channel that was taken away will never leave by it: whoever it was for is rung by another.
    """
    for channel in (*ChannelName, WHATSAPP):
        state = unit.session.get(ChannelState, str(channel))
        there = channel in configured
        if state is not None and state.configured == there and state.answers_in == list(answers_in):
            continue
        if state is None:
            state = ChannelState(channel=str(channel))
            unit.session.add(state)
        state.answers_in = list(answers_in)
        state.configured, state.since = there, unit.now
        unit.session.flush()
        if there:
            _forget_after_all(unit, str(channel))
        else:
            _abandon(unit, str(channel))


def _forget_after_all(unit: UnitOfWork, channel: str) -> None:
    """Have a provider that is back forget what it was to forget when it was taken away."""
    unit.session.execute(
        update(Delivery)
        .where(Delivery.channel == channel, Delivery.action == "redact", Delivery.trouble == OFF)
        .values(state=DeliveryState.QUEUED, trouble=None, due_at=unit.now, fence=None)
    )


def _abandon(unit: UnitOfWork, channel: str) -> None:
    """Let rest what waits, and what whoever sent by it died with. A call that ends well after all says so itself."""
    states = (*UNSENT, DeliveryState.SENDING)
    waiting = unit.session.scalars(
        select(Delivery)
        .where(Delivery.channel == channel, Delivery.state.in_(states), Delivery.due_at.is_not(None))
        .order_by(Delivery.id)
        .with_for_update(**OWN)
    ).all()
    for row in waiting:
        row.state, row.trouble, row.due_at, row.fence = DeliveryState.FAILED_PERMANENT, OFF, None, None
        unit.session.flush()
        look_at_row(unit, row)
    if waiting:
        log.warning("channel_taken_away", channel=channel, abandoned=len(waiting))
