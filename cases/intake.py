"""Intake: the reporter's words become a committed report and a case."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.events import PlaceMoved, QuestionAnswered, ReportExtended, ReportReceived
from cases.files import SentFile, ask_for_file
from cases.incidents.naming import unused_codes
from cases.models import Case, Report, ReportAnswer, ReportMessage
from cases.retention import open_again
from store.base import new_id
from store.data_keys import case_scope
from store.vault import Field, text_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

LIVE_EVERY = timedelta(minutes=1)
"""How often the way of a place that is shared live is kept; within a minute the latest place replaces the others."""


@dataclass(frozen=True)
class Wrapping:
    """What a message is besides what it says. Nothing of it shows in a repr but the plain facts."""

    number: int | None = None
    """The provider's number of it within its conversation."""
    correction: bool = False
    """Whether it changes a message that came before; kept beside that."""
    forwarded: bool = False
    album: str | None = None
    """What is sent together has the same one."""
    about: str | None = field(default=None, repr=False)
    """For a text: what came with it besides its words, as JSON."""
    files: tuple[SentFile, ...] = ()


PLAIN = Wrapping()


def open_report(
    unit: UnitOfWork, chat: Chat, *, language: str, kind: str, content: str, wrapping: Wrapping = PLAIN
) -> Case:
    """Open a case from the first words of a conversation, together with those words.

    Further words of the conversation belong to it from now on. Nobody is asked or told anything here: what follows
    ``ReportReceived`` does that.
    """
    case = Case(id=new_id(), code=unused_codes(unit)[0], language=language, opened_at=unit.now)
    report = Report(id=new_id(), case_id=case.id, chat_id=chat.id, door=chat.door, received_at=unit.now)
    unit.session.add(case)
    unit.session.flush()
    unit.session.add(report)
    unit.session.flush()
    chat.case_id = case.id
    _keep_message(unit, report, kind, content, wrapping)
    unit.record(ReportReceived(case_id=case.id, report_id=report.id))
    return case


def join_case(unit: UnitOfWork, chat: Chat, case_id: UUID) -> None:
    """Let what is said in a conversation from now on belong to a case that was reported elsewhere."""
    unit.session.add(Report(id=new_id(), case_id=case_id, chat_id=chat.id, door=chat.door, received_at=unit.now))
    chat.case_id = case_id
    unit.session.flush()


def open_case(unit: UnitOfWork, *, language: str) -> Case:
    """Open a case that nobody reported: staff know of it. Nobody is alerted, because somebody has it in hand."""
    case = Case(id=new_id(), code=unused_codes(unit)[0], language=language, opened_at=unit.now)
    unit.session.add(case)
    unit.session.flush()
    return case


def add_message(
    unit: UnitOfWork,
    report: Report,
    *,
    kind: str,
    content: str,
    wrapping: Wrapping = PLAIN,
    correction: bool = False,
) -> UUID:
    """Keep a further message with its report, or a correction of an earlier one beside it; return its id.

    A closed case is open again.
    """
    open_again(unit, report.case_id)
    wrapping = replace(wrapping, correction=wrapping.correction or correction)
    message_id = _keep_message(unit, report, kind, content, wrapping)
    unit.record(ReportExtended(case_id=report.case_id, report_id=report.id, message_id=message_id))
    return message_id


def follow_place(unit: UnitOfWork, report: Report, *, content: str, wrapping: Wrapping) -> None:
    """Keep where a place that is shared live is now: a version a minute, each the latest of its minute.

    A closed case is open again.
    """
    open_again(unit, report.case_id)
    latest = unit.session.scalars(
        select(ReportMessage)
        .where(
            ReportMessage.report_id == report.id,
            ReportMessage.number == wrapping.number,
            ReportMessage.correction,
            ReportMessage.received_at > unit.now - LIVE_EVERY,
        )
        .order_by(ReportMessage.received_at.desc(), ReportMessage.id.desc())
        .limit(1)
    ).one_or_none()
    if latest is not None:
        _seal_content(unit, latest, content)
        unit.session.flush()
        return
    message_id = _keep_message(unit, report, "location", content, wrapping)
    unit.record(PlaceMoved(case_id=report.case_id, report_id=report.id, message_id=message_id))


