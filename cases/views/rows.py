"""Everything that is kept of one case, read by one statement: whatever its size, a page asks the database once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_

from cases.consent.models import Consent, CounselRelease, Fact, FactState, Freeze, Person
from cases.docket.models import Deadline, DeadlineState, Occurrence, RiskReading, Watch, WatchState
from cases.models import Case, CaseNote, Download, Report, ReportAnswer, ReportMessage
from law.models import RuleSignoff
from store.chats import SMS, VOICE, WEB, WHATSAPP, Chat
from store.files import StoredFile
from store.sets import Together, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from store.sets import Rows
    from store.unit_of_work import UnitOfWork

PHONE = (SMS, VOICE, WHATSAPP)
"""The doors of those who are known by a number."""


@dataclass(frozen=True)
class CaseRows:
    """The rows of one case, each kind in its order. Nothing is decrypted yet, and nobody has been asked who reads."""

    case: Case
    messages: Mapping[UUID, ReportMessage]
    """By id, as they were received."""
    files: Mapping[UUID, Sequence[tuple[Download, StoredFile | None]]]
    """What came with a message, by its id."""
    answers: Sequence[ReportAnswer]
    person: Person | None
    facts: Sequence[Fact]
    """What stands of them."""
    consents: Sequence[Consent]
    released: Sequence[CounselRelease]
    """What counsel has opened and not closed again."""
    frozen: bool
    occurrences: Sequence[Occurrence]
    """Also what stands no longer, in the order of entry."""
    deadlines: Sequence[Deadline]
    """All but those that were superseded, the soonest first."""
    signoffs: Sequence[RuleSignoff]
    """Words of lawyers for the rules of those clocks, all but those that were taken back."""
    watches: Sequence[Watch]
    """All but those that were cancelled, by due time."""
    readings: Sequence[RiskReading]
    notes: Sequence[CaseNote]
    by_web: bool = False
    """Whether some of it came by the web form."""
    by_phone: Sequence[Chat] = ()
    """The numbers it was told from, in ciphertext."""

    @classmethod
    def of_nothing(cls, case: Case) -> CaseRows:
        """Return the rows of a case about which nothing was told and entered yet."""
        return cls(case, {}, {}, (), None, (), (), (), False, (), (), (), (), (), ())  # noqa: FBT003  not frozen


def _sets() -> dict[str, Wanted]:
    """What is wanted; what is over is left out where it is joined, so that a long story costs no more than it shows."""
    signed = and_(RuleSignoff.rule_id == Deadline.rule_id, RuleSignoff.revoked_at.is_(None))
    by_phone = and_(Chat.id == Report.chat_id, Report.door.in_(PHONE))
    of_messages = (
        (Download, Download.message_id == ReportMessage.id),
        (StoredFile, StoredFile.id == Download.file_id),
    )
    return {
        "messages": Wanted(ReportMessage, ReportMessage.case_id, of_messages),
        "answers": Wanted(ReportAnswer, ReportAnswer.case_id),
        "people": Wanted(Person, Person.case_id),
        "facts": Wanted(Fact, Fact.case_id, where=Fact.state == FactState.STANDING),
        "consents": Wanted(Consent, Consent.case_id),
        "released": Wanted(CounselRelease, CounselRelease.case_id, where=CounselRelease.revoked_at.is_(None)),
        "freezes": Wanted(Freeze, Freeze.case_id, where=Freeze.lifted_at.is_(None)),
        "occurrences": Wanted(Occurrence, Occurrence.case_id),
        "deadlines": Wanted(
            Deadline, Deadline.case_id, ((RuleSignoff, signed),), where=Deadline.state != DeadlineState.SUPERSEDED
        ),
        "watches": Wanted(Watch, Watch.case_id, where=Watch.state != WatchState.CANCELLED),
        "readings": Wanted(RiskReading, RiskReading.case_id),
        "notes": Wanted(CaseNote, CaseNote.case_id),
        "reports": Wanted(Report, Report.case_id, ((Chat, by_phone),), where=Report.door.in_((*PHONE, WEB))),
    }


SETS: Final = _sets()
"""Everything that is kept of a case, by its id: to be read alone or together with more (:func:`rows_from`)."""
_ALONE: Final = Together(SETS)


def rows_of(unit: UnitOfWork, case: Case) -> CaseRows:
    """Read everything that is kept of a case. One statement."""
    return rows_from(case, _ALONE.of(unit.session, case.id))


def rows_from(case: Case, found: Mapping[str, Rows]) -> CaseRows:
    """Put in order what was read of a case; a set that was not asked for is empty."""
    found = defaultdict(list, found)
    people = _only(found["people"], lambda one: one.number)
    person = people[0] if people else None
    messages = _only(found["messages"], lambda one: (one.received_at, one.id))
    return CaseRows(
        case=case,
        messages={row.id: row for row in messages},
        files=_files(found["messages"]),
        answers=_only(found["answers"], lambda one: (one.given_at, one.id)),
        person=person,
        facts=_only(found["facts"], lambda one: (one.entered_at, one.id)),
        consents=_only(found["consents"], lambda one: one.id),
        released=_only(found["released"], lambda one: one.id),
        frozen=bool(found["freezes"]),
        occurrences=_only(found["occurrences"], lambda one: (one.entered_at, one.id)),
        deadlines=_only(found["deadlines"], lambda one: (one.safe_at, one.id)),
        signoffs=_only((row[1:] for row in found["deadlines"] if row[1] is not None), lambda one: one.id),
        watches=_only(found["watches"], lambda one: (one.due_at, one.id)),
        readings=_only(found["readings"], lambda one: (one.at, one.id)),
        notes=_only(found["notes"], lambda one: (one.written_at, one.id)),
        by_web=any(row[0].door == WEB for row in found["reports"]),
        by_phone=_only(
            ((row[1],) for row in found["reports"] if row[1] is not None), lambda one: (one.created_at, one.id)
        ),
    )


def _only(rows: Iterable[tuple[Any, ...]], key: Any) -> list[Any]:
    """The first of each, once, in an order."""
    return sorted({row[0].id: row[0] for row in rows}.values(), key=key)


def _files(rows: Rows) -> dict[UUID, list[tuple[Download, StoredFile | None]]]:
    found: dict[UUID, list[tuple[Download, StoredFile | None]]] = {}
    for message, download, file in sorted(
        (row for row in rows if row[1] is not None), key=lambda row: (row[1].asked_at, row[1].id)
    ):
        found.setdefault(message.id, []).append((download, file))
    return found
