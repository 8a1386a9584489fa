"""Whoever texts and calls from one number tells of one case: the second door joins what was told at the first.

A number can be forged, so nothing is learnt by joining: what is texted goes to the number itself, and a call says the
same to everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cases import intake
from cases.retention import is_closed
from store.chats import SMS, VOICE, address_of, find_chat

if TYPE_CHECKING:
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

OTHER: Final = {SMS: VOICE, VOICE: SMS}


def join_case_of_number(unit: UnitOfWork, chat: Chat) -> None:
    """Let a conversation that has no report join the open one of the same number, if there is one."""
    if chat.door not in OTHER or chat.case_id is not None:
        return
    other = find_chat(unit, OTHER[chat.door], address_of(unit, chat))
    if other is None or other.case_id is None or is_closed(unit, other.case_id):
        return
    if intake.current_report(unit, other) is not None:
        intake.join_case(unit, chat, other.case_id)
        chat.language = chat.language or other.language
