"""What a coordinator answers to whom a colleague offers a case: they take it over, or leave it where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.search.acks import Ack
from alerts.search.handing_over import TAKE_OVER, answer_offer
from alerts.telling.page_words import code_of
from alerts.telling.wording import contact_ref
from bot.saying import toast

if TYPE_CHECKING:
    from alerts.models import Need
    from bot.updates import Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


def answer_handover(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: tuple[str, Need]) -> None:
    """Take a case over, or leave it. What follows stands in the place of the message that offered it."""
    action, need = pressed
    values = {"code": code_of(unit, need)}
    match answer_offer(unit, need.id, contact.id, takes=action == TAKE_OVER):
        case Ack.YOURS:
            toast(unit, chat, given, "staff.taken_over", values)
        case Ack.DECLINED if need.accepted_by is not None:
            toast(unit, chat, given, "staff.handover_left", {**values, "name": contact_ref(need.accepted_by)})
        case _:
            toast(unit, chat, given, "staff.handover_withdrawn", values)
