"""The inbox queue: what came in at any door, handled by the door it came in at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.sms import hear_sms
from app.reactions import note_parked
from bot.handler import handle
from store import claims
from store.inbox import TABLE, InboxItem, claim_inputs, in_turn, open_input
from store.queues import Queue

if TYPE_CHECKING:
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork


SMS = "sms"
"""Source of texts that Twilio brings."""


def inbox_queue() -> Queue:
    """The queue of raw inputs."""
    return Queue("inbox", TABLE, claim_inputs, _handle, _parked, (in_turn(),))


def _handle(unit: UnitOfWork, held: Claim) -> None:
    """Hand one input to the door it came in at."""
    source = unit.session.get_one(InboxItem, held.id).source
    if source == SMS:
        _handle_sms(unit, held)
    else:
        handle(unit, held)


def _handle_sms(unit: UnitOfWork, held: Claim) -> None:
    item, text, chat = open_input(unit, held)
    if chat is not None:
        unit.actor = f"chat:{chat.id}"
        hear_sms(unit, chat, text)
    item.payload = None
    unit.session.flush()
    claims.finish(unit.session, TABLE, held)


def _parked(unit: UnitOfWork, held: Claim) -> None:
    note_parked(unit, "inbox", held.id)
