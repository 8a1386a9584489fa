"""Who can be reached at all: a conversation that takes no more messages from us, and one that does again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from alerts.events import ReporterUnreachable
from alerts.giving_up import lose_page
from alerts.models import Need, NeedState, Page
from contacts.events import MethodDied
from contacts.models import ContactMethod

if TYPE_CHECKING:
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


def note_unreachable(unit: UnitOfWork, chat: Chat) -> None:
    """Note that nothing reaches this conversation any more; repeating it changes nothing.

    A helper's account is not asked again until they write, and whoever comes after them is asked at once.
    """
    if chat.unreachable_at is not None:
        return
    chat.unreachable_at = unit.now
    unit.session.flush()
    method = unit.session.scalars(select(ContactMethod).where(ContactMethod.chat_id == chat.id)).one_or_none()
    if method is not None:
        method.dead_at = unit.now
        _lose_open_pages(unit, method.contact_id)  # timers before the log, here as everywhere
        unit.record(MethodDied(case_id=None, contact_id=method.contact_id, channel=method.channel))
    elif chat.case_id is not None:
        unit.record(ReporterUnreachable(case_id=chat.case_id, chat_id=chat.id))


def note_reachable(unit: UnitOfWork, chat: Chat) -> None:
    """Whoever writes can be reached again."""
    if chat.unreachable_at is not None:
        chat.unreachable_at = None
        unit.session.execute(update(ContactMethod).where(ContactMethod.chat_id == chat.id).values(dead_at=None))


def _lose_open_pages(unit: UnitOfWork, contact_id: UUID) -> None:
    """Nobody waits for an answer from somebody who cannot give one."""
    asked = unit.session.scalars(
        select(Page.id)
        .join(Need, Need.id == Page.need_id)
        .where(
            Page.contact_id == contact_id,
            Page.unreachable_at.is_(None),
            Need.state.in_((NeedState.PAGING, NeedState.EXHAUSTED)),
        )
        .order_by(Page.need_id)
    )
    for page_id in asked.all():
        lose_page(unit, page_id)
