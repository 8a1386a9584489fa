"""Answers that do not come from Telegram: a reply by SMS, a key pressed in a call, a link out of an e-mail.

Whoever answers is known by where the question was sent, never by what they say. A key pressed in a call that we placed
to a proved number counts as theirs. Senders of SMS and e-mail can be forged: a yes by them only holds the ladder, until
it is confirmed (see ``alerts.search.acks.hold_need``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select

from alerts.messages.buttons import find_button
from alerts.models import HANDED_OVER, SOUGHT, Attempt, Delivery, DeliveryState, Need, ShiftTest
from alerts.needs.company import lock_with_their_company
from alerts.needs.feigning import believed_reached, seems_to_have
from alerts.needs.milestone_buttons import reached_by
from alerts.occasions.shifts import confirm_test, is_open_test, refuse_test, shift_test_in
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack, accept_need, decline_need, hold_need
from alerts.search.following_up import give_away, reach
from alerts.telling.following_up_notices import ABOUT, REACHES
from alerts.telling.wording import check_in
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from contacts.verification import Verdict, is_open, settle_by_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

ACCEPT = "1"
DECLINE = "2"


@dataclass(frozen=True)
class Answered:
    """What came of an answer: a verdict for each need that was asked for, by one contact."""

    contact: Contact
    acks: tuple[tuple[UUID, Ack], ...]

    @property
    def ack(self) -> Ack:
        """The verdict of all together: the best news there is for who answered."""
        return min((ack for _, ack in self.acks), key=_BEST.index, default=Ack.CLOSED)


_BEST = (
    Ack.NOTED,
    Ack.GIVEN_BACK,
    Ack.NOT_YOURS,
    Ack.YOURS,
    Ack.HELD,
    Ack.HELD_BEFORE,
    Ack.DECLINED,
    Ack.TAKEN,
    Ack.CLOSED,
    Ack.NOT_ASKED,
)


def needs_asked(unit: UnitOfWork, row: Delivery) -> list[UUID]:
    """Return the needs that a message asked for: its own, or all those a bundle stands for."""
    if row.need_id is not None:
        return [row.need_id]
    bundled = select(Delivery.need_id).where(Delivery.bundle_id == row.id, Delivery.need_id.is_not(None))
    return sorted({need_id for need_id in unit.session.scalars(bundled) if need_id is not None})


def settle_answer(unit: UnitOfWork, row: Delivery, contact: Contact, *, accepts: bool, proved: bool) -> Answered:
    """Accept, hold or decline everything a message asked for, as its reader. Repeating it changes nothing more.

    To a reminder a yes says that it is done, and a no gives it back; neither waits to be confirmed. Whoever forges one
    makes us trust somebody for longer, or look for others: worth less than a report that nobody can make by SMS.
    """
    unit.actor = f"contact:{contact.id}"
    if ABOUT in row.values:
        need_id = UUID(row.values[ABOUT])
        return Answered(contact, ((need_id, _follow_up(unit, row, need_id, contact.id, accepts=accepts)),))
    act = decline_need if not accepts else accept_need if proved else hold_need
    asked = needs_asked(unit, row)
    lock_with_their_company(unit, asked)
    return Answered(contact, tuple((need_id, act(unit, need_id, contact.id)) for need_id in asked))


def _follow_up(unit: UnitOfWork, row: Delivery, need_id: UUID, contact_id: UUID, *, accepts: bool) -> Ack:
    if accepts:
        return reach(unit, need_id, contact_id, Milestone(row.values[REACHES]))
    return give_away(unit, need_id, contact_id, whole=True)


def is_answerable(unit: UnitOfWork, row: Delivery) -> bool:
    """Whether an answer still changes anything.

    Nobody has what it asks for; or what its reader is reminded of is not done; or the test it brings is not confirmed.
    """
    test_id = shift_test_in(row.values)
    if test_id is not None:
        return is_open_test(unit, test_id)
    if ABOUT not in row.values:
        return any(unit.session.get_one(Need, one).state in SOUGHT for one in needs_asked(unit, row))
    need, reader = unit.session.get_one(Need, UUID(row.values[ABOUT])), reader_of(unit, row)
    if reader is None:
        return False
    if seems_to_have(unit, need, reader.id):
        return Milestone(row.values[REACHES]) not in believed_reached(unit, need, reader.id)
    return need.accepted_by == reader.id and Milestone(row.values[REACHES]) not in reached_by(need)


def settle_test(unit: UnitOfWork, test_id: UUID, contact: Contact, *, confirms: bool) -> None:
    """Confirm the test before a shift, or say that they cannot, as its reader. Repeating it changes nothing more."""
    unit.actor = f"contact:{contact.id}"
    if confirms:
        confirm_test(unit, test_id, contact.id)
    else:
        refuse_test(unit, test_id, contact.id)


def numbered(unit: UnitOfWork, chat: Chat, number: int) -> Delivery | None:
    """Return the message of this conversation that bears the number; one of another conversation is nobody's here."""
    return unit.session.scalars(
        select(Delivery).where(Delivery.number == number, Delivery.chat_id == chat.id)
    ).one_or_none()


