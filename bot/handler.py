"""The handler: one kept update at a time, in one transaction, becomes a use-case call and queued words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.messages.outbox import enqueue
from alerts.messages.reach import note_reachable, note_unreachable
from alerts.sending.erasing import note_said
from bot.hearing import heard, read_input
from bot.presses import answer_press
from bot.staff import answer_staff, hear_correction
from bot.updates import Elsewhere, Message, Nothing, Press, Standing, Update, read_update
from contacts.directory import linked_contact
from dialogue.model import Command, Input
from dialogue.reception import receive
from dialogue.sealed.hearing import takes_over
from store import claims
from store.inbox import TABLE, InboxItem, open_input
from texts.catalogue import SOURCE

if TYPE_CHECKING:
    from store.chats import Chat
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

LONGEST_CODE = 16
MOST_PARTS = 2
"""A link code may be typed in two halves; more than that is somebody telling something."""


def handle(unit: UnitOfWork, held: Claim, zone: str) -> None:
    """Handle one inbox row: its effects and its end are one commit. Raises for what cannot be read (it is parked).

    ``zone``: in which helpers write times of cases of which nobody has said the zone.
    """
    item, payload, chat = open_input(unit, held)
    unit.actor = "system" if chat is None else f"chat:{chat.id}"
    given = read_update(payload)
    if chat is not None:
        _answer(unit, chat, given, item, zone)
    item.payload = None  # what it said is kept with its report; the raw copy has done its work
    unit.session.flush()
    claims.finish(unit.session, TABLE, held)


def _answer(unit: UnitOfWork, chat: Chat, given: Update, item: InboxItem, zone: str) -> None:
    match given:
        case Message():
            note_reachable(unit, chat)
            _hear(unit, chat, given, zone)
        case Press():
            note_reachable(unit, chat)
            answer_press(unit, chat, given, zone)
        case Standing(reachable):
            (note_reachable if reachable else note_unreachable)(unit, chat)
        case Elsewhere():
            enqueue(unit, chat, "", language=SOURCE, action="leave", dedupe_key=f"leave:{item.id}")
        case Nothing():
            pass


def _hear(unit: UnitOfWork, chat: Chat, message: Message, zone: str) -> None:
    given = read_input(message)
    contact = linked_contact(unit, chat.id)
    if contact is not None and not _looks_like_linking(given) and takes_over(unit, chat, heard(message), zone=zone):
        _note_said(unit, chat, message)  # of all that a helper writes, only what they say to their own file is erased
        return
    if contact is not None and message.edited:
        hear_correction(unit, chat, message)
        return
    if contact is not None or _looks_like_linking(given):
        answer_staff(unit, chat, contact, given, message, zone=zone)
        if contact is None and linked_contact(unit, chat.id) is None:
            _note_said(unit, chat, message)  # a code that was wrong makes nobody a helper: it goes as all else goes
        return
    _note_said(unit, chat, message)
    said = heard(message)
    if not takes_over(unit, chat, said, zone=zone):
        receive(unit, chat, said)


def _note_said(unit: UnitOfWork, chat: Chat, message: Message) -> None:
    if message.wrapping.number is not None:
        note_said(unit, chat, message.wrapping.number, message.sent_at or unit.now)


def _looks_like_linking(given: Input) -> bool:
    """Whether somebody sends a link code; whoever tells something behind ``/link`` is heard like anybody else."""
    return (
        isinstance(given, Command)
        and given.name == "link"
        and len(given.argument) <= LONGEST_CODE
        and len(given.argument.split()) <= MOST_PARTS
    )
