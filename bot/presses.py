"""Buttons that were pressed: whose each is, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from alerts.answering.answers import settle_answer
from alerts.messages.buttons import Pressed, belongs_to_somebody_else, press
from alerts.models import Delivery, Need
from alerts.needs.milestone_buttons import ACTIONS as HOW_FAR
from alerts.needs.milestone_buttons import ALL_RIGHT, NO_LONGER
from alerts.occasions.shifts import CONFIRM, confirm_test
from alerts.search.acks import Ack
from alerts.search.handing_over import ANSWERS as HANDOVER
from alerts.sending.arrivals import prove_arrival
from alerts.telling.page_words import code_of
from bot.accepting import ACCEPT, DECLINE, OPEN, acknowledge, open_case
from bot.asides import answer_aside
from bot.asides import is_answer as is_about_what_waits
from bot.docket import ANSWERS as ENTRY
from bot.docket import answer_proposal
from bot.endings import say_all_right
from bot.follow_ups import say_how_far
from bot.handovers import answer_handover
from bot.saying import toast
from contacts.directory import linked_contact
from dialogue.conversation import word_on
from dialogue.model import Tapped
from dialogue.reception import DIALOGUE, Heard, receive
from dialogue.sealed.hearing import takes_over
from dialogue.silence import is_suspected

if TYPE_CHECKING:
    from bot.updates import Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


ACCEPT_ALL, DECLINE_ALL = "accept_all", "decline_all"
"""What the buttons of a bundle of alerts do."""


def answer_press(unit: UnitOfWork, chat: Chat, given: Press, zone: str) -> None:
    """Answer a pressed button: a reporter's answer, or a helper's Accept, Decline or Open.

    ``zone``: by which clock an hour is meant that names none.
    """
    pressed = press(unit, chat.id, given.token)
    if pressed is None:
        return toast(unit, chat, given, _not_pressed(unit, chat, given))
    if pressed.action.startswith(DIALOGUE):
        tapped = Tapped(pressed.action.removeprefix(DIALOGUE))
        toast(unit, chat, given, "" if is_suspected(unit, chat) else word_on(tapped))
        tap = Heard(tapped, kind="other", content="", case_id=pressed.subject_id)
        if not takes_over(unit, chat, tap, zone=zone):
            receive(unit, chat, tap)
        return None
    contact = linked_contact(unit, chat.id)
    if contact is None:
        return toast(unit, chat, given, "" if is_suspected(unit, chat) else "staff.link_prompt")
    unit.actor = f"contact:{contact.id}"
    if given.message_number is not None:
        prove_arrival(unit, chat.id, pressed.button_id, given.message_number)
    if is_about_what_waits(pressed.action):
        return answer_aside(unit, chat, given, contact, pressed, zone=zone)
    return _answer_helper(unit, chat, given, contact, pressed)


def _answer_helper(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    """Do what a button says. One that only a later release knows is no answer: it is said to be too old."""
    answer = PRESSES.get(pressed.action.partition(":")[0])
    if answer is None or pressed.subject_id is None:
        return toast(unit, chat, given, _too_old(contact))
    return answer(unit, chat, given, contact, pressed)


def _confirm_shift(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    there = pressed.subject_id is not None and confirm_test(unit, pressed.subject_id, contact.id)
    toast(unit, chat, given, "staff.duty_thanks" if there else "staff.not_for_you")


def _settle_bundle(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    """Accept or decline everything a bundle asked for. Pressing again finds it settled and says how it stands."""
    row = unit.session.get_one(Delivery, pressed.subject_id)
    answered = settle_answer(unit, row, contact, accepts=pressed.action == ACCEPT_ALL, proved=True)
    mine = [unit.session.get_one(Need, need_id) for need_id, ack in answered.acks if ack is Ack.YOURS]
    if answered.ack is Ack.DECLINED:
        return toast(unit, chat, given, "staff.bundle_declined")
    values = {"codes": ", ".join(sorted(code_of(unit, need) for need in mine)), "count": str(len(mine))}
    return toast(unit, chat, given, "staff.bundle_yours" if mine else "staff.bundle_settled", values)


def _not_pressed(unit: UnitOfWork, chat: Chat, given: Press) -> str:
    """What is said of a button that means nothing here; to a stranger who may be setting a trap, nothing."""
    contact = linked_contact(unit, chat.id)
    if contact is None and is_suspected(unit, chat):
        return ""
    return "staff.not_for_you" if belongs_to_somebody_else(unit, chat.id, given.token) else _too_old(contact)


def _too_old(contact: Contact | None) -> str:
    return "reply.expired_button" if contact is None else "staff.expired_button"


Answer = Callable[["UnitOfWork", "Chat", "Press", "Contact", Pressed], None]


def _of_its_need(answer: Callable[[UnitOfWork, Chat, Press, Contact, tuple[str, Need]], None]) -> Answer:
    """Answer a press with the need that its button was made for."""

    def press_on(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
        answer(unit, chat, given, contact, (pressed.action, unit.session.get_one(Need, pressed.subject_id)))

    return press_on


PRESSES: Final[Mapping[str, Answer]] = {
    **dict.fromkeys((ACCEPT, DECLINE), acknowledge),
    **dict.fromkeys((ACCEPT_ALL, DECLINE_ALL), _settle_bundle),
    OPEN: _of_its_need(open_case),
    **dict.fromkeys(HOW_FAR, _of_its_need(say_how_far)),
    **dict.fromkeys(HANDOVER, _of_its_need(answer_handover)),
    **dict.fromkeys(ENTRY, answer_proposal),
    **dict.fromkeys((ALL_RIGHT, NO_LONGER), say_all_right),
    CONFIRM: _confirm_shift,
}
"""What each button of a helper does, by what its action begins with; what is set aside is settled before."""
