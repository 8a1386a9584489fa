"""Whether a chat was erased at its owner's wish: the telephone may be in other hands from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from alerts.models import ChatWipe, Delivery
from cases.models import Report, ReportMessage
from dialogue.doors import OWN_WORDS, WIPED
from store.chats import WEB, WHATSAPP

if TYPE_CHECKING:
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


SAYS_SO: Final = {WEB: OWN_WORDS["reply.wiped"], WHATSAPP: WIPED}
"""At doors where we erase nothing ourselves: what was answered to the wish."""


def was_wiped(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether somebody had their chat erased and has told nothing there since: nothing new is to stand in it."""
    wiped = select(ChatWipe.up_to).where(ChatWipe.chat_id == chat.id)
    if chat.door in SAYS_SO:
        wiped = select(func.max(Delivery.created_at)).where(
            Delivery.chat_id == chat.id, Delivery.template == SAYS_SO[chat.door]
        )
    wiped_at = unit.session.scalar(wiped)
    if wiped_at is None:
        return False
    told = select(func.max(ReportMessage.received_at)).join(Report, Report.id == ReportMessage.report_id)
    told_at = unit.session.scalar(told.where(Report.chat_id == chat.id))
    return told_at is None or told_at <= wiped_at
