"""What rests at night: what is due, but not within a day, and reports that can wait. Nobody is rung or shouted at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import CUSTODY, DUE, Alert
from alerts.policy.night import first_waking_hour
from cases.models import Case
from cases.urgency import Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.models import Need
    from store.unit_of_work import UnitOfWork


def is_quiet(unit: UnitOfWork, need: Need) -> bool:
    """Whether a need is of something due that can wait until morning."""
    return need.urgency != Urgency.NOW and unit.session.get_one(Alert, need.alert_id).kind in DUE


def rests_until(unit: UnitOfWork, need: Need, house: str, *, reports: bool = False) -> datetime | None:
    """Return when a quiet need may ring again; None while it may.

    By the clock of its case, or of the ``house`` where nobody has said it. With ``reports``, of a report that can wait
    and of which nobody was asked yet, too: by the clock of the house.
    """
    if reports and _sleeps(unit, need):
        zone = house
    elif need.case_id is not None and is_quiet(unit, need):
        zone = unit.session.get_one(Case, need.case_id).timezone or house
    else:
        return None
    awake_at = first_waking_hour(unit.now, zone)
    return awake_at if awake_at > unit.now else None


def _sleeps(unit: UnitOfWork, need: Need) -> bool:
    """Whether a need is of a report that can wait until morning, and nobody was asked yet."""
    waits = need.urgency == Urgency.LATER and need.round == 0
    return waits and unit.session.get_one(Alert, need.alert_id).kind == CUSTODY
