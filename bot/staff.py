"""What linked helpers write: linking, their cases, lists of people, what is entered into a docket, reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.messages.outbox import enqueue
from alerts.telling.case_list import cases_for, has_taken, may_know_of, works_on
from alerts.telling.wording import CASES, contact_ref
from bot.accepting import offer, send_link
from bot.asides import ask_what_for
from bot.docket import explain_events, list_clocks, propose_event, propose_hearing
from bot.follow_ups import list_to_be_done, mark_done
from bot.hearing import heard
from bot.lists import is_table, makes_lists, take_list, take_table
from bot.saying import say
from cases.codes import leading_code, normalise_code
from cases.incidents.reading import people_listed
from cases.intake import report_with
from cases.models import Case
from cases.urgency import Need as NeedKind
from cases.urgency import needs_of, read_urgency
from contacts.linking import Refusal, link_account
from contacts.verification import confirm_for
from dialogue.model import Command, Input, Kind, Said, Sent
from dialogue.questions import known_language
from dialogue.reception import Heard, receive
from dialogue.silence import is_suspected
from texts.locale import guess_language

if TYPE_CHECKING:
    from bot.updates import Message
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


ABOUT_THE_DOCKET = frozenset({"hearing", "event", "deadlines", "done"})
"""Commands about what is due and done in a case."""


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
        offer(unit, chat, contact, found)
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
        send_link(unit, chat, contact, case)
    else:
        offer(unit, chat, contact, case)


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
