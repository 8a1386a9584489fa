"""A text from a number that is no helper's: it is kept, pages people as a message in Telegram does, and is answered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alerts.messages.reach import note_reachable
from cases.files import SentFile
from cases.intake import Wrapping
from cases.models import FileState
from contacts.countries import sms_facts
from dialogue.calling import keep_away
from dialogue.model import Said
from dialogue.reception import Heard, receive
from dialogue.same_number import said_unsafe, stand_by_number
from dialogue.telling import was_answered, withdraw_texts
from dialogue.texting import step_by_text
from store.chats import address_of
from texts.locale import language_of_country

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


def hear_text(unit: UnitOfWork, chat: Chat, text: str, *, pictures: Sequence[str] = ()) -> None:
    """Hear one text, in the unit that puts its raw copy away. Of ``pictures`` that came with it only that they did.

    After "stop", or after somebody said that it is not safe, nothing that waits leaves any more.
    """
    stand_by_number(unit, chat)
    country = sms_facts(address_of(unit, chat)).country
    left_out = tuple(SentFile("photo", source=one, unique=one, refused=FileState.NOT_TAKEN) for one in pictures)
    client_language, wrapping = language_of_country(country), Wrapping(files=left_out)
    heard = Heard(Said(text), "text", text, words=text, client_language=client_language, wrapping=wrapping)
    step = partial(step_by_text, unsafe=said_unsafe(unit, chat), answered=was_answered(unit, chat))
    receive(unit, chat, heard, decide=step)
    if chat.case_id is not None and said_unsafe(unit, chat):
        keep_away(unit, chat, chat.case_id)
    if chat.muted_at is None:
        note_reachable(unit, chat)
    else:
        withdraw_texts(unit, chat)
