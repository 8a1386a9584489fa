"""Arrivals: what a reader does with a message proves that it is there, whatever became of the call that carried it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from alerts.models import Delivery, DeliveryState

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

NOBODY_KNOWS = (DeliveryState.SENDING, DeliveryState.UNKNOWN)


def prove_arrival(unit: UnitOfWork, chat_id: UUID, button_id: UUID, provider_ref: str) -> None:
    """A button of a message that asks was pressed: write down that the message was sent, and under which number.

    Otherwise a message whose worker died during the call could never be rewritten: who took it by that message would
    get no button to open the case. Repeating it, or pressing what is known to have arrived, changes nothing.
    """
    waiting = select(Delivery.id, Delivery.buttons).where(
        Delivery.chat_id == chat_id,
        Delivery.action == "send",
        Delivery.need_id.is_not(None) | Delivery.asks,
        Delivery.provider_ref.is_(None),
        Delivery.state.in_(NOBODY_KNOWS),
    )
    for delivery_id, buttons in unit.session.execute(waiting).all():
        if str(button_id) in {button.get("button") for row in buttons for button in row}:
            unit.session.execute(
                update(Delivery)
                .where(Delivery.id == delivery_id, Delivery.provider_ref.is_(None))
                .values(state=DeliveryState.SENT, sent_at=unit.now, provider_ref=provider_ref, due_at=None, fence=None)
            )
