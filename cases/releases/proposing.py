"""A release on its way out: proposed, approved or vetoed, void once it is not what was approved."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.consent.agreeing import enter_consent, standing_of
from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.dismissing import dismissed_from
from cases.models import Case
from cases.releases.deciding import APPROVERS, GOES_TO, RECIPIENTS_AT_MOST, Voice, is_approved
from cases.releases.events import ReleaseApproved, ReleaseEnded, ReleaseProposed, ReleaseVetoed
from cases.releases.models import OPEN, Basis, Release, ReleaseRecipient, ReleaseState, ReleaseVoice
from cases.views.audience import AudienceView, rows_for_audiences, view_for_audience, view_in
from contacts.accounts.coercion import coerced_contacts
from contacts.models import Contact
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.tokens import token_index, token_of
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from cases.views.rows import CaseRows
    from store.unit_of_work import UnitOfWork

PURPOSE = "release"
"""The purpose of a recipient's link, see ``store.tokens``."""


@dataclass(frozen=True)
class Proposal:
    """What somebody wants to leave, for whom. ``not_before`` is aware UTC."""

    audience: Audience
    recipients: tuple[UUID, ...]
    fallbacks: tuple[UUID, ...] = ()
    basis: Basis = Basis.CONSENT
    reason: str = field(default="", repr=False)
    not_before: datetime | None = None


def propose(unit: UnitOfWork, case: Case, proposal: Proposal, proposed_by: UUID) -> UUID:
    """Write a release down for others to approve; return its id. Nothing leaves. Raises ConsentError: what to do.

    Of vital interest the consent that nobody could give is entered once it is approved, not before.
    """
    reason = tidy(proposal.reason)
    _check_people(unit, proposal)
    if proposal.basis is Basis.VITAL_INTEREST:
        _check_vital(unit, case, proposal, reason)
    view = _view(unit, case, proposal.audience, proposal.basis)
    if not view.fields:
        raise ConsentError("nothing may leave for this audience as things stand; see what is held back, and why")
    release = Release(
        id=new_id(),
        case_id=case.id,
        audience=str(proposal.audience),
        basis=str(proposal.basis),
        fields=[one.name for one in view.fields],
        content_mac=mac_of(unit, case, view),
        not_before=proposal.not_before,
        proposed_by=proposed_by,
        proposed_at=unit.now,
    )
    release.reason = unit.vault.seal(case_scope(case.id), Field("release", "reason", release.id), reason)
    unit.session.add(release)
    unit.session.flush()
    for contact_id in (*proposal.recipients, *proposal.fallbacks):
        _add_recipient(unit, release, contact_id, fallback=contact_id not in proposal.recipients)
    unit.record(ReleaseProposed(case_id=case.id, release_id=release.id, audience=release.audience))
    return release.id


def _check_people(unit: UnitOfWork, proposal: Proposal) -> None:
    everybody = (*proposal.recipients, *proposal.fallbacks)
    role = GOES_TO.get(proposal.audience)
    if role is None:
        raise ConsentError("nothing is sent to this audience from here; export it, and send it by hand")
    if not proposal.recipients:
        raise ConsentError("name at least one recipient")
    if len(everybody) > RECIPIENTS_AT_MOST or len(set(everybody)) < len(everybody):
        raise ConsentError(f"name at most {RECIPIENTS_AT_MOST} recipients, each once")
    fitting = unit.session.scalars(
        select(Contact.id).where(Contact.id.in_(everybody), Contact.role == role, Contact.left_at.is_(None))
    ).all()
    if len(fitting) < len(everybody):
        raise ConsentError(f"every recipient for this audience must be a {role} who still helps")


def _check_vital(unit: UnitOfWork, case: Case, proposal: Proposal, reason: str) -> None:
    if proposal.audience is not Audience.UNHCR:
        raise ConsentError("where nobody could be asked, only UNHCR may be told")
    if not reason:
        raise ConsentError("say why the person cannot be asked, and why it cannot wait")
    standing = standing_of(unit, case)
    if any(one.audience is Audience.UNHCR and not one.granted for one in standing.decisions):
        raise ConsentError("UNHCR was refused before: vital interest does not count against a refusal")


def _view(unit: UnitOfWork, case: Case, audience: Audience, basis: Basis) -> AudienceView:
    """What would leave; of vital interest, as it will be once the consent nobody could give is entered."""
    return view_for_audience(unit, case, audience, in_vital_interest=basis is Basis.VITAL_INTEREST)


def _add_recipient(unit: UnitOfWork, release: Release, contact_id: UUID, *, fallback: bool) -> None:
    row = ReleaseRecipient(id=new_id(), release_id=release.id, contact_id=contact_id, fallback=fallback)
    row.token_index = token_index(token_of(unit, PURPOSE, row.id))
    unit.session.add(row)
    unit.session.flush()


def approve(unit: UnitOfWork, release_id: UUID, contact_id: UUID, role: str) -> ReleaseState:
    """Take somebody's yes; return how the release stands now. Saying it again changes nothing.

    Raises ConsentError for who may not approve, and for a release that is not what was proposed any more: it is void
    then, and must be proposed anew.
    """
    if role not in APPROVERS:
        raise ConsentError("a coordinator or a lawyer approves what leaves")
    release = locked(unit, release_id)
    if release.state != ReleaseState.PROPOSED:
        return ReleaseState(release.state)
    if not still_holds(unit, release):
        end(unit, release, ReleaseState.VOID, "changed")
        return ReleaseState.VOID
    _say(unit, release, contact_id, role, approves=True)
    if not is_approved(Basis(release.basis), _voices(unit, release)):
        return ReleaseState.PROPOSED
    if release.basis == Basis.VITAL_INTEREST:
        _enter_vital_interest(unit, release)
    release.state, release.approved_at = ReleaseState.APPROVED, unit.now
    unit.session.flush()
    unit.record(ReleaseApproved(case_id=release.case_id, release_id=release.id))
    return ReleaseState.APPROVED


