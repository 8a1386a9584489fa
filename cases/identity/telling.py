"""What is told of the people of cases, as records to compare: facts that stand, and answers to "who" and "where".

What lies in the compartment of counsel is left out: whoever is shown a suggestion could read it off the reasons.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, select

from cases.consent.models import Fact, FactState
from cases.identity.records import Record
from cases.models import Report, ReportAnswer, ReportMessage
from cases.words import words_in
from store.data_keys import case_scope
from store.errors import UnreadableError
from store.sets import Wanted
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from uuid import UUID

    from store.sets import Rows
    from store.unit_of_work import UnitOfWork

NAMES: Final = ("name_latin", "name_native")
TOLD: Final = (*NAMES, "birth_date", "document_number", "place")
WHO, WHERE = "who", "where"
LONGEST_NAME: Final = 120
MOST_WORDS: Final = 7
YEAR: Final = re.compile(r"\b(19[3-9]\d|20[0-2]\d)\b")
AGE: Final = re.compile(
    r"\b(\d{1,2})\s*(?:years?|y/?o|лет|года?|жас\w*|yaş\w*|yash\w*|ياش\w*|جاس\w*|岁)", re.IGNORECASE
)
ENDS: Final = re.compile(r"[,;\n(0-9،؛，（]")

Answered = tuple[ReportAnswer, ReportMessage, Report]
"""An answer, the message that gave it, and the report it belongs to."""


@dataclass
class _Person:
    """What is told of one person, while it is gathered."""

    names: list[str] = field(default_factory=list)
    born: date | int | None = None
    age: int | None = None
    at: datetime | None = None
    place: str = ""
    document: str = ""

    def records(self) -> Iterator[Record]:
        for name in dict.fromkeys(self.names):
            yield Record(name=name, born=self.born, age=self.age, at=self.at, place=self.place, document=self.document)


def records_of(unit: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
    """Return a record for each name that is told in each case; what cannot be read any more is left out.

    Four statements however many cases there are.
    """
    unit.vault.fetch([case_scope(case_id) for case_id in case_ids])
    facts = unit.session.scalars(
        select(Fact).where(Fact.case_id.in_(case_ids), Fact.state == FactState.STANDING, Fact.field.in_(TOLD))
    ).all()
    return records_from(unit, case_ids, facts, _answers(unit, case_ids))


SETS: Final = {
    "facts": Wanted(Fact, Fact.case_id, where=and_(Fact.state == FactState.STANDING, Fact.field.in_(TOLD))),
    "answers": Wanted(
        ReportAnswer,
        ReportAnswer.case_id,
        ((ReportMessage, ReportMessage.id == ReportAnswer.message_id), (Report, Report.id == ReportAnswer.report_id)),
        where=ReportAnswer.question.in_((WHO, WHERE)),
    ),
}
"""What records are made of, by the ids of cases: to be read together with more (:func:`records_in`)."""


def records_in(unit: UnitOfWork, case_ids: Collection[UUID], found: Mapping[str, Rows]) -> dict[UUID, list[Record]]:
    """Make the records of cases of what was read of them by :data:`SETS`."""
    answers = [row for row in found["answers"] if row[1] is not None and not row[1].counsel_only]
    answers.sort(key=lambda row: (row[0].given_at, row[0].id))
    facts = [fact for (fact,) in found["facts"]]
    return records_from(unit, case_ids, facts, [(answer, message, report) for answer, message, report in answers])


def records_from(
    unit: UnitOfWork, case_ids: Collection[UUID], facts: Iterable[Fact], answers: Iterable[Answered]
) -> dict[UUID, list[Record]]:
    """Make them of rows that were read, answers in the order in which they were given.

    No statement where the keys are at hand.
    """
    people: dict[UUID, dict[UUID | None, _Person]] = defaultdict(lambda: defaultdict(_Person))
    for fact in facts:
        with suppress(UnreadableError):
            value = unit.vault.open(case_scope(fact.case_id), Field("fact", "value", fact.id), fact.value)
            _enter(people[fact.case_id][fact.person_id], fact.field, value)
    for case_id, question, words, at in _latest(unit, answers):
        known = people[case_id]
        person = known[min(known, key=str)] if known else known[None]
        _hear(person, question, words, at)
    return {
        case_id: [record for person in people.get(case_id, {}).values() for record in person.records()]
        for case_id in case_ids
    }


def _enter(person: _Person, name: str, value: str) -> None:
    match name:
        case "name_latin" | "name_native":
            person.names.append(value)
        case "birth_date":
            with suppress(ValueError):
                person.born = date.fromisoformat(value)
        case "document_number":
            person.document = value
        case "place":
            person.place = value


def _hear(person: _Person, question: str, words: str, at: datetime) -> None:
    """Take from an answer what it tells; what was entered as a fact counts more."""
    if question == WHERE:
        person.place = person.place or words[:LONGEST_NAME]
        return
    name = name_in(words)
    if name:
        person.names.append(name)
    year, age = YEAR.search(words), AGE.search(words)
    if person.born is None and year is not None:
        person.born = int(year[1])
    if person.born is None and age is not None:
        person.age, person.at = int(age[1]), at


def name_in(words: str) -> str:
    """Return the name that an answer to "who" begins with, empty where it rather tells a story."""
    name = ENDS.split(words.strip()[:LONGEST_NAME], maxsplit=1)[0].strip()
    return name if 0 < len(name.split()) <= MOST_WORDS else ""


def _answers(unit: UnitOfWork, case_ids: Collection[UUID]) -> list[Answered]:
    """Every answer to one of the two questions that is no counsel's, in the order in which they were given."""
    rows = unit.session.execute(
        select(ReportAnswer, ReportMessage, Report)
        .join(ReportMessage, ReportMessage.id == ReportAnswer.message_id)
        .join(Report, Report.id == ReportAnswer.report_id)
        .where(
            ReportAnswer.case_id.in_(case_ids),
            ReportAnswer.question.in_((WHO, WHERE)),
            ReportMessage.counsel_only.is_(False),
        )
        .order_by(ReportAnswer.given_at, ReportAnswer.id)
    )
    return [(answer, message, report) for answer, message, report in rows]


def _latest(unit: UnitOfWork, answers: Iterable[Answered]) -> list[tuple[UUID, str, str, datetime]]:
    """The latest answer of each report to each of the two questions, in words."""
    latest: dict[tuple[UUID, str], tuple[UUID, str, str, datetime]] = {}
    for answer, message, report in answers:
        with suppress(UnreadableError):
            content = unit.vault.open(
                case_scope(message.case_id), Field("report_message", "content", message.id), message.content
            )
            words = words_in(message.kind, content)
            if words:
                latest[answer.report_id, answer.question] = (answer.case_id, answer.question, words, report.received_at)
    return list(latest.values())
