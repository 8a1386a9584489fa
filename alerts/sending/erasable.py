"""Which messages of a reporter's chat may be erased from it, and which are still there.

What a reporter sent may go as soon as it is kept here. A message whose file is not here stays: the chat has the only
copy of it. Of a sealed file that holds as long as the file shows in the chat: what was withdrawn leaves nothing there,
nor does what only seems to be.

In a helper's chat only what they said to their own sealed file goes, a list of people and how it was read, and what the
dialogue said: alerts have buttons that are needed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, func, or_, select

from alerts.models import HANDED_OVER, ChatLine, ChatWipe, Delivery
from cases.models import Download, FileState, ReportMessage
from cases.sealed.models import SealedEntry, SealedFile
from contacts.models import ContactMethod

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

POSSIBLE_FOR = timedelta(hours=48)
"""Telegram erases a message for both sides as long as it is younger."""
OF_DIALOGUE = ("reply.", "ask.", "staff.list_read", "staff.sent_again|staff.list_read")
"""How texts begin that the conversation with a reporter says, and those that read a list of people back."""
AT_ONCE = 100
"""Messages that one call erases at most."""


def numbers_to_erase(unit: UnitOfWork, chat_id: UUID, before: datetime, order_key: int) -> list[str]:
    """Return up to AT_ONCE messages said until ``before`` that can be erased now.

    Of ours also what was queued before everything was wished gone, however late it came; and only what was queued ahead
    of ``order_key``: what tells about the erasing stays.
    """
    oldest = unit.now - POSSIBLE_FOR
    theirs = select(ChatLine.number).where(
        ChatLine.chat_id == chat_id, ChatLine.said_at <= before, ChatLine.said_at > oldest, ~_without_copy()
    )
    ours = select(Delivery.provider_ref).where(
        *_ours(chat_id), _said_until(before), Delivery.sent_at > oldest, Delivery.order_key < order_key
    )
    numbers = [
        *(str(number) for number in unit.session.scalars(theirs.order_by(ChatLine.said_at).limit(AT_ONCE))),
        *(ref for ref in unit.session.scalars(ours.order_by(Delivery.order_key).limit(AT_ONCE)) if ref is not None),
    ]
    return numbers[:AT_ONCE]


def still_there(unit: UnitOfWork, chat_id: UUID, up_to: datetime) -> int:
    """Count the messages said until ``up_to`` that were not erased."""
    theirs = select(func.count()).where(ChatLine.chat_id == chat_id, ChatLine.said_at <= up_to)
    ours = select(func.count()).where(*_ours(chat_id), _said_until(up_to))
    return (unit.session.scalar(theirs) or 0) + (unit.session.scalar(ours) or 0)


def waits_for_files(unit: UnitOfWork, chat_id: UUID) -> bool:
    """Whether a file from this chat is still being fetched."""
    waiting = exists().where(
        Download.chat_id == chat_id, Download.state == FileState.WAITING, Download.parked_at.is_(None)
    )
    return bool(unit.session.scalar(select(waiting)))


def oldest_since(unit: UnitOfWork, chat_id: UUID, since: datetime) -> datetime | None:
    """When the oldest message younger than ``since`` was said that is still there; None when there is none."""
    theirs = select(func.min(ChatLine.said_at)).where(ChatLine.chat_id == chat_id, ChatLine.said_at > since)
    ours = select(func.min(Delivery.sent_at)).where(*_ours(chat_id), Delivery.sent_at > since)
    found = (unit.session.scalar(theirs), unit.session.scalar(ours))
    return min((at for at in found if at is not None), default=None)


def _ours(chat_id: UUID) -> tuple[ColumnElement[bool], ...]:
    is_helpers = exists().where(ContactMethod.chat_id == chat_id)
    return (
        Delivery.chat_id == chat_id,
        Delivery.action == "send",
        Delivery.state.in_(HANDED_OVER),
        Delivery.provider_ref.is_not(None),
        Delivery.erased_at.is_(None),
        or_(*(Delivery.template.startswith(prefix) for prefix in OF_DIALOGUE), ~is_helpers),
    )


def _said_until(before: datetime) -> ColumnElement[bool]:
    wished_gone = select(ChatWipe.up_to).where(ChatWipe.chat_id == Delivery.chat_id).scalar_subquery()
    return or_(Delivery.sent_at <= before, Delivery.created_at < wished_gone)


def _without_copy() -> ColumnElement[bool]:
    waits = (Download.chat_id == ChatLine.chat_id, Download.state != FileState.STORED)
    told = exists().where(*waits, Download.message_id == ReportMessage.id, ReportMessage.number == ChatLine.number)
    sealed = exists().where(
        *waits,
        Download.entry_id == SealedEntry.id,
        SealedEntry.number == ChatLine.number,
        SealedFile.case_id == Download.case_id,
        SealedFile.chat_id == ChatLine.chat_id,
    )
    return or_(told, sealed)