def veto(unit: UnitOfWork, release_id: UUID, contact_id: UUID, role: str) -> ReleaseState:
    """Take somebody's no: nothing of it leaves. A veto of counsel also stops what was approved and has not left.

    Raises ConsentError for who has no voice in it.
    """
    if role not in APPROVERS:
        raise ConsentError("a coordinator or a lawyer may stop what leaves")
    release = locked(unit, release_id)
    if release.state in stopped_by(role):
        _say(unit, release, contact_id, role, approves=False)
        unit.record(ReleaseVetoed(case_id=release.case_id, release_id=release.id, contact_id=contact_id))
        end(unit, release, ReleaseState.VETOED, "vetoed")
    return ReleaseState(release.state)


def stopped_by(role: str) -> tuple[ReleaseState, ...]:
    """Return in which states a release is stopped by a no of this role."""
    return OPEN if role == "lawyer" else (ReleaseState.PROPOSED,)


def _say(unit: UnitOfWork, release: Release, contact_id: UUID, role: str, *, approves: bool) -> None:
    said = unit.session.scalars(
        select(ReleaseVoice).where(ReleaseVoice.release_id == release.id, ReleaseVoice.contact_id == contact_id)
    ).one_or_none()
    if said is None:
        said = ReleaseVoice(id=new_id(), release_id=release.id, contact_id=contact_id)
        unit.session.add(said)
    elif said.approves == approves:
        return
    said.role, said.approves, said.said_at = role, approves, unit.now
    unit.session.flush()


def _voices(unit: UnitOfWork, release: Release) -> list[Voice]:
    """What counts of what was said: no yes of somebody who is forced, or whom the person has dismissed since."""
    rows = unit.session.scalars(select(ReleaseVoice).where(ReleaseVoice.release_id == release.id)).all()
    dismissed = {contact_id for _, contact_id in dismissed_from(unit, [release.case_id])}
    doubtful = coerced_contacts(unit) | dismissed
    counting = (row for row in rows if not (row.approves and row.contact_id in doubtful))
    return [Voice(row.contact_id, row.role, row.approves) for row in counting]


def _enter_vital_interest(unit: UnitOfWork, release: Release) -> None:
    enter_consent(
        unit,
        release.case_id,
        Audience.UNHCR,
        FieldClass,
        granted=True,
        authority=Authority.VITAL_INTEREST,
        how=reason_of(unit, release),
    )


def reason_of(unit: UnitOfWork, release: Release) -> str:
    """Return why it is to leave, in the words of who proposed it; empty where they gave none."""
    return unit.vault.open(case_scope(release.case_id), Field("release", "reason", release.id), release.reason)


def locked(unit: UnitOfWork, release_id: UUID) -> Release:
    """Return a release, locked against everybody else who would decide about it."""
    return unit.session.scalars(select(Release).where(Release.id == release_id).with_for_update(**OWN)).one()


def end(unit: UnitOfWork, release: Release, state: ReleaseState, why: str) -> None:
    """End a release: it does not leave, or is called back."""
    release.state, release.ended_at, release.ended_why = state, unit.now, why
    unit.session.flush()
    unit.record(ReleaseEnded(case_id=release.case_id, release_id=release.id, state=str(state), why=why))


def still_holds(unit: UnitOfWork, release: Release) -> bool:
    """Whether what would leave now is what was proposed, to the letter, and all of it may still leave."""
    return content_of(unit, release) is not None


def may_leave(unit: UnitOfWork, release: Release) -> bool:
    """Whether what was approved still holds, and enough of those who said yes to it count still."""
    return still_holds(unit, release) and is_approved(Basis(release.basis), _voices(unit, release))


def content_of(unit: UnitOfWork, release: Release) -> AudienceView | None:
    """Return what leaves, made anew; None when that is not any more what was proposed.

    Fields that were entered since are left out: nobody has approved them.
    """
    return content_in(unit, rows_for_audiences(unit, unit.session.get_one(Case, release.case_id)), release)


def content_in(unit: UnitOfWork, rows: CaseRows, release: Release) -> AudienceView | None:
    """Return the same of rows of its case that were read."""
    asked = Basis(release.basis) if release.state == ReleaseState.PROPOSED else Basis.CONSENT
    view = view_in(unit, rows, Audience(release.audience), in_vital_interest=asked is Basis.VITAL_INTEREST)
    view = replace(view, fields=tuple(one for one in view.fields if one.name in release.fields))
    return view if hmac.compare_digest(mac_of(unit, rows.case, view), release.content_mac) else None


def mac_of(unit: UnitOfWork, case: Case, view: AudienceView) -> bytes:
    """Attest what leaves under a key of the case, so that the database alone gives guesses no target."""
    return hmac.digest(unit.vault.subkey(f"fingerprint:{case.id}"), view.content(), "sha256")


def recipients_of(unit: UnitOfWork, release_id: UUID) -> Sequence[ReleaseRecipient]:
    """Return whom a release goes to, those who are asked first, first."""
    return unit.session.scalars(
        select(ReleaseRecipient)
        .where(ReleaseRecipient.release_id == release_id)
        .order_by(ReleaseRecipient.fallback, ReleaseRecipient.id)
    ).all()
