"""What somebody who is being forced believes to have: it must go on looking so, on every screen that others look at.

They said yes, which counted as a no; or they had it before, and it was given to others without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.events import NeedAccepted, NeedGivenBack
from alerts.models import FeignedAcceptance
from contacts.accounts.coercion import is_coerced
from store.eventlog import EventRow

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.models import Need
    from store.unit_of_work import UnitOfWork

UNASKED = "unreachable"
"""Why something is given to others of which whoever had it hears nothing."""


def is_feigned(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> bool:
    """Whether somebody who is being forced has said yes to a need, which counted as a no."""
    return is_coerced(unit, contact_id) and unit.session.get(FeignedAcceptance, (need_id, contact_id)) is not None


def seems_to_have(unit: UnitOfWork, need: Need, contact_id: UUID) -> bool:
    """Whether a need must look as if this person had it, although they are being forced and have nothing."""
    if not is_coerced(unit, contact_id):
        return False
    return is_feigned(unit, need.id, contact_id) or _had_it(unit, need, contact_id)


def _had_it(unit: UnitOfWork, need: Need, contact_id: UUID) -> bool:
    """Whether it was theirs until it was given to others without a word."""
    names = (NeedAccepted.__name__, NeedGivenBack.__name__)
    rows = (
        select(EventRow.name, EventRow.payload)
        .where(EventRow.case_id == need.case_id, EventRow.name.in_(names))
        .order_by(EventRow.position)
    )
    had = False
    for name, payload in unit.session.execute(rows):
        if payload.get("need_id") == str(need.id) and payload.get("contact_id") == str(contact_id):
            had = name == NeedAccepted.__name__ or (had and payload.get("why") == UNASKED)
    return had
