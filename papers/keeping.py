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
from papers.composing import Block, Mark, Paper, Run
from papers.errors import PaperError
from papers.events import PaperApprovalWithdrawn, PaperApproved, PaperLeft, PaperTaken
from papers.models import PaperLeaving, PaperVersion
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
    unit.record(
        PaperTaken(
            case_id=case_id,
            version_id=version.id,
            kind=version.kind,
            language=version.language,
            number=version.number,
            form=form,
            digest=version.text_mac.hex(),
        )
    )
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


def versions_of(unit: UnitOfWork, case_id: UUID) -> Sequence[PaperVersion]:
    """Return every version that was kept of a case, the newest of each kind first. One statement."""
    return unit.session.scalars(
        select(PaperVersion)
        .where(PaperVersion.case_id == case_id)
        .order_by(PaperVersion.kind, PaperVersion.language, PaperVersion.number.desc())
    ).all()


def leavings_of(unit: UnitOfWork, case_id: UUID) -> list[tuple[UUID, Leaving]]:
    """Return what left of a case with its version, the latest first. One statement."""
    rows = unit.session.scalars(
        select(PaperLeaving)
        .where(PaperLeaving.case_id == case_id)
        .order_by(PaperLeaving.left_at.desc(), PaperLeaving.id.desc())
    )
    return [(row.version_id, _leaving(unit, row)) for row in rows]


def _leaving(unit: UnitOfWork, row: PaperLeaving) -> Leaving:
    place = Field("paper_leaving", "details", row.id)
    told: dict[str, str] = json.loads(unit.vault.open(case_scope(row.case_id), place, row.details))
    return Leaving(told["to"], told["how"], row.left_at, told["reference"])


def paper_of(unit: UnitOfWork, version: PaperVersion) -> Paper:
    """Return a version as it stood, to be drawn again or compared."""
    place = Field("paper_version", "content", version.id)
    return _read(json.loads(unit.vault.open(case_scope(version.case_id), place, version.content)))


def _kept(unit: UnitOfWork, case_id: UUID, paper: Paper, audience: Audience) -> PaperVersion:
    """Return the version that has this text, made where it is new.

    The case is locked, so that of two who begin at once both find the same; what was read before that is read again.
    """
    unit.session.execute(select(Case.id).where(Case.id == case_id).with_for_update(**OWN))
    rows = unit.session.scalars(
        select(PaperVersion)
        .where(
            PaperVersion.case_id == case_id,
            PaperVersion.kind == paper.kind,
            PaperVersion.language == paper.language,
        )
        .order_by(PaperVersion.number)
        .execution_options(populate_existing=True)
    ).all()
    mac = mac_of(unit, case_id, paper)
    for row in rows:
        if hmac.compare_digest(row.text_mac, mac):
            return row
    version = PaperVersion(
        id=new_id(),
        case_id=case_id,
        kind=paper.kind,
        language=paper.language,
        number=rows[-1].number + 1 if rows else 1,
        audience=str(audience),
        text_mac=mac,
        fields=list(paper.fields),
        made_by=unit.actor,
        made_at=unit.now,
    )
    content = json.dumps(asdict(replace(paper, notes=())), ensure_ascii=False)
    version.content = unit.vault.seal(case_scope(case_id), Field("paper_version", "content", version.id), content)
    unit.session.add(version)
    unit.session.flush()
    return version


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
