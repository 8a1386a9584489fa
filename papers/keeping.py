"""Keeping what was taken, approved and sent: versions of papers by their text, each step an event in the log."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.evidence import fingerprint_key
from cases.models import Case
from papers.errors import PaperError
from papers.events import PaperApprovalWithdrawn, PaperApproved, PaperHandedIn, PaperLeft, PaperTaken
from papers.handing_in import read_document
from papers.models import PaperLeaving, PaperVersion
from papers.paper import Block, Mark, Paper, Run
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from cases.consent.vocabulary import Audience
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Leaving:
    """What somebody says left: to whom, by what way, when (aware UTC), and the recipient's reference."""

    to: str = field(repr=False)
    how: str
    left_at: datetime
    reference: str = field(default="", repr=False)


def mac_of(unit: UnitOfWork, case_id: UUID, paper: Paper) -> bytes:
    """Attest the text of a paper under a key of its case."""
    return hmac.digest(fingerprint_key(unit, case_id), paper.sha256().encode(), "sha256")


def take(unit: UnitOfWork, case_id: UUID, paper: Paper, audience: Audience, form: str) -> PaperVersion:
    """Keep the version that somebody is given, and write down that they were. The same text is the same version.

    That they may have it, and that it is within consent, was decided by the caller in the same unit.
    """
    version = _kept(unit, case_id, paper, audience)
    note_taken(unit, version, form)
    return version


def approve(
    unit: UnitOfWork, case_id: UUID, paper: Paper, audience: Audience, *, contact_id: UUID, seen: str
) -> PaperVersion:
    """Take a lawyer's word for the text of a paper. Saying it again changes and records nothing.

    ``seen``: the SHA-256 of the text that they were shown. Raises PaperError where it is another now, where somebody
    still has to fill something in, or where another lawyer has approved it. That ``contact_id`` is the lawyer of the
    case was checked by the caller.
    """
    if not hmac.compare_digest(seen.encode(), paper.sha256().encode()):
        raise PaperError("its text has changed since it was shown; read it again")
    if paper.gaps:
        raise PaperError("something in it is still to be filled in; hand it in as a document once it is")
    return _approved(unit, _kept(unit, case_id, paper, audience), contact_id)


def hand_in(unit: UnitOfWork, base: PaperVersion, content: bytes) -> PaperVersion:
    """Keep a document that somebody made of a version, with its hash, who brought it and when.

    The same file again is the same version. Raises PaperError for what is no such document. That it may be told still
    what ``base`` tells was checked by the caller.
    """
    if base.based_on is not None:
        raise PaperError("there is no such version in this case")
    document = read_document(content, paper_of(unit, base))
    rows = _locked(unit, base.case_id, base.kind, base.language)
    mac = hmac.digest(fingerprint_key(unit, base.case_id), document.sha256.encode(), "sha256")
    for row in rows:
        if hmac.compare_digest(row.text_mac, mac):
            return row
    version = _new(unit, base.case_id, document.paper, base.audience, rows)
    version.text_mac, version.based_on = mac, base.id
    told = {**asdict(document.paper), "marked": document.marked, "sha256": document.sha256}
    _seal(unit, version, told)
    place = str(Field("paper_version", "document", version.id))
    version.document = unit.vault.seal_bytes(case_scope(version.case_id), place, document.content)
    unit.session.add(version)
    unit.session.flush()
    unit.record(
        PaperHandedIn(
            case_id=version.case_id,
            version_id=version.id,
            based_on=base.id,
            kind=version.kind,
            language=version.language,
            number=version.number,
            digest=version.text_mac.hex(),
        )
    )
    return version


@dataclass(frozen=True)
class Handed:
    """What is kept of a document beside the file: its hash, and how many places were left to be filled in."""

    paper: Paper = field(repr=False)
    sha256: str
    marked: int


def handed(unit: UnitOfWork, version: PaperVersion) -> Handed:
    """Return what a document that was handed in says."""
    told = _content(unit, version)
    return Handed(_read(told), told["sha256"], told["marked"])


