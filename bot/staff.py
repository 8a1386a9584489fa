"""What linked helpers say and press: linking, Accept, Decline, Open, and what follows an acceptance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from alerts.answering.answers import settle_answer
from alerts.messages.buttons import Pressed, belongs_to_somebody_else, mint, press, use_up
from alerts.messages.outbox import enqueue
from alerts.models import SOUGHT, Delivery, Need
from alerts.needs.feigning import seems_to_have
from alerts.needs.milestone_buttons import ACTIONS as HOW_FAR
from alerts.needs.milestone_buttons import ALL_RIGHT, NO_LONGER
from alerts.needs.targets import staff_language
from alerts.occasions.shifts import CONFIRM, confirm_test
from alerts.search.acks import Ack, accept_need, decline_need, standing
from alerts.search.handing_over import ANSWERS as HANDOVER
from alerts.sending.arrivals import prove_arrival
from alerts.telling.case_list import cases_for, has_taken, may_know_of, need_for, works_on
from alerts.telling.page_words import code_of
from alerts.telling.wording import CASES, contact_ref
from bot.asides import answer_aside, ask_what_for
from bot.asides import is_answer as is_about_what_waits
from bot.docket import ANSWERS as ENTRY
from bot.docket import answer_proposal, explain_events, list_clocks, propose_event, propose_hearing
from bot.endings import say_all_right
from bot.follow_ups import list_to_be_done, mark_done, say_how_far
from bot.handovers import answer_handover
from bot.hearing import heard
from bot.lists import is_table, makes_lists, take_list, take_table
from bot.saying import say, toast
from cases.codes import leading_code, normalise_code
from cases.incidents.reading import people_listed
from cases.intake import report_with
from cases.links import LINK_MINUTES, make_link, may_open
from cases.models import Case
from cases.urgency import Need as NeedKind
from cases.urgency import needs_of, read_urgency
from contacts.directory import linked_contact
from contacts.linking import Refusal, link_account
from contacts.verification import confirm_for
from dialogue.conversation import word_on
from dialogue.model import Command, Input, Kind, Said, Sent, Tapped
from dialogue.questions import known_language
from dialogue.reception import DIALOGUE, Heard, receive
from dialogue.sealed.hearing import takes_over
from dialogue.silence import is_suspected
from texts.locale import guess_language

if TYPE_CHECKING:
    from bot.updates import Message, Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


ACCEPT, DECLINE, OPEN = "accept", "decline", "open"
ACCEPT_ALL, DECLINE_ALL = "accept_all", "decline_all"
"""What the buttons of an alert do: to one need, or to a bundle of them."""
ABOUT_THE_DOCKET = frozenset({"hearing", "event", "deadlines", "done"})
"""Commands about what is due and done in a case."""


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


def _acknowledge(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    """Accept or decline. What the rewritten page does not say is said in a message too: a toast is gone in seconds."""
    need = unit.session.get_one(Need, pressed.subject_id)
    if not use_up(unit, pressed):
        return toast(unit, chat, given, *_ack_words(unit, need, standing(unit, need.id, contact.id)))
    ack = (accept_need if pressed.action == ACCEPT else decline_need)(unit, need.id, contact.id)
    template, values = _ack_words(unit, need, ack)
    toast(unit, chat, given, template, values)
    if ack in (Ack.TAKEN, Ack.DECLINED, Ack.CLOSED):
        say(unit, chat, contact, template, values)
    return None


def _ack_words(unit: UnitOfWork, need: Need, ack: Ack | None) -> tuple[str, dict[str, Any]]:
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


def _open(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: tuple[str, Need]) -> None:
    _, need = pressed
    if need.case_id is None:
        return toast(unit, chat, given, _too_old(contact))
    case = unit.session.get_one(Case, need.case_id)
    if seems_to_have(unit, need, contact.id):
        toast(unit, chat, given, "")
        return _send_link(unit, chat, contact, case)  # it opens nothing, as one that is over
    if need.accepted_by is None:
        return toast(unit, chat, given, "staff.accept_first", {"code": case.code})
    if not may_open(accepted_by=need.accepted_by, contact_id=contact.id):
        return toast(unit, chat, given, *_ack_words(unit, need, Ack.TAKEN))
    toast(unit, chat, given, "")
    return _send_link(unit, chat, contact, case)


def _send_link(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case) -> None:
    link_id = make_link(unit, case.id, contact.id, staff_language(contact, chat))
    say(
        unit,
        chat,
        contact,
        "staff.open_link",
        {"code": case.code, "minutes": LINK_MINUTES},
        buttons=[[{"link": str(link_id), "label": "button.open_page"}]],
    )


Answer = Callable[["UnitOfWork", "Chat", "Press", "Contact", Pressed], None]


def _of_its_need(answer: Callable[[UnitOfWork, Chat, Press, Contact, tuple[str, Need]], None]) -> Answer:
    """Answer a press with the need that its button was made for."""

    def press_on(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
        answer(unit, chat, given, contact, (pressed.action, unit.session.get_one(Need, pressed.subject_id)))

    return press_on


PRESSES: Final[Mapping[str, Answer]] = {
    **dict.fromkeys((ACCEPT, DECLINE), _acknowledge),
    **dict.fromkeys((ACCEPT_ALL, DECLINE_ALL), _settle_bundle),
    OPEN: _of_its_need(_open),
    **dict.fromkeys(HOW_FAR, _of_its_need(say_how_far)),
    **dict.fromkeys(HANDOVER, _of_its_need(answer_handover)),
    **dict.fromkeys(ENTRY, answer_proposal),
    **dict.fromkeys((ALL_RIGHT, NO_LONGER), say_all_right),
    CONFIRM: _confirm_shift,
}
"""What each button of a helper does, by what its action begins with; what is set aside is settled before."""


def answer_staff(
    unit: UnitOfWork, chat: Chat, contact: Contact | None, given: Input, message: Message, *, zone: str
) -> None:
    """Answer what a helper writes, and ``/link`` from anybody. ``zone``: where nobody has said a case's own."""
    if contact is not None and isinstance(given, Command) and given.name in ABOUT_THE_DOCKET:
        unit.actor = f"contact:{contact.id}"
        _about_the_docket(unit, chat, contact, given, zone)
    elif contact is not None and makes_lists(contact) and (words := _list_in(given)) is not None:
        unit.actor = f"contact:{contact.id}"
        take_list(unit, chat, contact, words, message, zone=zone)
    elif contact is not None and makes_lists(contact) and is_table(message):
        take_table(unit, chat, contact, message)
    else:
        _answer_staff(unit, chat, contact, given, message)


