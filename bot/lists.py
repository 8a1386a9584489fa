"""A coordinator's list of people, pasted into the chat or sent as a table.

It is read back, counted, with what was not understood, and becomes an incident when they say that it is right: by the
same way as one that was pasted in the console. Of several lists that come one after the other one is made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from alerts.messages.buttons import mint
from alerts.search.taking_in import take_in
from alerts.sending.erasing import note_said
from alerts.telling.wording import LIST, when_ref
from bot.saying import say, toast
from cases.aside import Sent, add_to, set_aside, settle, waiting_list, what_waits, whose
from cases.codes import new_code
from cases.consent.values import LONGEST
from cases.docket.entering import When
from cases.incidents.opening import LIKELY_LANGUAGE, MEASURES, Happening
from cases.incidents.reading import MOST_PEOPLE, ListError, Piece, read_list
from cases.incidents.told import happened_to_all, place_of_all, places_of
from contacts.accounts.coercion import is_coerced
from contacts.values import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bot.updates import Message, Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

MINE, OTHERS, REPORT, FORGET = "list_mine", "list_others", "list_report", "list_no"
"""What the buttons say. The first two carry how many people were read back: ``list_mine:19``."""
TABLES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".ods", ".xls")
"""How files end that are read as tables."""


def makes_lists(contact: Contact | None) -> bool:
    """Whether somebody makes cases of a list: who answers for cases from their beginning to their end."""
    return contact is not None and contact.role == Role.COORDINATOR


def take_list(unit: UnitOfWork, chat: Chat, contact: Contact, words: str, message: Message, *, zone: str) -> None:
    """Read a list back, with what waits already. Of words in which there is nobody, say how a list is sent."""
    waits = waiting_list(unit, contact.id)
    try:
        pieces = as_it_can_be_kept(read_list(words))
    except ListError:
        return say(unit, chat, contact, "staff.list_too_long", {"most": str(MOST_PEOPLE)})
    if not any(one.is_person for one in pieces) and (waits is None or not pieces):
        return say(unit, chat, contact, "staff.list_how", {})
    sent = Sent(pieces=pieces, lines=_line(unit, message))
    if waits is None:
        waits = set_aside(unit, contact.id, chat, sent, is_list=True)
    else:
        add_to(unit, waits, sent)
    return read_back(unit, chat, contact, waits, zone=zone)


def take_table(unit: UnitOfWork, chat: Chat, contact: Contact, message: Message) -> None:
    """Have a table fetched that was sent as a file; it is read back when it is here."""
    file = message.wrapping.files[0]
    set_aside(unit, contact.id, chat, Sent(source=file.source, lines=_line(unit, message)), is_list=True)
    say(unit, chat, contact, "staff.list_fetching", {})


def is_table(message: Message) -> bool:
    """Whether somebody sent a file that is read as a table, by how it is called."""
    files = message.wrapping.files
    return message.kind == "document" and bool(files) and files[0].name.casefold().endswith(TABLES)


def as_it_can_be_kept(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Take nobody for a person whose name, or what stands beside it, is longer than any field may be."""
    return tuple(
        replace(one, name="", remark="") if max(len(one.name), len(one.remark)) > LONGEST else one for one in pieces
    )


def _line(unit: UnitOfWork, message: Message) -> tuple[tuple[int, datetime], ...]:
    number = message.wrapping.number
    return () if number is None else ((number, message.sent_at or unit.now),)


def read_back(unit: UnitOfWork, chat: Chat, contact: Contact, aside_id: UUID, *, zone: str, above: str = "") -> None:
    """Say what was read of a list, and ask what is to be done with it."""
    sent, since = what_waits(unit, aside_id) or Sent(), whose(unit, aside_id).since
    count = len(sent.people)
    if count > MOST_PEOPLE:
        settle(unit, aside_id, contact.id)
        return say(unit, chat, contact, "staff.list_too_long", {"most": str(MOST_PEOPLE)})
    happened = happened_to_all(sent.pieces, zone, since)
    parts = [
        above,
        "staff.list_read",
        "staff.list_beside" if sent.unread else "",
        "staff.list_places" if places_of(sent.pieces) else "",
        "staff.list_now" if happened is None else "staff.list_when",
        "staff.list_check",
    ]
    when = happened or When(since)
    values = {
        "count": str(count),
        "when": when_ref(when.at, zone, day_only=when.day_only),
        LIST: str(aside_id),
    }
    buttons = [*_make_buttons(unit, chat, aside_id, count), [_button(unit, chat, REPORT, aside_id)]]
    buttons.append([_button(unit, chat, FORGET, aside_id)])
    return say(unit, chat, contact, "|".join(part for part in parts if part), values, buttons=buttons)


def _make_buttons(unit: UnitOfWork, chat: Chat, aside_id: UUID, count: int) -> list[list[dict[str, Any]]]:
    values = {"count": str(count)}
    return [
        [mint(unit, chat.id, f"{action}:{count}", f"button.{action}", subject_id=aside_id, values=values)]
        for action in (MINE, OTHERS)
    ]


def _button(unit: UnitOfWork, chat: Chat, action: str, aside_id: UUID) -> dict[str, Any]:
    return mint(unit, chat.id, action, f"button.{action}", subject_id=aside_id)


def make_cases(
    unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: tuple[UUID, str], *, zone: str
) -> None:
    """Make an incident of a list that its sender has seen; of one that has grown since, read it back again.

    Who is thought to be forced sees the same, and nothing is made.
    """
    aside_id, action = pressed
    sent, since = what_waits(unit, aside_id), whose(unit, aside_id).since
    kind, _, count = action.partition(":")
    if sent is None or not makes_lists(contact):
        return toast(unit, chat, given, "staff.sent_settled")
    if count != str(len(sent.people)):
        toast(unit, chat, given, "staff.list_grown")
        return read_back(unit, chat, contact, aside_id, zone=zone)
    if not settle(unit, aside_id, contact.id):
        return toast(unit, chat, given, "staff.sent_settled")
    toast(unit, chat, given, "")
    if is_coerced(unit, contact.id):
        code = new_code()
    else:
        happening = happening_of(sent.pieces, zone, since)
        taken_by = contact.id if kind == MINE else None
        code = take_in(unit, happening, sent.people, unread=sent.unread, taken_by=taken_by).code
    erase_in_time(unit, chat, sent)
    return say(unit, chat, contact, "staff.list_made", {"code": code, "count": count})


def happening_of(pieces: Sequence[Piece], zone: str, since: datetime) -> Happening:
    """What happened to all of them, as it was read back: what the list says of it, and least where it says nothing."""
    return Happening(
        measure=MEASURES[0],
        happened=happened_to_all(pieces, zone, since) or When(since),
        zone=zone,
        language=LIKELY_LANGUAGE,
        place=place_of_all(pieces),
    )


def erase_in_time(unit: UnitOfWork, chat: Chat, sent: Sent) -> None:
    """Have what somebody sent erased from their chat a day later: it is kept here now."""
    for number, said_at in sent.lines:
        note_said(unit, chat, number, said_at)
