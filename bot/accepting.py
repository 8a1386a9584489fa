"""Accept, Decline and Open of an alert in a helper's chat, and what each is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.messages.buttons import Pressed, mint, use_up
from alerts.models import SOUGHT, Need
from alerts.needs.feigning import seems_to_have
from alerts.needs.ways import staff_language
from alerts.search.acks import Ack, accept_need, decline_need, standing
from alerts.telling.case_list import need_for
from alerts.telling.page_words import code_of
from alerts.telling.wording import contact_ref
from bot.saying import say, toast
from cases.links import LINK_MINUTES, make_link, may_open
from cases.models import Case

if TYPE_CHECKING:
    from bot.updates import Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


ACCEPT, DECLINE, OPEN = "accept", "decline", "open"
"""What the buttons of an alert do."""


def acknowledge(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    """Accept or decline. What the rewritten page does not say is said in a message too: a toast is gone in seconds."""
    need = unit.session.get_one(Need, pressed.subject_id)
    if not use_up(unit, pressed):
        return toast(unit, chat, given, *ack_words(unit, need, standing(unit, need.id, contact.id)))
    ack = (accept_need if pressed.action == ACCEPT else decline_need)(unit, need.id, contact.id)
    template, values = ack_words(unit, need, ack)
    toast(unit, chat, given, template, values)
    if ack in (Ack.TAKEN, Ack.DECLINED, Ack.CLOSED):
        say(unit, chat, contact, template, values)
    return None


def ack_words(unit: UnitOfWork, need: Need, ack: Ack | None) -> tuple[str, dict[str, Any]]:
    """What a helper is told of where they stand with a need: the text and its values."""
    values: dict[str, Any] = {"code": code_of(unit, need)}
    match ack:
        case None:
            return "staff.expired_button", {}
        case Ack.NOT_ASKED:
            return "staff.not_for_you", {}
        case Ack.YOURS:
            return "staff.you_took", values
        case Ack.TAKEN if need.accepted_by is not None:
            return "staff.too_late", {**values, "name": contact_ref(need.accepted_by)}
        case Ack.DECLINED:
            return "staff.declined", values
        case _:
            return "staff.need_closed", values


def open_case(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: tuple[str, Need]) -> None:
    """Answer *Open* with a link to the case, if they have taken it; with how it stands otherwise."""
    _, need = pressed
    if need.case_id is None:
        return toast(unit, chat, given, "staff.expired_button")
    case = unit.session.get_one(Case, need.case_id)
    if seems_to_have(unit, need, contact.id):
        toast(unit, chat, given, "")
        return send_link(unit, chat, contact, case)  # it opens nothing, as one that is over
    if need.accepted_by is None:
        return toast(unit, chat, given, "staff.accept_first", {"code": case.code})
    if not may_open(accepted_by=need.accepted_by, contact_id=contact.id):
        return toast(unit, chat, given, *ack_words(unit, need, Ack.TAKEN))
    toast(unit, chat, given, "")
    return send_link(unit, chat, contact, case)


def send_link(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case) -> None:
    """Send a one-time link to the page of a case: who may have it was asked before."""
    link_id = make_link(unit, case.id, contact.id, staff_language(contact, chat))
    say(
        unit,
        chat,
        contact,
        "staff.open_link",
        {"code": case.code, "minutes": LINK_MINUTES},
        buttons=[[{"link": str(link_id), "label": "button.open_page"}]],
    )


def offer(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case) -> None:
    """Let a helper accept a case they asked for by its code, as long as somebody like them is sought."""
    need = need_for(unit, contact, case.id)
    if need is not None and need.state in SOUGHT:
        accept = mint(unit, chat.id, ACCEPT, "button.accept", subject_id=need.id, once=True)
        say(unit, chat, contact, "staff.accept_first", {"code": case.code}, buttons=[[accept]])
    elif need is not None:
        say(unit, chat, contact, *ack_words(unit, need, Ack.TAKEN))
    else:
        say(unit, chat, contact, "staff.accept_first", {"code": case.code})