def _list_in(given: Input) -> str | None:
    """The words of a list: behind ``/list``, or as they stand where they plainly are one."""
    match given:
        case Command("list", words):
            return words
        case Said(text) if people_listed(text):
            return text
        case _:
            return None


def _about_the_docket(unit: UnitOfWork, chat: Chat, contact: Contact, given: Command, zone: str) -> None:
    """Carry out what is entered into the docket of a case, asked of it or ended in it."""
    code, words = leading_code(given.argument)
    match given.name:
        case "done" if given.argument:
            mark_done(unit, chat, contact, given.argument)
        case "done":
            list_to_be_done(unit, chat, contact)
        case "deadlines" if not given.argument:
            list_clocks(unit, chat, contact, None)
        case "hearing" if code is None:
            say(unit, chat, contact, "staff.hearing_how", {})
        case "event" if code is None:
            explain_events(unit, chat, contact)
        case name:
            case = _their_case(unit, chat, contact, code)
            if case is not None:
                _in_docket(unit, chat, contact, case, (name, words, zone))


def _in_docket(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case, given: tuple[str, str, str]) -> None:
    name, words, zone = given
    match name:
        case "hearing":
            propose_hearing(unit, chat, contact, case, words, zone=zone)
        case "event":
            propose_event(unit, chat, contact, case, words, zone=zone)
        case _:
            list_clocks(unit, chat, contact, case)


def _their_case(unit: UnitOfWork, chat: Chat, contact: Contact, code: str | None) -> Case | None:
    """Return a case whose docket a helper may work on; of any other, answer as ``/case`` does."""
    found = unit.session.scalars(select(Case).where(Case.code == code)).one_or_none()
    if found is None or not may_know_of(unit, contact, found.id):
        say(unit, chat, contact, "staff.case_unknown", {})
    elif works_on(unit, contact, found.id):
        return found
    else:
        _offer(unit, chat, contact, found)
    return None


