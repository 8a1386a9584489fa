"""What is said to people who come back to a page: rows of the outbox that wait until they look.

A row holds a text's key, codes and references, as every message does; the words are made when somebody looks. What
nobody has looked at stays, however long that takes, and is withdrawn like any message when it is true no longer. What
was looked at is shown for a day more, as a message stands in a chat, and then no longer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, func, select, update

from alerts.models import Delivery, DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

SHOWN_FOR: Final = timedelta(hours=24)
"""How long something is shown after it was looked at first."""


def look_at(unit: UnitOfWork, chat_id: UUID) -> Sequence[Delivery]:
    """Return what is to be shown, oldest first, and note what of it is looked at for the first time."""
    unit.session.flush()
    unit.session.execute(
        update(Delivery)
        .where(*_ours(chat_id), Delivery.state == DeliveryState.QUEUED)
        .values(state=DeliveryState.READ, sent_at=unit.now, read_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    return unit.session.scalars(
        select(Delivery)
        .where(*_ours(chat_id), Delivery.state == DeliveryState.READ, Delivery.read_at > unit.now - SHOWN_FOR)
        .order_by(Delivery.order_key)
        .execution_options(populate_existing=True)
    ).all()


def hide(unit: UnitOfWork, chat_id: UUID, *, read_before: datetime) -> None:
    """Show no longer what was looked at until then; repeating it changes nothing."""
    unit.session.execute(
        update(Delivery)
        .where(*_ours(chat_id), Delivery.state == DeliveryState.READ, Delivery.read_at <= read_before)
        .values(erased_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def hide_all(unit: UnitOfWork, chat_id: UUID) -> None:
    """Show nothing any more of what was said so far, looked at or not."""
    unit.session.flush()
    unit.session.execute(
        update(Delivery).where(*_ours(chat_id)).values(erased_at=unit.now).execution_options(synchronize_session=False)
    )


def hidden_next(unit: UnitOfWork, chat_id: UUID) -> datetime | None:
    """When something that is shown has been shown for long enough; None while nothing is."""
    shown = select(func.min(Delivery.read_at)).where(*_ours(chat_id), Delivery.state == DeliveryState.READ)
    oldest: datetime | None = unit.session.scalar(shown)
    return None if oldest is None else oldest + SHOWN_FOR


def _ours(chat_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.chat_id == chat_id, Delivery.action == "send", Delivery.erased_at.is_(None))
