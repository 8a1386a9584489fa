"""Who may read a case: whoever has taken a need of it, and whom one of those lets read it until a day.

The decision is one pure function; the rows it needs are read here and, of needs, above (:mod:`alerts.screens.opening`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select, update

from cases.events import AccessGranted, AccessWithdrawn
from cases.models import Case, CaseAccess
from store.base import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

LONGEST: Final = timedelta(days=90)
TAKES_CASES: Final = frozenset({"coordinator", "lawyer"})
MAY_BE_LET_IN: Final = TAKES_CASES | {"press_officer", "observer"}


class GrantRefusedError(ValueError):
    """Access cannot be given like this; the message says why."""


def may_read(
    role: str | None, *, coerced: bool, has_taken: bool, granted_until: datetime | None, now: datetime
) -> bool:
    """Whether somebody reads what was told about one case, at this instant (aware).

    ``role``: as what they come in, None for an account that opens nothing. ``has_taken``: they have an accepted need of
    the case. ``granted_until``: the latest end of what they were given. An administrator reads nothing, whatever rows
    say; nor does anybody who is thought to be forced.
    """
    if role not in MAY_BE_LET_IN or coerced:
        return False
    return (has_taken and role in TAKES_CASES) or (granted_until is not None and now < granted_until)


def granted_until(unit: UnitOfWork, case_id: UUID, contact_id: UUID) -> datetime | None:
    """Return until when a contact was let into a case, if that is ahead."""
    return unit.session.scalar(
        select(CaseAccess.until)
        .where(
            CaseAccess.case_id == case_id,
            CaseAccess.contact_id == contact_id,
            CaseAccess.withdrawn_at.is_(None),
            CaseAccess.until > unit.now,
        )
        .order_by(CaseAccess.until.desc())
        .limit(1)
    )


def let_in(contact_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Of a row of cases: whether a contact was let into it and still is."""
    return exists().where(
        CaseAccess.case_id == Case.id,
        CaseAccess.contact_id == contact_id,
        CaseAccess.withdrawn_at.is_(None),
        CaseAccess.until > now,
    )


def cases_granted(unit: UnitOfWork, contact_id: UUID) -> Sequence[UUID]:
    """Return the cases a contact was let into."""
    return unit.session.scalars(
        select(CaseAccess.case_id)
        .where(CaseAccess.contact_id == contact_id, CaseAccess.withdrawn_at.is_(None), CaseAccess.until > unit.now)
        .distinct()
    ).all()


def grants_of(unit: UnitOfWork, case_id: UUID) -> Sequence[CaseAccess]:
    """Return who was let into a case and still is, the latest first."""
    return unit.session.scalars(
        select(CaseAccess)
        .where(CaseAccess.case_id == case_id, CaseAccess.withdrawn_at.is_(None), CaseAccess.until > unit.now)
        .order_by(CaseAccess.granted_at.desc(), CaseAccess.id.desc())
    ).all()


def grant_access(unit: UnitOfWork, case_id: UUID, contact_id: UUID, granted_by: UUID, until: datetime) -> UUID:
    """Let a contact read a case until an instant; return the grant's id. Whether ``granted_by`` may is for the caller.

    Raises GrantRefusedError for an end that is not ahead, or more than ninety days ahead.
    """
    if not unit.now < until <= unit.now + LONGEST:
        raise GrantRefusedError("access ends after now and within ninety days")
    row = CaseAccess(
        id=new_id(), case_id=case_id, contact_id=contact_id, granted_by=granted_by, granted_at=unit.now, until=until
    )
    unit.session.add(row)
    unit.session.flush()
    unit.record(AccessGranted(case_id=case_id, contact_id=contact_id, granted_by=granted_by, until=until))
    return row.id


def withdraw_access(unit: UnitOfWork, case_id: UUID, contact_id: UUID) -> bool:
    """Take back whatever access to a case somebody was given; return whether there was any. Safe to repeat."""
    taken = unit.session.execute(
        update(CaseAccess)
        .where(
            CaseAccess.case_id == case_id,
            CaseAccess.contact_id == contact_id,
            CaseAccess.withdrawn_at.is_(None),
            CaseAccess.until > unit.now,
        )
        .values(withdrawn_at=unit.now)
        .returning(CaseAccess.id)
    ).all()
    if not taken:
        return False
    unit.record(AccessWithdrawn(case_id=case_id, contact_id=contact_id))
    return True
