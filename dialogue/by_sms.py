"""A text from a number that is no helper's: it is kept, pages people as a message in Telegram does, and is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import Delivery
from alerts.outbox import cancel
from alerts.reach import note_reachable
from contacts.countries import sms_facts
from dialogue.model import Said
from dialogue.reception import Heard, receive
from dialogue.same_number import stand_by_number
from dialogue.texting import step_by_text
from store.chats import address_of
from texts.locale import language_of_country

if TYPE_CHECKING:
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


def hear_text(unit: UnitOfWork, chat: Chat, text: str) -> None:
    """Hear one text, in the unit that puts its raw copy away. After "stop" nothing that waits leaves any more."""
    stand_by_number(unit, chat)
    country = sms_facts(address_of(unit, chat)).country
    heard = Heard(Said(text), "text", text, words=text, client_language=language_of_country(country))
    receive(unit, chat, heard, decide=step_by_text)
    if chat.muted_at is None:
        note_reachable(unit, chat)
    else:
        cancel(unit, Delivery.chat_id == chat.id, Delivery.page_id.is_(None))
