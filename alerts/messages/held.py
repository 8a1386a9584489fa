"""What waits until its reader writes to us again, because before that their provider lets nothing through.

It stays queued and due at no time. It is withdrawn like any other message when it is true no longer; when its reader
writes, it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, select, update

from alerts.events import WindowClosed
from alerts.messages.outbox import enqueue
from alerts.models import Delivery, DeliveryState
from contacts.whatsapp import DAY, MARGIN
from store.chats import Chat

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

WINDOW_CLOSED: Final = "window_closed"
"""The trouble of what is held, and the code of a provider that says so."""
KNOCK: Final = "reply.whatsapp_knock"
"""The one message that may be sent all the same: without content, and approved beforehand."""
HELD: Final = (
    Delivery.state == DeliveryState.QUEUED,
    Delivery.due_at.is_(None),
    Delivery.trouble == WINDOW_CLOSED,
)


def is_held(chat_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Which messages of a conversation wait for its reader's word."""
    return (Delivery.chat_id == chat_id, *HELD)


def note_held(unit: UnitOfWork, chat_id: UUID, language: str, *, knocks: bool) -> None:
    """Note that something is held; of each day that is over once, however much waits.

    Those who have the case are told, and with ``knocks`` the reader is asked to write.
    """
    chat = unit.session.get_one(Chat, chat_id)
    since = "" if chat.heard_at is None else chat.heard_at.isoformat()
    if knocks:
        enqueue(unit, chat, KNOCK, language=language, silent=True, dedupe_key=f"knock:{chat.id}:{since}")
    if chat.case_id is not None:
        unit.record_last(WindowClosed(case_id=chat.case_id, chat_id=chat.id))


def let_go(unit: UnitOfWork, chat: Chat) -> None:
    """Let everything leave that waited for a word from this conversation; a knock that has not left is not needed."""
    unit.session.flush()
    unit.session.execute(
        update(Delivery)
        .where(Delivery.chat_id == chat.id, Delivery.template == KNOCK, Delivery.state == DeliveryState.QUEUED)
        .values(state=DeliveryState.CANCELLED, due_at=None, fence=None)
    )
    _let_go(unit, Delivery.chat_id == chat.id)


def let_go_what_may_leave(unit: UnitOfWork) -> None:
    """Let everything leave that is held although its reader has written: to be said again and again.

    A sender that looked before they wrote and wrote down after it has held it in vain.
    """
    heard = select(Chat.id).where(Chat.heard_at > unit.now - (DAY - MARGIN), Chat.muted_at.is_(None))
    _let_go(unit, Delivery.chat_id.in_(heard))


def _let_go(unit: UnitOfWork, which: ColumnElement[bool]) -> None:
    """Queue anew, so that it has a day to arrive like anything that is told now."""
    again = {"due_at": unit.now, "tries": 0, "trouble": None, "fence": None}
    unit.session.execute(update(Delivery).where(*HELD, which).values(**again))
