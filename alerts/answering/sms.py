"""What somebody answers by SMS. A number we know is a helper's; what strangers write is a report like any other.

A helper reports, too: what they text is heard as a report where it speaks of somebody being held, begins with the word
"report", or follows such a text within a day. It may be about themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.answering import replies
from alerts.answering.answers import numbered, open_numbered, reader_of, settle_answer, settle_test
from alerts.messages.channel_states import can_answer_sms
from alerts.messages.outbox import enqueue
from alerts.messages.reach import note_reachable, note_unreachable
from alerts.models import Delivery
from alerts.needs.ways import staff_language
from alerts.occasions.shifts import shift_test_in
from alerts.search.acks import Ack
from cases.models import Report, ReportMessage
from cases.retention import is_closed
from cases.urgency import Need, needs_of, read_urgency
from contacts.directory import owners_of
from contacts.verification import confirm
from store.chats import Chat, address_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork

Hear = Callable[["UnitOfWork", Chat, str], None]
"""Hears what somebody reports by text."""
REPORTING = re.compile(r"\s*/?report\b[\s:,.–—-]*(?P<words>.*)", re.IGNORECASE | re.DOTALL)
"""How a helper begins who reports what is no plain case of custody."""
TELLS_ON_FOR = timedelta(days=1)
"""How long after what they reported last a helper's words that answer nothing belong to it."""
UNCLEAR_AT_MOST = 3
"""Answers to nonsense, an hour and a number: somebody else's auto-reply must not talk to us all night."""
UNCLEAR_WITHIN = timedelta(hours=1)


def hear_sms(unit: UnitOfWork, chat: Chat, text: str, hear_report: Hear) -> bool:
    """Take one text from a number, in the unit that puts its raw copy away; return whether it is a report.

    ``hear_report`` is given what is no answer of a helper's: a report.
    """
    owners = owners_of(unit, chat)
    if not owners:
        hear_report(unit, chat, text)
        return True
    reply = replies.read_reply(text)
    if isinstance(reply, replies.Stop):
        note_unreachable(unit, chat)  # this number only; whoever sends STOP has other ways, or none
        return False
    note_reachable(unit, chat)
    reported = _reported(unit, chat, text) if isinstance(reply, replies.Unclear) else None
    if reported is None:
        _answer_helper(unit, chat, owners, reply)
        return False
    hear_report(unit, chat, reported)
    if reported == text and open_numbered(unit, chat):  # they may believe that they have answered us
        _say_unclear(unit, chat, owners[0])
    return True


def _reported(unit: UnitOfWork, chat: Chat, text: str) -> str | None:
    """Return what a helper reports; None where they do not. With "report" before it, it is a case of its own.

    What they text within a day belongs to what they reported last: nothing of somebody who is being taken is lost.
    Later it is no more than an answer that nobody understands, unless it speaks of custody: then it is a case of its
    own, too.
    """
    named = REPORTING.fullmatch(text)
    if named is not None and named["words"]:
        chat.case_id = chat.dialogue = None
        return named["words"]
    if _is_telling(unit, chat):
        return text
    if Need.LAWYER in needs_of(read_urgency(text), None):
        chat.case_id = chat.dialogue = None
        return text
    return None


def _is_telling(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether something was reported from here of late, in a case that is still open."""
    if chat.case_id is None or is_closed(unit, chat.case_id):
        return False
    told = select(ReportMessage.id).join(Report, Report.id == ReportMessage.report_id)
    lately = told.where(
        Report.chat_id == chat.id,
        Report.case_id == chat.case_id,
        ReportMessage.received_at > unit.now - TELLS_ON_FOR,
    )
    return unit.session.scalar(lately.limit(1)) is not None


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
