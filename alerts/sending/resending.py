"""Messages that a person decides about: tried again, or given up.

Both can be pressed twice: the second press finds the message where the first has put it, and changes nothing.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from alerts.events import MessageGivenUp, MessageSentAgain
from alerts.messages.giving_up import look_at_row
from alerts.messages.outbox import SETTLED
from alerts.models import UNSENT, Delivery, DeliveryState, Need
from store.base import OWN

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

GIVEN_UP = "given_up"
"""The trouble of a message that a person has given up."""
FAILED = (DeliveryState.FAILED_PERMANENT, DeliveryState.FAILED_TEMPORARY, DeliveryState.UNKNOWN)


class Decided(Enum):
    """What came of it."""

    DONE = "done"
    UNDER_WAY = "under_way"
    """It is leaving, or is to leave, already."""
    OVER = "over"
    """It has arrived, was withdrawn, or what it asks for is settled: there is nothing to decide."""


def send_again(unit: UnitOfWork, delivery_id: UUID) -> Decided | None:
    """Let a message that failed or is parked leave now, as if it had not been tried; None where there is none.

    One that would be tried again later is tried now. Whether it still holds is looked at once more as it leaves.
    """
    row = _locked(unit, delivery_id)
    if row is None:
        return None
    if row.state == DeliveryState.SENDING or (row.fence is not None and row.due_at is not None):
        return Decided.UNDER_WAY
    if row.state == DeliveryState.QUEUED and row.parked_at is None:
        return Decided.UNDER_WAY
    if row.state not in (*FAILED, DeliveryState.QUEUED) or is_settled(unit, row):
        return Decided.OVER
    row.state, row.due_at, row.parked_at, row.fence = DeliveryState.QUEUED, unit.now, None, None
    row.tries, row.trouble, row.throttled = 0, None, False
    unit.session.flush()
    unit.record(MessageSentAgain(case_id=_case_of(unit, row), delivery_id=row.id))
    return Decided.DONE


def give_up_on(unit: UnitOfWork, delivery_id: UUID) -> Decided | None:
    """Let a message that has not arrived rest for good; None where there is none.

    Whoever it was to ask is rung by the next channel in the same second, and it waits for nobody any more.
    """
    row = _locked(unit, delivery_id)
    if row is None:
        return None
    if row.state == DeliveryState.SENDING or (row.fence is not None and row.due_at is not None):
        return Decided.UNDER_WAY
    rests = row.due_at is None and row.parked_at is None
    if row.state not in (*UNSENT, DeliveryState.FAILED_PERMANENT) or rests:
        return Decided.OVER
    row.state, row.due_at, row.parked_at, row.fence = DeliveryState.FAILED_PERMANENT, None, None, None
    row.trouble, row.throttled = GIVEN_UP, False
    unit.session.flush()
    look_at_row(unit, row)
    unit.record(MessageGivenUp(case_id=_case_of(unit, row), delivery_id=row.id))
    return Decided.DONE


def is_settled(unit: UnitOfWork, row: Delivery) -> bool:
    """Whether what a message asks for needs no asking any more."""
    need = None if row.need_id is None else unit.session.get(Need, row.need_id)
    return need is not None and row.action == "send" and need.state in SETTLED


def _locked(unit: UnitOfWork, delivery_id: UUID) -> Delivery | None:
    return unit.session.get(Delivery, delivery_id, with_for_update=OWN, populate_existing=True)


def _case_of(unit: UnitOfWork, row: Delivery) -> UUID | None:
    need = None if row.need_id is None else unit.session.get(Need, row.need_id)
    return None if need is None else need.case_id
