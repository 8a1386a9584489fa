"""Where a report stands, as far as whoever made it may know: the truth, and nothing of anybody else's case."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.search.paging import anybody_told
from cases.retention import is_closed
from cases.triage import assess
from cases.urgency import Urgency

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


class Standing(Enum):
    """TAKEN: a person has it. WAITING: somebody was asked. UNREACHED: nobody could be. LATER: not before morning.

    CLOSED: nobody works on it any more; whoever writes opens it again.
    """

    TAKEN = "taken"
    WAITING = "waiting"
    UNREACHED = "unreached"
    LATER = "later"
    CLOSED = "closed"


def standing_of(unit: UnitOfWork, case_id: UUID) -> Standing:
    """Say where a case stands. Asked counts from the moment a message has left, not from the wish to send one."""
    if is_closed(unit, case_id):
        return Standing.CLOSED
    needs = unit.session.scalars(
        select(Need).join(Alert, Alert.id == Need.alert_id).where(Need.case_id == case_id, Alert.kind == CUSTODY)
    ).all()
    if any(need.state == NeedState.ACCEPTED for need in needs):
        return Standing.TAKEN
    if any(anybody_told(unit, need.id) for need in needs):
        return Standing.WAITING
    if not needs:  # planned in the next moment; what it will come to is known already
        return Standing.LATER if assess(unit, case_id).urgency == Urgency.LATER else Standing.UNREACHED
    if all(need.urgency == Urgency.LATER and need.round == 0 for need in needs):
        return Standing.LATER
    return Standing.UNREACHED
