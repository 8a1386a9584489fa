"""Approvals: what one person wants and another has to agree to before it happens.

The room knows nothing of what it is about: whoever asked carries it out once it is confirmed, and says what kind of
thing may be confirmed by whom.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from contacts.accounts.events import ApprovalAsked, ApprovalSettled
from contacts.accounts.models import Approval
from store.base import OWN, new_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

GOOD_FOR: Final = timedelta(days=7)


def may_settle(*, asked_by: UUID, concerned: Collection[UUID], settler: UUID, is_able: bool) -> bool:
    """Whether somebody can be the second of two: able to, not the first, and not whom it is about."""
    return is_able and settler != asked_by and settler not in concerned


def ask_approval(unit: UnitOfWork, kind: str, subject_id: UUID, wanted: str, asked_by: UUID) -> UUID:
    """Ask for something; what was asked before of the same kind about the same makes way. Return the approval's id.

    The same wish again, by the same person, changes and records nothing.
    """
    before = _waiting(unit, kind, subject_id)
    if before is not None:
        if (before.wanted, before.asked_by) == (wanted, asked_by) and before.expires_at > unit.now:
            return before.id
        _settle(unit, before, "replaced", asked_by)
    row = Approval(
        id=new_id(),
        kind=kind,
        subject_id=subject_id,
        wanted=wanted,
        asked_by=asked_by,
        asked_at=unit.now,
        expires_at=unit.now + GOOD_FOR,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.record(ApprovalAsked(case_id=None, approval_id=row.id, kind=kind, subject_id=subject_id, wanted=wanted))
    return row.id


def take_approval(unit: UnitOfWork, approval_id: UUID) -> Approval | None:
    """Return an approval that still waits, locked for who is about to settle it; None if it does not wait any more."""
    row = unit.session.scalars(
        select(Approval)
        .where(Approval.id == approval_id)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None or not _waits(row, unit.now) else row


def settle_approval(unit: UnitOfWork, row: Approval, settler: UUID, *, confirms: bool) -> None:
    """Write down that a second person confirmed or refused. ``row``: of :func:`take_approval`."""
    _settle(unit, row, "confirmed" if confirms else "refused", settler)


def waiting_approvals(unit: UnitOfWork) -> Sequence[Approval]:
    """Return everything that waits for a second person, oldest first."""
    waiting = select(Approval).where(Approval.settled_at.is_(None), Approval.expires_at > unit.now)
    return unit.session.scalars(waiting.order_by(Approval.asked_at, Approval.id)).all()


def _waits(row: Approval, now: datetime) -> bool:
    return row.settled_at is None and row.expires_at > now


def _waiting(unit: UnitOfWork, kind: str, subject_id: UUID) -> Approval | None:
    return unit.session.scalars(
        select(Approval)
        .where(Approval.kind == kind, Approval.subject_id == subject_id, Approval.settled_at.is_(None))
        .with_for_update(**OWN)
    ).one_or_none()


def _settle(unit: UnitOfWork, row: Approval, verdict: str, settler: UUID) -> None:
    row.settled_at, row.settled_by, row.verdict = unit.now, settler, verdict
    unit.session.flush()
    unit.record(ApprovalSettled(case_id=None, approval_id=row.id, verdict=verdict))
