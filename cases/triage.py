"""Triage: what is known of a case so far, and therefore which humans are needed and how soon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.models import ReportAnswer, ReportMessage
from cases.urgency import Need, Signals, Urgency, needs_of, read_urgency, urgency_of
from cases.words import words_in
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Assessment:
    """Which humans a case needs, and how soon."""

    needs: frozenset[Need]
    urgency: Urgency


def assess(unit: UnitOfWork, case_id: UUID) -> Assessment:
    """Read everything that was said about a case. More words never make it need fewer people."""
    signals = reduce(or_, _everything_heard(unit, case_id), read_urgency(None))
    happening = _answer(unit, case_id, "happening")
    return Assessment(needs_of(signals, happening), urgency_of(signals, happening))


TOPICS = frozenset({"medical", "child"})
"""What a reporter can say a case is about for which a helper may be a specialist."""


def topics_of(unit: UnitOfWork, case_id: UUID) -> frozenset[str]:
    """Return what a case is known to be about: an urgent medical need, a child. What was not said is not known."""
    rows = unit.session.execute(
        select(ReportAnswer.id, ReportAnswer.value).where(
            ReportAnswer.case_id == case_id, ReportAnswer.question == "more", ReportAnswer.value.is_not(None)
        )
    )
    said = {
        unit.vault.open(case_scope(case_id), Field("report_answer", "value", id_), value)
        for id_, value in rows
        if value is not None
    }
    return TOPICS & said


def words_of(unit: UnitOfWork, case_id: UUID) -> Iterator[str]:
    """Yield the words of every message of a case, also those under a photo or on a pin ("police station").

    Not those that are for counsel alone, nor what corrects them: what is made of these words others see.
    """
    said = list(_messages(unit, case_id))
    counsels = {(row.report_id, row.number) for row, _ in said if row.counsel_only}
    for row, words in said:
        corrects = row.correction and (row.number is None or (row.report_id, row.number) in counsels)
        if not (row.counsel_only or (counsels and corrects)):
            yield words


def _messages(unit: UnitOfWork, case_id: UUID) -> Iterator[tuple[ReportMessage, str]]:
    for row in unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == case_id)):
        content = unit.vault.open(case_scope(case_id), Field("report_message", "content", row.id), row.content)
        yield row, words_in(row.kind, content)


def _everything_heard(unit: UnitOfWork, case_id: UUID) -> Iterator[Signals]:
    """Yield what every message speaks of, also what is for counsel alone: nobody is helped later for having said it.

    There is always more in a recording or a picture than its words: the name of a file puts nothing off until morning.
    """
    for row, words in _messages(unit, case_id):
        heard = read_urgency(words)
        yield heard if row.kind == "text" else replace(heard, long=True)


def _answer(unit: UnitOfWork, case_id: UUID, question: str) -> str | None:
    row = unit.session.execute(
        select(ReportAnswer.id, ReportAnswer.value)
        .where(ReportAnswer.case_id == case_id, ReportAnswer.question == question, ReportAnswer.value.is_not(None))
        .order_by(ReportAnswer.given_at.desc(), ReportAnswer.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return unit.vault.open(case_scope(case_id), Field("report_answer", "value", row.id), row.value)