def report_with(unit: UnitOfWork, chat: Chat, number: int | None) -> Report | None:
    """Return the report that holds the message with this number of a conversation; it may be an older one."""
    if number is None:
        return None
    return unit.session.scalars(
        select(Report)
        .join(ReportMessage, ReportMessage.report_id == Report.id)
        .where(Report.chat_id == chat.id, ReportMessage.number == number)
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(1)
    ).one_or_none()


def reports_of(unit: UnitOfWork, chat: Chat) -> Sequence[Report]:
    """Return everything that was reported in a conversation, oldest first."""
    return unit.session.scalars(
        select(Report).where(Report.chat_id == chat.id).order_by(Report.received_at, Report.id)
    ).all()


def reports_in(unit: UnitOfWork, case_id: UUID) -> Sequence[Report]:
    """Return the reports of a case."""
    return unit.session.scalars(select(Report).where(Report.case_id == case_id)).all()


def has_album(unit: UnitOfWork, report: Report, album: str) -> bool:
    """Whether something of this album was kept before."""
    same = select(ReportMessage.id).where(ReportMessage.report_id == report.id, ReportMessage.album == album).limit(1)
    return unit.session.scalar(same) is not None


def record_answer(
    unit: UnitOfWork, report: Report, question: str, *, value: str | None, message_id: UUID | None = None
) -> None:
    """Keep an answer: a chosen option, a message that answers, or neither (the question was skipped).

    A closed case is open again, unless nothing was said.
    """
    if value is not None or message_id is not None:
        open_again(unit, report.case_id)
    answer = ReportAnswer(
        id=new_id(),
        report_id=report.id,
        case_id=report.case_id,
        question=question,
        message_id=message_id,
        given_at=unit.now,
    )
    if value is not None:
        place = Field("report_answer", "value", answer.id)
        answer.value = unit.vault.seal(case_scope(report.case_id), place, value)
    unit.session.add(answer)
    unit.session.flush()
    unit.record(QuestionAnswered(case_id=report.case_id, report_id=report.id, question=question))


def current_report(unit: UnitOfWork, chat: Chat) -> Report | None:
    """Return the report that further words of the conversation belong to."""
    return unit.session.scalars(
        select(Report)
        .where(Report.chat_id == chat.id, Report.case_id == chat.case_id)
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(1)
    ).one_or_none()


def first_message(unit: UnitOfWork, report: Report) -> UUID:
    """Return the id of the words a report was opened with."""
    return unit.session.scalars(
        select(ReportMessage.id)
        .where(ReportMessage.report_id == report.id)
        .order_by(ReportMessage.received_at, ReportMessage.id)
        .limit(1)
    ).one()


def _keep_message(unit: UnitOfWork, report: Report, kind: str, content: str, wrapping: Wrapping) -> UUID:
    known = _versions(unit, report, wrapping.number) if wrapping.correction and wrapping.files else ()
    message = ReportMessage(
        id=new_id(),
        report_id=report.id,
        case_id=report.case_id,
        number=wrapping.number,
        album=wrapping.album,
        correction=wrapping.correction,
        forwarded=wrapping.forwarded,
        kind=kind,
        received_at=unit.now,
    )
    _seal_content(unit, message, content)
    if wrapping.about is not None:
        place = Field("report_message", "about", message.id)
        message.about = unit.vault.seal(case_scope(report.case_id), place, wrapping.about)
    unit.session.add(message)
    unit.session.flush()
    for sent in wrapping.files:
        if not any(sent.unique in version for version in known):
            ask_for_file(unit, report, message.id, sent)
    return message.id


def _seal_content(unit: UnitOfWork, message: ReportMessage, content: str) -> None:
    scope = case_scope(message.case_id)
    message.content = unit.vault.seal(scope, Field("report_message", "content", message.id), content)
    keyed = unit.vault.subkey(f"fingerprint:{message.case_id}")
    message.fingerprint = hmac.digest(keyed, text_bytes(content), "sha256")


def _versions(unit: UnitOfWork, report: Report, number: int | None) -> Sequence[str]:
    """Return what a corrected message said so far: its files need not be fetched again."""
    rows = unit.session.scalars(
        select(ReportMessage).where(ReportMessage.report_id == report.id, ReportMessage.number == number)
    )
    scope = case_scope(report.case_id)
    return [unit.vault.open(scope, Field("report_message", "content", row.id), row.content) for row in rows]
