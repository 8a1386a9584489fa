"""How far a case can be believed, and whether its reporter is who they say: before publicity, never before help."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.events import CaseBorneOut, HostilityCleared, HostilitySuspected, MovedToCounsel, ReporterVerified
from cases.models import Case, CaseState, Corroboration, Report, ReportMessage
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


class Basis(StrEnum):
    """What bears a case out."""

    SECOND_SOURCE = "second_source"
    DOCUMENT = "document"
    LAWYER = "lawyer"
    OFFICIAL = "official"


def bear_out(unit: UnitOfWork, case_id: UUID, basis: Basis, source: str) -> CaseState:
    """Enter a source that bears a case out; return the state it has now. It never goes back by itself.

    A second source corroborates; a document, a lawyer who saw the person or an official confirms. Raises ConsentError
    when no source is told.
    """
    source = tidy(source)
    if not source:
        raise ConsentError("say who bears it out, and how they know")
    case = _locked(unit, case_id)
    row = Corroboration(id=new_id(), case_id=case_id, basis=str(basis), entered_by=unit.actor, entered_at=unit.now)
    row.source = unit.vault.seal(case_scope(case_id), Field("corroboration", "source", row.id), source)
    unit.session.add(row)
    if basis is not Basis.SECOND_SOURCE:
        case.state = CaseState.CONFIRMED
    elif case.state == CaseState.REPORTED:
        case.state = CaseState.CORROBORATED
    unit.session.flush()
    unit.record(CaseBorneOut(case_id=case_id, corroboration_id=row.id, state=case.state))
    return CaseState(case.state)


def suspect(unit: UnitOfWork, case_id: UUID) -> bool:
    """Hold a report for a trap: nothing is sent back and nothing leaves; return whether it was not held so before."""
    case = _locked(unit, case_id)
    if case.hostile_at is not None:
        return False
    case.hostile_at = unit.now
    unit.session.flush()
    unit.record(HostilitySuspected(case_id=case_id))
    return True


def told_a_trap(unit: UnitOfWork, chat_id: UUID) -> bool:
    """Whether something that was reported in a conversation may be a trap: then nothing is sent back into it."""
    trap = (
        select(Case.id)
        .join(Report, Report.case_id == Case.id)
        .where(Report.chat_id == chat_id, Case.hostile_at.is_not(None))
    )
    return unit.session.scalar(trap.limit(1)) is not None


def clear(unit: UnitOfWork, case_id: UUID) -> bool:
    """Say that it is no trap; return whether it was held for one."""
    case = _locked(unit, case_id)
    if case.hostile_at is None:
        return False
    case.hostile_at = None
    unit.session.flush()
    unit.record(HostilityCleared(case_id=case_id))
    return True


def verify_reporter(unit: UnitOfWork, report_id: UUID) -> bool:
    """Vouch for who a reporter is; return whether nobody had. The actor of the unit is who vouches."""
    report = unit.session.scalars(select(Report).where(Report.id == report_id).with_for_update(**OWN)).one()
    if report.verified_at is not None:
        return False
    report.verified_at, report.verified_by = unit.now, unit.actor
    unit.session.flush()
    unit.record(ReporterVerified(case_id=report.case_id, report_id=report.id))
    return True


def move_to_counsel(unit: UnitOfWork, case_id: UUID, message_id: UUID) -> bool:
    """Move a message of a case into the compartment of counsel, for good; return whether it was outside."""
    message = unit.session.scalars(
        select(ReportMessage)
        .where(ReportMessage.id == message_id, ReportMessage.case_id == case_id)
        .with_for_update(**OWN)
    ).one_or_none()
    if message is None or message.counsel_only:
        return False
    message.counsel_only = True
    unit.session.flush()
    unit.record(MovedToCounsel(case_id=case_id, message_id=message_id))
    return True


def _locked(unit: UnitOfWork, case_id: UUID) -> Case:
    return unit.session.scalars(select(Case).where(Case.id == case_id).with_for_update(**OWN)).one()