def open_numbered(unit: UnitOfWork, chat: Chat) -> Sequence[Delivery]:
    """Return the numbered messages of a conversation that can still be answered, newest first."""
    asked = unit.session.scalars(
        select(Delivery)
        .outerjoin(Need, Need.id == Delivery.need_id)
        .where(
            Delivery.chat_id == chat.id,
            Delivery.number.is_not(None),
            Delivery.state.in_((*HANDED_OVER, DeliveryState.UNKNOWN)),
            or_(Delivery.need_id.is_(None), Need.state.in_(SOUGHT)),  # of years of alerts few are open
        )
        .order_by(Delivery.number.desc())
    ).all()
    return [row for row in asked if is_answerable(unit, row)]


def reader_of(unit: UnitOfWork, row: Delivery) -> Contact | None:
    """Return whom a message was sent to, as long as they still help and the method is still theirs."""
    if row.method_id is None:
        return None
    return unit.session.scalars(
        select(Contact)
        .join(ContactMethod, ContactMethod.contact_id == Contact.id)
        .where(ContactMethod.id == row.method_id, ContactMethod.chat_id == row.chat_id, Contact.left_at.is_(None))
    ).one_or_none()


@dataclass(frozen=True)
class Spoken:
    """What to say in a running call: a text key, its values, the language, and whether to ask for a key again."""

    template: str
    values: dict[str, Any]
    language: str
    asks: bool = False


def answer_key(unit: UnitOfWork, attempt_id: UUID, digits: str) -> Spoken | None:
    """Take the key somebody pressed in a call; None for a call we did not make. Repeating it changes nothing.

    1 accepts, 2 declines; anything else, * among it, has the question said again. In a call that checks a number, 1
    proves it and 2 gives it up.
    """
    attempt = unit.session.get(Attempt, attempt_id)
    row = None if attempt is None else unit.session.get(Delivery, attempt.delivery_id)
    contact = None if row is None else reader_of(unit, row)
    if row is None or contact is None or row.channel != ChannelName.VOICE:
        return None
    check_id = check_in(row.values)
    if check_id is not None:
        return _answer_check(unit, row, check_id, digits)
    test_id = shift_test_in(row.values)
    if digits not in (ACCEPT, DECLINE):
        return Spoken(row.template, row.values, row.language, asks=True)
    if test_id is not None:
        settle_test(unit, test_id, contact, confirms=digits == ACCEPT)
        return Spoken("voice.duty_confirmed" if digits == ACCEPT else "voice.duty_refused", {}, row.language)
    answered = settle_answer(unit, row, contact, accepts=digits == ACCEPT, proved=True)
    return Spoken(f"voice.{_SPOKEN[answered.ack]}", {"code": row.values.get("code", "")}, row.language)


_SPOKEN = {
    Ack.YOURS: "yours",
    Ack.HELD: "yours",
    Ack.HELD_BEFORE: "yours",
    Ack.TAKEN: "taken",
    Ack.CLOSED: "taken",
    Ack.NOT_ASKED: "taken",
    Ack.DECLINED: "declined",
    Ack.NOTED: "noted",
    Ack.GIVEN_BACK: "declined",
    Ack.NOT_YOURS: "taken",
}


def _answer_check(unit: UnitOfWork, row: Delivery, check_id: UUID, digits: str) -> Spoken:
    if digits not in (ACCEPT, DECLINE) and is_open(unit, check_id):
        return Spoken(row.template, row.values, row.language, asks=True)
    verdict = settle_by_key(unit, check_id, expected=digits == ACCEPT)
    return Spoken(f"voice.{_CHECKED[verdict]}", {}, row.language)


_CHECKED = {Verdict.PROVED: "proved", Verdict.REFUSED: "not_proved", Verdict.OVER: "over"}


@dataclass(frozen=True)
class Link:
    """What is behind an answer link: the message it came in, and whose it is."""

    row: Delivery
    contact: Contact
    language: str
    is_open: bool
    reminds: bool = False
    """Whether it asks for news of what its reader has, not whether they take it."""
    test_id: UUID | None = None
    """The test before a shift that it confirms, if that is what it is for."""


def find_link(unit: UnitOfWork, token: str) -> Link | None:
    """Recognise the link of an e-mail; None when it is unknown, expired, or its reader has left. Changes nothing."""
    button = find_button(unit, token)
    row = None if button is None else _asking_row(unit, button.chat_id, button.id)
    contact = None if row is None else reader_of(unit, row)
    if row is None or contact is None:
        return None
    test_id = shift_test_in(row.values)
    if test_id is not None:
        waits = unit.session.get_one(ShiftTest, test_id).confirmed_at is None
        return Link(row, contact, row.language, waits, test_id=test_id)
    return Link(row, contact, row.language, is_answerable(unit, row), reminds=ABOUT in row.values)


def _asking_row(unit: UnitOfWork, chat_id: UUID, button_id: UUID) -> Delivery | None:
    """Return the message that carried a button. Few were sent to one address, so they are looked through."""
    rows = unit.session.scalars(
        select(Delivery)
        .where(Delivery.chat_id == chat_id, Delivery.action == "send")
        .order_by(Delivery.order_key.desc())
    )
    return next((row for row in rows if str(button_id) in str(row.buttons)), None)
