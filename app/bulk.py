"""How many cases were written out lately: a few are a day's work, more are a way of carrying everything away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.events import CaseExported, EvidenceExported
from papers.events import PapersExported
from store.eventlog import EventRow

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

FEW = 3
"""Cases that one person may have written out …"""
WITHIN = timedelta(days=1)
"""… within so long; for one more, two people have to agree."""
KINDS = (CaseExported.__name__, EvidenceExported.__name__, PapersExported.__name__)


def is_one_of_many(unit: UnitOfWork, case_id: UUID) -> bool:
    """Whether more than FEW cases are written out within a day if this one is, by whichever command."""
    lately = select(EventRow.case_id).where(EventRow.at > unit.now - WITHIN, EventRow.name.in_(KINDS)).distinct()
    return len({*unit.session.scalars(lately), case_id}) > FEW
