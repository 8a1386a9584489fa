"""Counting clocks anew when the rules, or the clocks on walls, are other than those they were counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.docket.clocks import recount_all_of
from cases.docket.on_the_wall import keep_as_written
from cases.models import Case
from law.shipped import counted_by, has_older_clocks
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork


def stale_cases(unit: UnitOfWork) -> Sequence[UUID]:
    """Return the cases whose clocks were counted by other rules, or by other time zones."""
    return unit.session.scalars(select(Case.id).where(*_stale()).order_by(Case.id)).all()


def recount_some(unit: UnitOfWork, case_ids: Sequence[UUID]) -> int:
    """Count the clocks of some cases by the rules of today; return of how many there was anything to count.

    A case that somebody else has in hand is passed over; it comes with the next call. A few statements for all.
    """
    stale = select(Case).where(Case.id.in_(case_ids), *_stale()).order_by(Case.id)
    locked = stale.with_for_update(**OWN, skip_locked=True).execution_options(populate_existing=True)
    cases = unit.session.scalars(locked).all()
    if cases:
        for case in cases:
            if case.rules_hash is not None and has_older_clocks(case.rules_hash):
                keep_as_written(unit, case.id)
        recount_all_of(unit, cases)
    return len(cases)


def _stale() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Case.rules_hash.is_not(None), Case.rules_hash != counted_by()
