"""What is attested of the rows of a case: what was said, answered, sent and entered; who agreed to what; what left."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from cases.consent.models import Consent, Fact
from cases.docket.models import Occurrence
from cases.models import CaseNote, Download, Report, ReportAnswer, ReportMessage
from cases.releases.models import Release
from store.attestation import Facts, Kind, RowBreak, facts_of, not_attested
from store.data_keys import case_scope
from store.errors import UnreadableError
from store.files import StoredFile, sha256_of
from store.vault import Field, text_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from store.unit_of_work import UnitOfWork

UNREADABLE = "unreadable"
"""What is attested of a value that does not open: from then on it must not open."""


@dataclass(frozen=True)
class _Rows:
    """Rows that one statement finds. ``came``: the column that says since when a row is complete."""

    name: str
    rows: Select[*tuple[Any, ...]]
    """Selects the row and its case."""
    id: Any
    came: Any
    say: Callable[[UnitOfWork, Any, UUID], dict[str, Any]]

    def waiting(self, unit: UnitOfWork, since: datetime, until: datetime, limit: int) -> Sequence[Facts]:
        """See :class:`Kind`."""
        fresh = self.rows.where(self.came > since, self.came <= until, not_attested(self.name, self.id))
        return list(self._facts(unit, fresh.order_by(self.came, self.id).limit(limit)))

    def standing(self, unit: UnitOfWork, row_ids: Sequence[UUID]) -> Iterable[Facts]:
        """See :class:`Kind`."""
        return self._facts(unit, self.rows.where(self.id.in_(row_ids)))

    def _facts(self, unit: UnitOfWork, rows: Select[*tuple[Any, ...]]) -> Iterator[Facts]:
        for row, case_id in unit.session.execute(rows):
            yield Facts(self.name, row.id, case_id, self.say(unit, row, case_id))


def fingerprint_key(unit: UnitOfWork, case_id: UUID) -> bytes:
    """Return the key under which the words and files of one case have fingerprints.

    It is made for this case only: an export of the case may hand it on, and gives nothing else away with it.
    """
    return unit.vault.subkey(f"fingerprint:{case_id}")


def fingerprint(unit: UnitOfWork, case_id: UUID, text: str) -> str:
    """Return the HMAC-SHA256 of a text under the key of its case, in hexadecimal."""
    return hmac.digest(fingerprint_key(unit, case_id), text_bytes(text), "sha256").hex()


def _message(_: UnitOfWork, row: ReportMessage, __: UUID) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        report=row.report_id,
        number=row.number,
        album=row.album,
        forwarded=row.forwarded,
        sent_as=row.kind,
        correction=row.correction,
        received_at=row.received_at,
        fingerprint=row.fingerprint,
    )


def _answer(unit: UnitOfWork, row: ReportAnswer, case_id: UUID) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        report=row.report_id,
        question=row.question,
        message=row.message_id,
        given_at=row.given_at,
        fingerprint=_of_value(unit, row, case_id),
    )


def _of_value(unit: UnitOfWork, row: ReportAnswer, case_id: UUID) -> str | None:
    return None if row.value is None else _of(unit, case_id, Field("report_answer", "value", row.id), row.value)


def _of(unit: UnitOfWork, case_id: UUID, field: Field, kept: bytes) -> str:
    """Return the fingerprint of a value that is kept encrypted."""
    try:
        value = unit.vault.open(case_scope(case_id), field, kept)
    except UnreadableError:
        return UNREADABLE
    return fingerprint(unit, case_id, value)


def _file(unit: UnitOfWork, row: StoredFile, case_id: UUID) -> dict[str, Any]:
    try:
        digest = sha256_of(unit, row)
    except UnreadableError:
        digest = None
    return facts_of(
        id=row.id,
        media=row.media,
        size=row.size,
        received_at=row.received_at,
        finished_at=row.finished_at,
        fingerprint=UNREADABLE if digest is None else fingerprint(unit, case_id, digest),
    )


def _occurrence(_: UnitOfWork, row: Occurrence, __: UUID) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        matter=row.matter_id,
        event=row.kind,
        at=row.at,
        day_only=row.day_only,
        for_at=row.for_at,
        until_at=row.until_at,
        zone=row.zone,
        people=row.people,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
    )


def _what_was_said(unit: UnitOfWork, row: Occurrence, case_id: UUID) -> dict[str, Any]:
    """Who said so and what was noted beside an entry. A kind of its own: what was attested of entries before stands."""
    kept = None if row.details is None else _of(unit, case_id, Field("occurrence", "details", row.id), row.details)
    return facts_of(id=row.id, details=kept)


def _note(unit: UnitOfWork, row: CaseNote, case_id: UUID) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        written_by=row.written_by,
        written_at=row.written_at,
        text=_of(unit, case_id, Field("case_note", "text", row.id), row.text),
    )


def _fact(unit: UnitOfWork, row: Fact, case_id: UUID) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        person=row.person_id,
        field=row.field,
        confidence=row.confidence,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        value=_of(unit, case_id, Field("fact", "value", row.id), row.value),
        source=_of(unit, case_id, Field("fact", "source", row.id), row.source),
    )


def _consent(unit: UnitOfWork, row: Consent, case_id: UUID) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        person=row.person_id,
        audience=row.audience,
        kind=row.kind,
        granted=row.granted,
        authority=row.authority,
        given_at=row.given_at,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        how=_of(unit, case_id, Field("consent", "how", row.id), row.how),
    )


def _release(unit: UnitOfWork, row: Release, case_id: UUID) -> dict[str, Any]:
    """What was to leave, as it was proposed. Its state, and who said yes or no to it, change: the log tells that."""
    return facts_of(
        id=row.id,
        audience=row.audience,
        basis=row.basis,
        fields=",".join(sorted(row.fields)),
        content=row.content_mac,
        not_before=row.not_before,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        reason=_of(unit, case_id, Field("release", "reason", row.id), row.reason),
    )


KINDS: Final[tuple[Kind, ...]] = (
    _Rows(
        "report_message",
        select(ReportMessage, ReportMessage.case_id),
        ReportMessage.id,
        ReportMessage.received_at,
        _message,
    ),
    _Rows("report_answer", select(ReportAnswer, ReportAnswer.case_id), ReportAnswer.id, ReportAnswer.given_at, _answer),
    _Rows(
        "stored_file",
        select(StoredFile, Download.case_id).join(Download, Download.file_id == StoredFile.id),
        StoredFile.id,
        StoredFile.finished_at,
        _file,
    ),
    _Rows("occurrence", select(Occurrence, Occurrence.case_id), Occurrence.id, Occurrence.entered_at, _occurrence),
    _Rows(
        "occurrence_words",
        select(Occurrence, Occurrence.case_id),
        Occurrence.id,
        Occurrence.entered_at,
        _what_was_said,
    ),
    _Rows("case_note", select(CaseNote, CaseNote.case_id), CaseNote.id, CaseNote.written_at, _note),
    _Rows("fact", select(Fact, Fact.case_id), Fact.id, Fact.entered_at, _fact),
    _Rows("consent", select(Consent, Consent.case_id), Consent.id, Consent.entered_at, _consent),
    _Rows("release", select(Release, Release.case_id), Release.id, Release.proposed_at, _release),
)


def verify_messages(unit: UnitOfWork) -> Iterator[RowBreak]:
    """Open every message and hold it against its fingerprint; also what came with it must open."""
    for row in unit.session.scalars(select(ReportMessage).order_by(ReportMessage.case_id)).yield_per(200):
        scope = case_scope(row.case_id)
        try:
            words = unit.vault.open(scope, Field("report_message", "content", row.id), row.content)
            if row.about is not None:
                unit.vault.open(scope, Field("report_message", "about", row.id), row.about)
        except UnreadableError:
            yield RowBreak("report_message", row.id, row.case_id, "does not open: it was changed or moved")
            continue
        if not hmac.compare_digest(bytes.fromhex(fingerprint(unit, row.case_id, words)), row.fingerprint):
            yield RowBreak("report_message", row.id, row.case_id, "is not what its fingerprint says")


@dataclass(frozen=True)
class KeptFile:
    """A file that was received to its last byte."""

    id: UUID
    case_id: UUID
    message_id: UUID
    kind: str
    media: str | None
    size: int | None
    received_at: datetime
    finished_at: datetime


def kept_files(unit: UnitOfWork, case_id: UUID | None = None) -> list[KeptFile]:
    """Return the files of a case, or of all cases, in the order in which they came."""
    rows = (
        select(StoredFile, Download)
        .join(Download, Download.file_id == StoredFile.id)
        .where(StoredFile.finished_at.is_not(None), Download.message_id.is_not(None))
        .order_by(StoredFile.finished_at, StoredFile.id)
    )
    if case_id is not None:
        rows = rows.where(Download.case_id == case_id)
    return [
        KeptFile(
            id=file.id,
            case_id=download.case_id,
            message_id=message_id,
            kind=download.kind,
            media=file.media,
            size=file.size,
            received_at=file.received_at,
            finished_at=file.finished_at or file.received_at,
        )
        for file, download in unit.session.execute(rows)
        if (message_id := download.message_id) is not None  # not what lies in a sealed file
    ]


def reports_of_case(unit: UnitOfWork, case_id: UUID) -> list[Report]:
    """Return what conversations told of a case, oldest first."""
    rows = select(Report).where(Report.case_id == case_id).order_by(Report.received_at, Report.id)
    return list(unit.session.scalars(rows))
