"""Whoever texts and calls from one number tells of one case: the second door joins what was told at the first.

A number can be forged, so nothing is learnt by joining: what is texted goes to the number itself, and a call says the
same to everybody. A helper's number tells of many people, so each thing they report is a case of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cases import intake
from cases.models import Case
from cases.retention import is_closed
from contacts.directory import owners_of
from store.base import OWN
from store.chats import SMS, VOICE, address_of, find_chat, hold_address

if TYPE_CHECKING:
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

OTHER: Final = {SMS: VOICE, VOICE: SMS}


def stand_by_number(unit: UnitOfWork, chat: Chat) -> None:
    """Let a conversation belong to the open case of its number, if there is one; locked then, before its log.

    What comes after a case was closed is a report of its own: in the closed one nobody would be rung. Of a text and a
    call in the same instant the second finds what the first has opened.
    """
    if chat.door not in OTHER:
        return
    hold_address(unit, address_of(unit, chat))
    unit.session.flush()
    unit.session.refresh(chat)
    if not _is_open(unit, chat.case_id):
        chat.case_id = chat.dialogue = None  # who had us stop stays so: that stands with the conversation itself
        _join_other_door(unit, chat)


def _join_other_door(unit: UnitOfWork, chat: Chat) -> None:
    other = find_chat(unit, OTHER[chat.door], address_of(unit, chat))
    if other is None or other.case_id is None or owners_of(unit, chat) or owners_of(unit, other):
        return
    if _is_open(unit, other.case_id) and intake.current_report(unit, other) is not None:
        intake.join_case(unit, chat, other.case_id)
        chat.language = chat.language or other.language


def _is_open(unit: UnitOfWork, case_id: UUID | None) -> bool:
    """Whether a case is there and open, so that nobody can close it before what is told now belongs to it."""
    if case_id is None:
        return False
    held = unit.session.get(Case, case_id, with_for_update=OWN, populate_existing=True)
    return held is not None and not is_closed(unit, case_id)
