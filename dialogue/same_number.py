"""Whoever texts and calls from one number tells of one case: the second door joins what was told at the first.

A number can be forged, so nothing is learnt by joining: what is texted goes to the number itself, and a call says the
same to everybody. A helper's number tells of many people, so each thing they report is a case of its own.

WhatsApp joins nothing, although it has the same number. Its account stays with whoever registered it once, while the
number goes with its card: what was told in one hand must not be spoken of in another. That one person may have told
twice is proposed to people, as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from cases import intake
from cases.models import Case, Report, ReportAnswer
from cases.retention import is_closed
from contacts.directory import owners_of
from dialogue.questions import CALL, UNSAFE
from store.base import OWN
from store.chats import SMS, VOICE, WHATSAPP, address_of, find_chat, hold_address
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

OTHER: Final = {SMS: VOICE, VOICE: SMS}
NUMBERED: Final = (SMS, VOICE, WHATSAPP)
"""The doors at which people are known by a number."""


def stand_by_number(unit: UnitOfWork, chat: Chat) -> None:
    """Let a conversation belong to the open case of its number, if there is one; locked then, before its log.

    What comes after a case was closed is a report of its own: in the closed one nobody would be rung. Of a text and a
    call in the same instant the second finds what the first has opened.
    """
    if chat.door not in NUMBERED:
        return
    hold_address(unit, address_of(unit, chat))
    unit.session.flush()
    unit.session.refresh(chat)
    if not _is_open(unit, chat.case_id):
        chat.case_id = chat.dialogue = None  # who had us stop stays so: that stands with the conversation itself
        _join_other_door(unit, chat)


def _join_other_door(unit: UnitOfWork, chat: Chat) -> None:
    """Join what was told in the hand that holds the telephone; an account of WhatsApp may be in another one."""
    other = find_chat(unit, OTHER[chat.door], address_of(unit, chat)) if chat.door in OTHER else None
    if other is None or other.case_id is None or owners_of(unit, chat) or owners_of(unit, other):
        return
    if _is_open(unit, other.case_id) and intake.current_report(unit, other) is not None:
        intake.join_case(unit, chat, other.case_id)
        chat.language = chat.language or other.language


def conversations_of_number(unit: UnitOfWork, chat: Chat) -> list[Chat]:
    """Return a conversation and those of the same number at the other doors; itself alone where it has no number."""
    if chat.door not in NUMBERED:
        return [chat]
    address = address_of(unit, chat)
    found = (find_chat(unit, door, address) for door in NUMBERED if door != chat.door)
    return [chat, *(one for one in found if one is not None)]


def said_unsafe(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether the last word from a number, at whichever door, is that it is not safe to be called or written to there.

    It holds for whatever is reported from it later, until somebody there says otherwise.
    """
    return chat.door in NUMBERED and is_unsafe(unit, chat)


def is_unsafe(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether the last word from a conversation, or from its number, is that it is not safe to be called; at any door.

    Where people are written to all the same, it decides about what can wait.
    """
    told = unit.session.scalars(
        select(ReportAnswer)
        .join(Report, Report.id == ReportAnswer.report_id)
        .where(Report.chat_id.in_([one.id for one in conversations_of_number(unit, chat)]))
        .where(ReportAnswer.question == CALL.name, ReportAnswer.value.is_not(None))
        .order_by(ReportAnswer.given_at.desc(), ReportAnswer.id.desc())
        .limit(1)
    ).one_or_none()
    if told is None or told.value is None:
        return False
    return unit.vault.open(case_scope(told.case_id), Field("report_answer", "value", told.id), told.value) == UNSAFE


def _is_open(unit: UnitOfWork, case_id: UUID | None) -> bool:
    """Whether a case is there and open, so that nobody can close it before what is told now belongs to it."""
    if case_id is None:
        return False
    held = unit.session.get(Case, case_id, with_for_update=OWN, populate_existing=True)
    return held is not None and not is_closed(unit, case_id)
