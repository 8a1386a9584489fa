"""What helpers send beside commands and words: each thing waits until they have said what it is for.

A list becomes cases (:mod:`bot.lists`); anything can be kept as a report, or forgotten. What nobody says a word about
is asked about once more, and then heard as a report: something may have happened to whoever sent it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.messages.buttons import mint
from bot.hearing import heard, kind_of
from bot.lists import FORGET, MINE, OTHERS, REPORT, erase_in_time, make_cases, read_back
from bot.saying import say, toast
from cases.aside import Sent as Aside
from cases.aside import add_to, set_aside, settle, until_its_end, waiting_message, what_waits, whose
from cases.files import SentFile
from cases.incidents.reading import as_lines
from cases.intake import Wrapping
from contacts.accounts.coercion import is_coerced
from contacts.models import Contact
from dialogue.model import Said, Sent
from dialogue.reception import Heard, receive
from store.chats import Chat
from store.claims import Claim, finish
from store.timers import TABLE as TIMERS
from store.timers import Timer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from alerts.messages.buttons import Pressed
    from bot.updates import Message, Press
    from store.unit_of_work import UnitOfWork

ANSWERS: Final = frozenset({MINE, OTHERS, REPORT, FORGET})


def is_answer(action: str) -> bool:
    """Whether a button says what something is for."""
    return action.partition(":")[0] in ANSWERS


def ask_what_for(unit: UnitOfWork, chat: Chat, contact: Contact, message: Message) -> None:
    """Set a photo, a voice, a file aside and ask what it is for; of what belongs together, once."""
    kept = _written_down(message)
    line = message.wrapping.number
    sent = Aside(messages=(kept,), lines=() if line is None else ((line, message.sent_at or unit.now),))
    album = message.wrapping.album
    together = None if album is None else waiting_message(unit, contact.id, album)
    if together is not None:
        add_to(unit, together, sent)
        return
    _ask(unit, chat, contact, set_aside(unit, contact.id, chat, sent, is_list=False))


def _ask(unit: UnitOfWork, chat: Chat, contact: Contact, aside_id: UUID, above: str = "") -> None:
    buttons = [[mint(unit, chat.id, one, f"button.{one}", subject_id=aside_id)] for one in (REPORT, FORGET)]
    say(unit, chat, contact, "|".join(filter(None, (above, "staff.sent_what_for"))), {}, buttons=buttons)


def answer_aside(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed, *, zone: str) -> None:
    """Do what a press says is to be done with something that waits. Pressing again finds it settled."""
    aside_id = pressed.subject_id
    sent = None if aside_id is None else what_waits(unit, aside_id, locked=True)
    if aside_id is None or sent is None or whose(unit, aside_id).contact_id != contact.id:
        return toast(unit, chat, given, "staff.sent_settled")
    if pressed.action.partition(":")[0] in (MINE, OTHERS):
        return make_cases(unit, chat, given, contact, (aside_id, pressed.action), zone=zone)
    if not settle(unit, aside_id, contact.id):
        return toast(unit, chat, given, "staff.sent_settled")
    toast(unit, chat, given, "")
    if pressed.action == FORGET:
        return say(unit, chat, contact, "staff.sent_forgotten", {})
    return hear_as_report(unit, chat, sent)


def hear_as_report(unit: UnitOfWork, chat: Chat, sent: Aside) -> None:
    """Hear what was set aside as a report of its own, as ``/report`` is heard."""
    chat.case_id = chat.dialogue = None
    for one in _told(sent):
        receive(unit, chat, one)
    erase_in_time(unit, chat, sent)


def ask_again(unit: UnitOfWork, timer: Timer, held: Claim, *, zone: str) -> None:
    """Ask once more about what nobody has said a word about; at its end hear it as a report.

    Who helps no longer, or is thought to be forced, is not asked; what they sent is heard all the same.
    """
    finish(unit.session, TIMERS, held)
    sent = what_waits(unit, timer.subject_id, locked=True)
    if sent is None:
        return
    row = whose(unit, timer.subject_id)
    chat, contact = unit.session.get_one(Chat, row.chat_id), unit.session.get_one(Contact, row.contact_id)
    if until_its_end(unit, timer.subject_id):
        _put_again(unit, chat, contact, timer.subject_id, zone=zone)
        return
    settle(unit, timer.subject_id, contact.id)
    if sent.source:  # a table that could not be fetched, of which nothing is known
        say(unit, chat, contact, "staff.list_not_fetched", {})
        return
    unit.actor = f"contact:{contact.id}"
    say(unit, chat, contact, "staff.sent_kept", {})
    hear_as_report(unit, chat, sent)


def _put_again(unit: UnitOfWork, chat: Chat, contact: Contact, aside_id: UUID, *, zone: str) -> None:
    if contact.left_at is not None or is_coerced(unit, contact.id):
        return
    if whose(unit, aside_id).is_list:
        read_back(unit, chat, contact, aside_id, zone=zone, above="staff.sent_again")
    else:
        _ask(unit, chat, contact, aside_id, above="staff.sent_again")


# How a message is written down until then


def _written_down(message: Message) -> dict[str, Any]:
    told, wrapping = heard(message), message.wrapping
    return {
        "kind": told.kind,
        "content": told.content,
        "words": told.words,
        "language": told.client_language,
        "number": wrapping.number,
        "forwarded": wrapping.forwarded,
        "album": wrapping.album,
        "files": [[one.kind, one.source, one.unique, one.size] for one in wrapping.files],
    }


def _told(sent: Aside) -> Iterator[Heard]:
    if sent.pieces:
        words = as_lines(sent.pieces)
        yield Heard(Said(words), "text", words, words)
    for one in sent.messages:
        wrapping = Wrapping(
            number=one["number"],
            forwarded=one["forwarded"],
            album=one["album"],
            files=tuple(SentFile(kind, source, unique, size) for kind, source, unique, size in one["files"]),
        )
        yield Heard(Sent(kind_of(one["kind"])), one["kind"], one["content"], one["words"], one["language"], wrapping)
