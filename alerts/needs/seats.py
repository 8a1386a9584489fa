"""Seats: where a policy asks for several who accept, each takes one; each seat is a need of its own.

Only the first open seat of a kind is searched for, so that nobody is asked twice for the same thing. Whoever accepts
when that one is gone has the next. One person never has two.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, literal, select

from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState, Page
from cases.docket.clocks import has_come
from cases.docket.models import Deadline, DeadlineState, Watch, WatchState
from cases.retention import is_closed
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

ENTRY_LASTS = timedelta(days=1)
"""So long after nobody knew what an entry meant, whoever took the question has answered it."""


def taken(contact_id: UUID, now: datetime) -> dict[str, Any]:
    """Return what a need says once somebody has taken it: whatever was held or reached by others before is over."""
    return {
        "state": NeedState.ACCEPTED,
        "accepted_by": contact_id,
        "accepted_at": now,
        "first_accepted_at": func.coalesce(Need.first_accepted_at, literal(now, Need.first_accepted_at.type)),
        "held_by": None,
        "held_until": None,
        "contact_made_at": None,
        "filed_at": None,
        "reminded_at": None,
    }


def is_of_custody(unit: UnitOfWork, need: Need) -> bool:
    """Whether a need belongs to the alert that a report raised, not to something that is due."""
    return unit.session.get_one(Alert, need.alert_id).kind == CUSTODY


def is_over(unit: UnitOfWork, need: Need) -> bool:
    """Whether the case is closed, or what was due is done, moved, answered, over, or asked anew: nobody is asked."""
    if is_closed(unit, need.case_id):
        return True
    alert = unit.session.get_one(Alert, need.alert_id)
    match alert.kind:
        case "deadline":
            clock = unit.session.get_one(Deadline, alert.subject_id)
            over = clock.state != DeadlineState.RUNNING or has_come(clock.rule_id, clock.safe_at, unit.now)
        case "watch":
            ended = (WatchState.KEPT, WatchState.CANCELLED)
            over = unit.session.get_one(Watch, alert.subject_id).state in ended
        case "entry":
            over = alert.opened_at <= unit.now - ENTRY_LASTS
        case _:
            return False
    return over or _asked_anew(unit, alert)


def _asked_anew(unit: UnitOfWork, alert: Alert) -> bool:
    later = exists().where(
        Alert.kind == alert.kind, Alert.subject_id == alert.subject_id, Alert.ordinal > alert.ordinal
    )
    return bool(unit.session.scalar(select(later)))


def other_seats(unit: UnitOfWork, need: Need) -> Sequence[Need]:
    """Return the other seats of the same search, in their order."""
    others = select(Need).where(Need.alert_id == need.alert_id, Need.kind == need.kind, Need.id != need.id)
    return unit.session.scalars(others.order_by(Need.seat)).all()


def open_seats(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the other seats that nobody has, in their order."""
    return [other for other in other_seats(unit, need) if other.state in SOUGHT]


def waits_its_turn(unit: UnitOfWork, need: Need) -> bool:
    """Whether an earlier seat is still searched for."""
    return any(other.seat < need.seat for other in open_seats(unit, need))


def seat_of(unit: UnitOfWork, need: Need, contact_id: UUID) -> Need | None:
    """Return the seat that somebody has in the search a need belongs to."""
    if need.accepted_by == contact_id:
        return need
    return next((other for other in other_seats(unit, need) if other.accepted_by == contact_id), None)


def seated(unit: UnitOfWork, need: Need) -> set[UUID]:
    """Return who has another seat: they are not asked for this one."""
    return {other.accepted_by for other in other_seats(unit, need) if other.accepted_by is not None}


def declined_elsewhere(unit: UnitOfWork, need: Need) -> set[UUID]:
    """Return who said no to another seat: a no to one is a no to the search."""
    seats = [other.id for other in other_seats(unit, need)]
    refused = select(Page.contact_id).where(Page.need_id.in_(seats), Page.declined_at.is_not(None))
    return set(unit.session.scalars(refused)) if seats else set()


def lock_seats(unit: UnitOfWork, need: Need) -> None:
    """See to it that one person who answers twice in the same instant does not end up with two seats."""
    if other_seats(unit, need):
        unit.session.get_one(Alert, need.alert_id, with_for_update=OWN)
