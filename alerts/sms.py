"""What somebody answers by SMS. A number we know is a helper's; what strangers write is a report like any other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts import replies
from alerts.acks import Ack
from alerts.answers import numbered, open_numbered, reader_of, settle_answer, settle_test
from alerts.channel_states import can_answer_sms
from alerts.models import Delivery
from alerts.outbox import enqueue
from alerts.reach import note_reachable, note_unreachable
from alerts.shifts import shift_test_in
from alerts.targets import staff_language
from cases import intake
from contacts.models import Contact, ContactMethod
from contacts.verification import confirm
from store.chats import Chat, address_of
from texts.locale import guess_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.unit_of_work import UnitOfWork

UNCLEAR_AT_MOST = 3
"""Answers to nonsense, an hour and a number: somebody else's auto-reply must not talk to us all night."""
UNCLEAR_WITHIN = timedelta(hours=1)


def hear_sms(unit: UnitOfWork, chat: Chat, text: str) -> None:
    """Take one text from a number, in the unit that puts its raw copy away."""
    owners = _owners(unit, chat)
    if not owners:
        _report(unit, chat, text)
        return
    reply = replies.read_reply(text)
    if isinstance(reply, replies.Stop):
        note_unreachable(unit, chat)  # this number only; whoever sends STOP has other ways, or none
        return
    note_reachable(unit, chat)
    _answer_helper(unit, chat, owners, reply)


def _answer_helper(unit: UnitOfWork, chat: Chat, owners: Sequence[Contact], reply: replies.Reply) -> None:
    match reply:
        case replies.Accept(number) | replies.Decline(number):
            _settle(unit, chat, owners, number, accepts=isinstance(reply, replies.Accept))
        case replies.Verify(code):
            proved = confirm(unit, chat, code)
            _say(unit, chat, owners[0], "sms.verified" if proved else "sms.not_verified")
        case replies.Start():
            _say(unit, chat, owners[0], "sms.started")
        case _:
            _say_unclear(unit, chat, owners[0])


def _settle(unit: UnitOfWork, chat: Chat, owners: Sequence[Contact], number: int | None, *, accepts: bool) -> None:
    rows = open_numbered(unit, chat) if number is None else [numbered(unit, chat, number)]
    row = rows[0] if len(rows) == 1 else None
    reader = None if row is None else reader_of(unit, row)
    if row is None or reader is None:
        _say_unclear(unit, chat, owners[0], "sms.which" if len(rows) > 1 else "sms.unclear")
        return
    test_id = shift_test_in(row.values)
    if test_id is not None:
        settle_test(unit, test_id, reader, confirms=accepts)
        _say(unit, chat, reader, "duty.confirmed" if accepts else "duty.refused")
        return
    answered = settle_answer(unit, row, reader, accepts=accepts, proved=False)
    _say(unit, chat, reader, f"sms.{_WORDS[answered.ack]}", code=str(row.values.get("code", "")))


_WORDS = {
    Ack.YOURS: "yours",
    Ack.HELD: "held",
    Ack.HELD_BEFORE: "held",
    Ack.TAKEN: "taken",
    Ack.CLOSED: "settled",
    Ack.NOT_ASKED: "settled",
    Ack.DECLINED: "declined",
    Ack.NOTED: "noted",
    Ack.GIVEN_BACK: "gave_back",
    Ack.NOT_YOURS: "not_yours",
}


def _say_unclear(unit: UnitOfWork, chat: Chat, reader: Contact, key: str = "sms.unclear") -> None:
    said = unit.session.scalar(
        select(func.count()).where(
            Delivery.chat_id == chat.id,
            Delivery.template.in_(("sms.unclear", "sms.which")),
            Delivery.created_at > unit.now - UNCLEAR_WITHIN,
        )
    )
    if (said or 0) < UNCLEAR_AT_MOST:
        _say(unit, chat, reader, key)


def _say(unit: UnitOfWork, chat: Chat, reader: Contact, key: str, **values: str) -> None:
    """Answer, where an answer can be answered again: to a number that texts only one way nothing is promised."""
    if can_answer_sms(unit, address_of(unit, chat)):
        enqueue(unit, chat, key, language=staff_language(reader, chat), values=dict(values), urgent=True)


def _owners(unit: UnitOfWork, chat: Chat) -> Sequence[Contact]:
    """Return the helpers this number belongs to, proved or about to be, in a fixed order."""
    return unit.session.scalars(
        select(Contact)
        .join(ContactMethod, ContactMethod.contact_id == Contact.id)
        .where(ContactMethod.chat_id == chat.id, Contact.left_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
    ).all()


def _report(unit: UnitOfWork, chat: Chat, text: str) -> None:
    """Keep what a stranger writes: it pages people as a message in Telegram does, and is answered with its code."""
    language = chat.language or guess_language(text, None)
    chat.language = language
    report = intake.current_report(unit, chat)
    if report is not None:
        intake.add_message(unit, report, kind="text", content=text)
        return
    case = intake.open_report(unit, chat, language=language, kind="text", content=text)
    enqueue(unit, chat, "sms.received", language=language, values={"code": case.code}, urgent=True)
