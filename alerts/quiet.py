"""What rests at night: what is due, but not within a day. Nobody is rung by it, and nobody shouted at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import DUE, Alert
from alerts.night import first_waking_hour
from cases.models import Case
from cases.urgency import Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.models import Need
    from store.unit_of_work import UnitOfWork


def is_quiet(unit: UnitOfWork, need: Need) -> bool:
    """Whether a need is of something due that can wait until morning."""
    return need.urgency != Urgency.NOW and unit.session.get_one(Alert, need.alert_id).kind in DUE


def rests_until(unit: UnitOfWork, need: Need) -> datetime | None:
    """Return when a quiet need may ring again, by the clock of its case; None while it may."""
    if need.case_id is None or not is_quiet(unit, need):
        return None
    zone = unit.session.get_one(Case, need.case_id).timezone or "UTC"
    awake_at = first_waking_hour(unit.now, zone)
    return awake_at if awake_at > unit.now else None
