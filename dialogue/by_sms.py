"""A text from a number that is no helper's: it is kept, pages people as a message in Telegram does, and is answered."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from alerts.messages.reach import note_reachable
from cases.files import SentFile
from cases.intake import Wrapping
from cases.models import FileState
from contacts.countries import sms_facts
from dialogue.calling import keep_away
from dialogue.model import Kind, Said, Sent
from dialogue.reception import Heard, receive
from dialogue.same_number import said_unsafe, stand_by_number
from dialogue.telling import was_answered, withdraw_texts
from dialogue.texting import step_by_text
from store.chats import address_of
from texts.locale import language_of_country

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.messages.incoming import Attached
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

Pin = tuple[float, float]


def hear_text(
    unit: UnitOfWork, chat: Chat, text: str, *, files: Sequence[Attached] = (), place: Pin | None = None
) -> None:
    """Hear one text, in the unit that puts its raw copy away. The files that came with it are fetched afterwards.

    After "stop", or after somebody said that it is not safe, nothing that waits leaves any more.
    """
    stand_by_number(unit, chat)
    heard = _heard(text, files, place, language_of_country(_country(address_of(unit, chat))))
    step = partial(step_by_text, unsafe=said_unsafe(unit, chat), answered=was_answered(unit, chat))
    receive(unit, chat, heard, decide=step)
    if chat.case_id is not None and said_unsafe(unit, chat):
        keep_away(unit, chat, chat.case_id)
    if chat.muted_at is None:
        note_reachable(unit, chat)
    else:
        withdraw_texts(unit, chat)


def _country(address: str) -> str | None:
    """The country of a number, or of somebody who hides theirs: it stands before the name they are given for it."""
    country, dot, _ = address.partition(".")
    return country if dot else sms_facts(address).country


def _heard(text: str, files: Sequence[Attached], place: Pin | None, language: str | None) -> Heard:
    """What was said: words, whatever lies beside them; a pin; or what was sent without a word."""
    wrapping = Wrapping(files=tuple(map(_to_be_fetched, files)))
    if place is not None:
        pin = {"location": {"latitude": place[0], "longitude": place[1]}, **({"caption": text} if text else {})}
        given = Sent(Kind.LOCATION)
        return Heard(given, given.kind, json.dumps(pin), text or None, client_language=language, wrapping=wrapping)
    if files and not text.strip():
        given = Sent(Kind(files[0].kind))
        return Heard(given, given.kind, json.dumps({given.kind: {}}), client_language=language, wrapping=wrapping)
    return Heard(Said(text), "text", text, words=text, client_language=language, wrapping=wrapping)


def _to_be_fetched(one: Attached) -> SentFile:
    """A file by its name at the provider; one without a name cannot be fetched."""
    return SentFile(one.kind, source=one.name, unique=one.name, refused=None if one.name else FileState.NOT_TAKEN)