def document_of(unit: UnitOfWork, version: PaperVersion) -> bytes:
    """Return the file that was handed in, as it is kept. Raises PaperError where the version is none."""
    if version.document is None:
        raise PaperError("there is no such version in this case")
    place = str(Field("paper_version", "document", version.id))
    return unit.vault.open_bytes(case_scope(version.case_id), place, version.document)


def approve_document(unit: UnitOfWork, version: PaperVersion, *, contact_id: UUID, seen: str) -> PaperVersion:
    """Take a lawyer's word for a document; as :func:`approve`. ``seen``: the SHA-256 of the file they mean."""
    document = handed(unit, version)
    if not hmac.compare_digest(seen.encode(), document.sha256.encode()):
        raise PaperError("its text has changed since it was shown; read it again")
    if document.marked:
        raise PaperError("something in it is still to be filled in; hand it in as a document once it is")
    return _approved(unit, version, contact_id)


def note_taken(unit: UnitOfWork, version: PaperVersion, form: str) -> None:
    """Write down that somebody is given a version."""
    unit.record(
        PaperTaken(
            case_id=version.case_id,
            version_id=version.id,
            kind=version.kind,
            language=version.language,
            number=version.number,
            form=form,
            digest=version.text_mac.hex(),
        )
    )


def _approved(unit: UnitOfWork, version: PaperVersion, contact_id: UUID) -> PaperVersion:
    """Write a lawyer's word down on a version that is locked."""
    if version.approved_by == contact_id:
        return version
    if version.approved_by is not None:
        raise PaperError("another lawyer has approved this text already")
    version.approved_by, version.approved_at = contact_id, unit.now
    unit.session.flush()
    unit.record(
        PaperApproved(
            case_id=version.case_id,
            version_id=version.id,
            contact_id=contact_id,
            kind=version.kind,
            language=version.language,
            number=version.number,
            digest=version.text_mac.hex(),
        )
    )
    return version


def withdraw_approval(unit: UnitOfWork, case_id: UUID, version_id: UUID, contact_id: UUID) -> bool:
    """Take the word for a version back; return whether it was in force. Raises PaperError for no such version.

    ``contact_id`` is the lawyer of the case, which the caller has checked: whoever gave the word may have left since.
    """
    version = version_in(unit, case_id, version_id)
    if version.approved_by is None:
        return False
    version.approved_by = version.approved_at = None
    unit.session.flush()
    unit.record(PaperApprovalWithdrawn(case_id=case_id, version_id=version.id, contact_id=contact_id))
    return True


def note_left(unit: UnitOfWork, case_id: UUID, version_id: UUID, leaving: Leaving) -> UUID:
    """Write down that a version left: people send papers, the program only remembers. Raises PaperError."""
    version = version_in(unit, case_id, version_id)
    try:
        details = {"to": tidy(leaving.to), "how": tidy(leaving.how), "reference": tidy(leaving.reference)}
    except ConsentError as error:
        raise PaperError(str(error)) from None
    if not details["to"]:
        raise PaperError("say to whom it went")
    if leaving.left_at > unit.now:
        raise PaperError("it cannot have left later than now")
    row = PaperLeaving(
        id=new_id(),
        case_id=case_id,
        version_id=version.id,
        left_at=leaving.left_at,
        entered_by=unit.actor,
        entered_at=unit.now,
    )
    sealed = json.dumps(details, ensure_ascii=False)
    row.details = unit.vault.seal(case_scope(case_id), Field("paper_leaving", "details", row.id), sealed)
    unit.session.add(row)
    unit.session.flush()
    unit.record(
        PaperLeft(
            case_id=case_id,
            version_id=version.id,
            leaving_id=row.id,
            kind=version.kind,
            language=version.language,
            number=version.number,
        )
    )
    return row.id


