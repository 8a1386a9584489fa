"""Who hears of a sealed file, and when: staff, with a code and nothing more; nobody outside."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from alerts.messages.outbox import enqueue
from alerts.models import DURESS, SEALED, Need, NeedState
from alerts.occasions.due_alerts import About, ask_about
from alerts.telling.recipients import everybody_reachable
from alerts.telling.wording import say_ref
from cases.access import grant_access
from cases.identity.events import SamePersonSuggested
from cases.models import Case
from cases.sealed.deciding import PEOPLE
from cases.sealed.events import (
    CheckInStopDoubted,
    SealedDuressSpoken,
    SealedFileApproved,
    SealedFileOpened,
    SealedOpeningStopped,
    SealedSourceEntered,
)
from cases.sealed.models import SealedApproval, SealedFile, SealedSource
from cases.sealed.triggering import is_confirmed
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.accounts.coercion import coerced_contacts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

LET_IN_FOR = timedelta(days=30)
"""How long whoever has the report about a person may read what that person had left."""
COORDINATOR = "coordinator"
HAVE_IT = (COORDINATOR, "lawyer")


def tell_of_sealed(unit: UnitOfWork, event: Event) -> None:
    """Tell those who may open a sealed file what has come of it. Safe to repeat."""
    match event:
        case SealedSourceEntered(source_id=source_id):
            file, source = _file(unit, event.case_id), unit.session.get(SealedSource, source_id)
            if file is not None and source is not None and file.opened_at is None and is_confirmed(unit, file):
                # One that was none and is one again has its row again: when it was entered tells them apart.
                _tell(unit, file.case_id, "ready", f"{source_id}:{source.entered_at.isoformat()}")
        case SealedFileApproved(approvals=approvals, contact_id=contact_id, approval_id=approval_id):
            what = "waits" if approvals >= PEOPLE else "second"
            _tell(unit, event.case_id, what, str(approval_id), apart_from=contact_id)
        case SealedOpeningStopped():
            _tell(unit, event.case_id, "stopped", None)
        case CheckInStopDoubted():
            _tell(unit, event.case_id, "doubt", None)
        case _:
            pass


def tell_of_match(unit: UnitOfWork, event: Event) -> None:
    """Tell coordinators that a report may be about the person of a sealed file. The reporter hears nothing of it."""
    if not isinstance(event, SamePersonSuggested):
        return
    closed = (SealedFile.withdrawn_at.is_(None), SealedFile.opened_at.is_(None))
    of_either = or_(SealedFile.case_id == event.case_id, SealedFile.case_id == event.other_id)
    for case_id in unit.session.scalars(select(SealedFile.case_id).where(of_either, *closed)).all():
        _tell(unit, case_id, "match", str(event.suggestion_id))


def warn_of_sealed_duress(unit: UnitOfWork, event: Event) -> None:
    """Page a coordinator at once; in the conversation nothing shows."""
    if isinstance(event, SealedDuressSpoken) and event.case_id is not None:
        about = About(event.case_id, DURESS, event.file_id)
        ask_about(unit, about, [NeedKind.COORDINATOR], Urgency.NOW, zone="UTC", alone=True)


def bring_in(unit: UnitOfWork, event: Event) -> None:
    """Let those who have the reports about a person read what was opened, and seek whom nobody has. Safe to repeat.

    So the instruction of the person reaches the lawyer of the case, and the compartment of counsel stays counsel's.
    """
    if not isinstance(event, SealedFileOpened) or event.case_id is None:
        return
    forced = coerced_contacts(unit)  # who is made to show what they see has nothing, and is told nothing
    have = [(kind, contact_id) for kind, contact_id in _takers(unit, event.case_id) if contact_id not in forced]
    approver = unit.session.scalar(
        select(SealedApproval.contact_id)
        .where(SealedApproval.case_id == event.case_id)
        .order_by(SealedApproval.at.desc())
        .limit(1)
    )
    for contact_id in dict.fromkeys(contact_id for _, contact_id in have):
        if approver is not None:
            grant_access(unit, event.case_id, contact_id, approver, unit.now + LET_IN_FOR)
    _tell(unit, event.case_id, "opened", str(event.file_id), only=[contact_id for _, contact_id in have])
    missing = [kind for kind in (NeedKind.COORDINATOR, NeedKind.LAWYER) if str(kind) not in {one for one, _ in have}]
    if missing:
        ask_about(unit, About(event.case_id, SEALED, event.file_id), missing, Urgency.NOW, zone="UTC", alone=True)


def _takers(unit: UnitOfWork, case_id: UUID) -> list[tuple[str, UUID]]:
    """Who has the case of the file, or a report that confirmed its trigger."""
    reports = (
        select(SealedSource.report_case_id)
        .join(Case, Case.id == SealedSource.report_case_id)
        .where(SealedSource.case_id == case_id, SealedSource.dropped_at.is_(None), Case.hostile_at.is_(None))
    )
    rows = unit.session.execute(
        select(Need.kind, Need.accepted_by)
        .where(
            or_(Need.case_id == case_id, Need.case_id.in_(reports)),
            Need.state == NeedState.ACCEPTED,
            Need.kind.in_(HAVE_IT),
        )
        .order_by(Need.accepted_at)
    )
    return [(kind, contact_id) for kind, contact_id in rows if contact_id is not None]


def _concerned(unit: UnitOfWork, case_id: UUID) -> set[UUID]:
    """Who has to do with a file, coordinators apart."""
    agreed = unit.session.scalars(select(SealedApproval.contact_id).where(SealedApproval.case_id == case_id)).all()
    return {*agreed, *(contact_id for _, contact_id in _takers(unit, case_id))}


def _file(unit: UnitOfWork, case_id: UUID | None) -> SealedFile | None:
    return unit.session.scalars(select(SealedFile).where(SealedFile.case_id == case_id)).one_or_none()


def _tell(
    unit: UnitOfWork,
    case_id: UUID | None,
    what: str,
    about: str | None,
    *,
    apart_from: UUID | None = None,
    only: Sequence[UUID] | None = None,
) -> None:
    """Tell the coordinators who can be reached, or those alone whom it is for (``only``); a code and one sentence.

    Of the lawyers of the directory only those hear of it who have to do with the file: they agreed to its being opened,
    or have its case or a report about its person. Nobody hears of it who is thought to be forced.
    """
    case = unit.session.get(Case, case_id) if case_id is not None else None
    if case is None:
        return
    forced = coerced_contacts(unit)
    concerned = _concerned(unit, case.id) if only is None else set(only)
    for way in everybody_reachable(unit, HAVE_IT):
        contact = way.contact
        is_for_all = only is None and contact.role == COORDINATOR
        if contact.id in forced or contact.id == apart_from or not (is_for_all or contact.id in concerned):
            continue
        enqueue(
            unit,
            way.chat,
            "staff.sealed",
            language=way.language,
            values={"code": case.code, "what": say_ref(f"staff.sealed_{what}")},
            dedupe_key=f"sealed:{what}:{case.id}:{about or unit.now.isoformat()}:{contact.id}",
        )