def _answer_staff(unit: UnitOfWork, chat: Chat, contact: Contact | None, given: Input, message: Message) -> None:
    match given:
        case Command("link", code):
            _link(unit, chat, code, message)
        case Command("language", named) if contact is not None and (tag := known_language(named)) is not None:
            chat.language, chat.language_chosen = tag, True
            say(unit, chat, contact, "reply.language", {})
        case Command("verify", code) if contact is not None and code:
            _verify(unit, chat, contact, code)
        case Command("cases", _) if contact is not None:
            _list_cases(unit, chat, contact)
        case Command("case", code) if contact is not None and code:
            _find_case(unit, chat, contact, code)
        case Command("report", words) if contact is not None and words:
            chat.case_id = chat.dialogue = None  # each one is a report of its own
            told = Heard(Said(words), "text", words, words, message.client_language, message.wrapping)
            receive(unit, chat, told)
        case _ if contact is not None:
            _hear_or_explain(unit, chat, contact, given, message)


def _hear_or_explain(unit: UnitOfWork, chat: Chat, contact: Contact, given: Input, message: Message) -> None:
    """Hear what goes on with a report, or cries for help; of anything else ask what it is for, or say what there is."""
    match given:
        case Said() | Sent() if chat.case_id is not None:
            receive(unit, chat, heard(message))
        case _ if _speaks_of_custody(given):
            receive(unit, chat, replace(heard(message), given=Said(message.text or "")))
        case Sent(kind) if kind is not Kind.STICKER:
            ask_what_for(unit, chat, contact, message)
        case _:
            say(unit, chat, contact, "staff.help", {})


def _speaks_of_custody(given: Input) -> bool:
    """Whether a helper writes what must not be taken for small talk: they are people who may be taken themselves.

    Words are read behind a command, too: who writes ``/sos`` has no time to look up what commands there are.
    """
    match given:
        case Said(words) | Command(_, words):
            return NeedKind.LAWYER in needs_of(read_urgency(words), None)
        case _:
            return False


def hear_correction(unit: UnitOfWork, chat: Chat, message: Message) -> None:
    """Keep what a helper has corrected in a report of theirs; whatever else they mend was answered when it was sent."""
    if report_with(unit, chat, message.wrapping.number) is not None:
        receive(unit, chat, heard(message))


def _list_cases(unit: UnitOfWork, chat: Chat, contact: Contact) -> None:
    found = cases_for(unit, contact)
    if found:
        say(unit, chat, contact, "staff.cases", {CASES: [str(case_id) for case_id in found]})
    else:
        say(unit, chat, contact, "staff.cases_none", {})


def _find_case(unit: UnitOfWork, chat: Chat, contact: Contact, typed: str) -> None:
    """Send the link to a case; one that a helper may not know of is answered like one that does not exist."""
    case = unit.session.scalars(select(Case).where(Case.code == normalise_code(typed))).one_or_none()
    if case is None or not may_know_of(unit, contact, case.id):
        say(unit, chat, contact, "staff.case_unknown", {})
    elif has_taken(unit, contact, case.id):
        _send_link(unit, chat, contact, case)
    else:
        _offer(unit, chat, contact, case)


def _offer(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case) -> None:
    """Let a helper accept a case they asked for by its code, as long as somebody like them is sought."""
    need = need_for(unit, contact, case.id)
    if need is not None and need.state in SOUGHT:
        accept = mint(unit, chat.id, ACCEPT, "button.accept", subject_id=need.id, once=True)
        say(unit, chat, contact, "staff.accept_first", {"code": case.code}, buttons=[[accept]])
    elif need is not None:
        say(unit, chat, contact, *_ack_words(unit, need, Ack.TAKEN))
    else:
        say(unit, chat, contact, "staff.accept_first", {"code": case.code})


def _link(unit: UnitOfWork, chat: Chat, code: str, message: Message) -> None:
    chat.language = chat.language or guess_language(None, message.client_language)
    linked = link_account(unit, chat, code)
    if isinstance(linked, Refusal) and is_suspected(unit, chat):
        return  # by no command is a chat answered that may be a trap
    if isinstance(linked, Refusal):
        key = "staff.link_limited" if linked is Refusal.LIMITED else "staff.link_failed"
        enqueue(unit, chat, key, language=chat.language, urgent=True)
        return
    say(unit, chat, linked, "staff.linked", {"name": contact_ref(linked.id)})


def _verify(unit: UnitOfWork, chat: Chat, contact: Contact, typed: str) -> None:
    """Prove one of their own numbers by the code that came to it, in digits of any script."""
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    say(unit, chat, contact, "staff.verified" if confirm_for(unit, contact.id, digits) else "staff.not_verified", {})