def version_in(unit: UnitOfWork, case_id: UUID, version_id: UUID) -> PaperVersion:
    """Return a version of this case, locked; raises PaperError where there is none."""
    found = unit.session.scalars(
        select(PaperVersion)
        .where(PaperVersion.id == version_id, PaperVersion.case_id == case_id)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise PaperError("there is no such version in this case")
    return found


def kept_of(unit: UnitOfWork, case_id: UUID) -> tuple[list[PaperVersion], list[tuple[UUID, Leaving]]]:
    """Return what was kept of a case by one statement: every version, and what left with its version.

    Versions come by kind, the newest of each first; what left comes with the latest first.
    """
    rows = unit.session.execute(
        select(PaperVersion, PaperLeaving)
        .outerjoin(PaperLeaving, PaperLeaving.version_id == PaperVersion.id)
        .where(PaperVersion.case_id == case_id)
        .order_by(PaperVersion.kind, PaperVersion.language, PaperVersion.number.desc())
    ).all()
    left = list(filter(None, (row for _, row in rows)))
    left.sort(key=lambda row: (row.left_at, row.id), reverse=True)
    versions = list(dict.fromkeys(version for version, _ in rows))
    return versions, [(row.version_id, _leaving(unit, row)) for row in left]


def _leaving(unit: UnitOfWork, row: PaperLeaving) -> Leaving:
    place = Field("paper_leaving", "details", row.id)
    told: dict[str, str] = json.loads(unit.vault.open(case_scope(row.case_id), place, row.details))
    return Leaving(told["to"], told["how"], row.left_at, told["reference"])


def paper_of(unit: UnitOfWork, version: PaperVersion) -> Paper:
    """Return a version as it stood, to be drawn again or compared."""
    return _read(_content(unit, version))


def _content(unit: UnitOfWork, version: PaperVersion) -> dict[str, Any]:
    place = Field("paper_version", "content", version.id)
    found: dict[str, Any] = json.loads(unit.vault.open(case_scope(version.case_id), place, version.content))
    return found


def _seal(unit: UnitOfWork, version: PaperVersion, told: dict[str, Any]) -> None:
    place = Field("paper_version", "content", version.id)
    version.content = unit.vault.seal(case_scope(version.case_id), place, json.dumps(told, ensure_ascii=False))


def _kept(unit: UnitOfWork, case_id: UUID, paper: Paper, audience: Audience) -> PaperVersion:
    """Return the version that has this text, made where it is new."""
    rows = _locked(unit, case_id, paper.kind, paper.language)
    mac = mac_of(unit, case_id, paper)
    for row in rows:
        if hmac.compare_digest(row.text_mac, mac):
            return row
    version = _new(unit, case_id, paper, audience, rows)
    version.text_mac = mac
    _seal(unit, version, asdict(replace(paper, notes=())))
    unit.session.add(version)
    unit.session.flush()
    return version


def _locked(unit: UnitOfWork, case_id: UUID, kind: str, language: str) -> Sequence[PaperVersion]:
    """Return the versions of a paper, the first first, and lock its case: of two who begin at once both find the same.

    What was read before that is read again.
    """
    unit.session.execute(select(Case.id).where(Case.id == case_id).with_for_update(**OWN))
    return unit.session.scalars(
        select(PaperVersion)
        .where(PaperVersion.case_id == case_id, PaperVersion.kind == kind, PaperVersion.language == language)
        .order_by(PaperVersion.number)
        .execution_options(populate_existing=True)
    ).all()


def _new(unit: UnitOfWork, case_id: UUID, paper: Paper, audience: str, rows: Sequence[PaperVersion]) -> PaperVersion:
    return PaperVersion(
        id=new_id(),
        case_id=case_id,
        kind=paper.kind,
        language=paper.language,
        number=rows[-1].number + 1 if rows else 1,
        audience=str(audience),
        fields=list(paper.fields),
        made_by=unit.actor,
        made_at=unit.now,
    )


def _read(data: dict[str, Any]) -> Paper:
    return Paper(
        kind=data["kind"],
        language=data["language"],
        title=data["title"],
        to=tuple(data["to"]),
        blocks=tuple(_block(one) for one in data["blocks"]),
        fields=tuple(data["fields"]),
        laws=tuple(data["laws"]),
        left_out=tuple(data["left_out"]),
    )


def _block(data: dict[str, Any]) -> Block:
    rows = tuple((_runs(label), _runs(value)) for label, value in data["rows"])
    return Block(data["sort"], _runs(data["runs"]), rows)


def _runs(data: list[dict[str, str]]) -> tuple[Run, ...]:
    return tuple(Run(one["text"], Mark(one["mark"])) for one in data)
