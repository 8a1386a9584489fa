"""The inbox queue: what came in at any door, handled by the door it came in at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.reactions import note_parked
from bot.handler import handle
from store.inbox import TABLE, claim_inputs, in_turn
from store.queues import Queue

if TYPE_CHECKING:
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork


def inbox_queue() -> Queue:
    """The queue of raw inputs."""
    return Queue("inbox", TABLE, claim_inputs, handle, _parked, (in_turn(),))


def _parked(unit: UnitOfWork, held: Claim) -> None:
    note_parked(unit, "inbox", held.id)
