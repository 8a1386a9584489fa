"""Handing a paper over: checked against consent in the same unit, kept as a version, written down, then drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cases.consent.deciding import PRESS
from papers.desk import may_still_tell, with_notes
from papers.drawing import sheet_of
from papers.errors import PaperError
from papers.keeping import approve, approve_document, document_of, hand_in, note_taken, take, version_in
from papers.paper import Mark

if TYPE_CHECKING:
    from uuid import UUID

    from papers.desk import Desk, Draft, HandedIn, OnDesk
    from papers.drawing import Sheet
    from papers.kinds import Kind
    from papers.models import PaperVersion
    from store.unit_of_work import UnitOfWork


class Form(StrEnum):
    """In which form a paper is handed over."""

    DOCX = "docx"
    PDF = "pdf"
    BOTH = "both"
    """As files of both kinds on a disk."""


@dataclass(frozen=True)
class Which:
    """A paper: its kind and language."""

    kind: str
    language: str


def hand_over(
    unit: UnitOfWork,
    case_id: UUID,
    desk: Desk,
    which: Which,
    form: Form,
    *,
    reader: str,
) -> Sheet:
    """Keep and write down that a paper is handed over; return it to be drawn when the unit is over.

    ``desk`` was laid out in the same unit. Raises PaperError for a paper that this reader may not have.
    """
    one, draft = desk.draft(which.kind, which.language)
    if not may_take(one, draft, counsel=desk.counsel):
        raise PaperError("nobody is given it before a lawyer has approved its text")
    version = take(unit, case_id, draft.paper, one.offer.kind.audience, form)
    return sheet_on(desk, one, draft, version, reader=reader)


def may_take(one: OnDesk, draft: Draft, *, counsel: bool) -> bool:
    """Whether a paper may be handed over as it stands: some only once their text is approved, but to counsel."""
    return counsel or not one.offer.kind.only_approved or _is_approved(draft)


def _is_approved(draft: Draft) -> bool:
    return draft.current is not None and draft.current.approved_at is not None


def sheet_on(desk: Desk, one: OnDesk, draft: Draft, version: PaperVersion | None, *, reader: str) -> Sheet:
    """Put a draft on its sheet: with its notes while it is one. For the press it bears no code, not even as a draft."""
    paper = with_notes(one, draft, desk.record, reader)
    return sheet_of(
        paper,
        "" if one.offer.kind.audience in PRESS else desk.record.code,
        number=None if version is None else version.number,
        reader=reader,
        approved=version is not None and version.approved_at is not None,
    )


def file_name(desk: Desk, kind: Kind, language: str) -> str:
    """Return what a paper is called as a file, without its suffix; the press is not passed the code of the case."""
    parts = (kind.id, language) if kind.audience in PRESS else (desk.record.code, kind.id, language)
    return "-".join(parts)


def hand_in_on(
    unit: UnitOfWork, case_id: UUID, desk: Desk, which: Which, *, made_from: UUID | None, content: bytes
) -> None:
    """Keep a document that somebody made of a paper; see :func:`papers.keeping.hand_in`.

    ``made_from``: of which version; the one that was taken last where their page was shown before anything was.
    """
    one, draft = desk.draft(which.kind, which.language)
    base = version_in(unit, case_id, made_from or _last_taken(draft))
    if (base.kind, base.language) != (which.kind, which.language):
        raise PaperError("there is no such version in this case")
    if not may_still_tell(desk.record.views[one.offer.kind.audience], base.fields):
        raise PaperError("it tells something that may not be told any more")
    hand_in(unit, base, content)


def _last_taken(draft: Draft) -> UUID:
    taken = next((one for one in draft.versions if one.based_on is None), None)
    if taken is None:
        raise PaperError("take the document first")
    return taken.id


def hand_over_document(unit: UnitOfWork, case_id: UUID, desk: Desk, which: Which, version_id: UUID) -> bytes:
    """Write down that a document which was handed in is handed over; return the file, byte for byte as it is kept.

    To others than counsel once counsel has approved it. Raises PaperError for one that this reader may not have.
    """
    handed = _handed_in(desk, which, version_id)
    if not handed.is_open:
        raise PaperError("it tells something that may not be told any more")
    if not desk.counsel and handed.version.approved_at is None:
        raise PaperError("nobody is given it before a lawyer has approved its text")
    version = version_in(unit, case_id, version_id)
    note_taken(unit, version, Form.DOCX)
    return document_of(unit, version)


def approve_document_on(
    unit: UnitOfWork, case_id: UUID, desk: Desk, which: Which, version_id: UUID, *, by: UUID, seen: str
) -> None:
    """Take counsel's word for a document that was handed in; see :func:`papers.keeping.approve_document`."""
    if not desk.counsel:
        raise PaperError("only the lawyer of the case approves a paper")
    if not _handed_in(desk, which, version_id).is_open:
        raise PaperError("it tells something that may not be told any more")
    approve_document(unit, version_in(unit, case_id, version_id), contact_id=by, seen=seen)


def _handed_in(desk: Desk, which: Which, version_id: UUID) -> HandedIn:
    _, draft = desk.draft(which.kind, which.language)
    found = next((one for one in draft.handed_in if one.version.id == version_id), None)
    if found is None:
        raise PaperError("there is no such version in this case")
    return found


def approve_on(unit: UnitOfWork, case_id: UUID, desk: Desk, which: Which, *, by: UUID, seen: str) -> None:
    """Take counsel's word for a paper as they were shown it; see :func:`papers.keeping.approve`."""
    if not desk.counsel:
        raise PaperError("only the lawyer of the case approves a paper")
    one, draft = desk.draft(which.kind, which.language)
    approve(unit, case_id, draft.paper, one.offer.kind.audience, contact_id=by, seen=seen)


def unverified(draft: Draft) -> int:
    """Count the sentences of law in a paper for which no lawyer vouches."""
    return sum(any(run.mark is Mark.LAW for run in block.runs) for block in draft.paper.blocks)
