"""Counting clocks anew when the rules are other than those they were counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.docket.clocks import recount
from cases.models import Case
from law.rules import load_rules
from store.base import OWN

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork


def recount_some(unit: UnitOfWork, most: int) -> int:
    """Count the clocks of some cases that were counted by other rules; return of how many, 0 when there are none left.

    Cases that somebody else has in hand are passed over; they come with the next call.
    """
    stale = (
        select(Case)
        .where(Case.rules_hash.is_not(None), Case.rules_hash != load_rules().fingerprint)
        .order_by(Case.id)
        .limit(most)
        .with_for_update(**OWN, skip_locked=True)
    )
    cases = unit.session.scalars(stale).all()
    for case in cases:
        recount(unit, case)
    return len(cases)
