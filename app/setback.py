"""A clock that was set back must not silence anything: what is due implausibly far ahead is looked at now.

Work that was written down by a clock that ran ahead would wait until the right clock gets there. No queue ever rests
for as long as the limits below by its own rules, so whatever lies beyond them was put there by a wrong clock. Looking
too early is harmless: each handler decides anew what is to be done now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import and_, or_, select, update

from alerts.messages.outbox import TABLE as DELIVERIES
from alerts.models import SOUGHT, Need
from alerts.search.paging import TIMER as ESCALATE
from app.reactions import REACTIONS
from store.inbox import TABLE as INBOX
from store.lanes import Lane
from store.leases import Lease
from store.timers import TABLE as TIMERS

if TYPE_CHECKING:
    from sqlalchemy import Table

    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
EVERY_SECONDS = 30.0
LONGEST: tuple[tuple[Table, timedelta], ...] = (
    (INBOX, timedelta(minutes=2)),
    (REACTIONS, timedelta(minutes=2)),
    (DELIVERIES, timedelta(minutes=11)),
)
"""Longer than any back-off or lease of the queue."""
LONGEST_SEARCH = timedelta(minutes=11)
"""A search that rests longer is asked again what comes next; it then rests on if that was right."""
LONGEST_LEASE = timedelta(minutes=5)
LONGEST_QUEUE_FOR_ALL = timedelta(minutes=1)
"""A provider's limit for everybody together never makes messages wait for as long; that of one conversation may be
closed for ten minutes."""


def undo_setback(store: Store) -> int:
    """Make everything that waits implausibly long due now; return how many rows of the queues that were."""
    with store.unit("tick", rings=False) as unit:
        moved = sum(_look_now(unit, table, longest) for table, longest in LONGEST)
        searches = _search_on(unit)
        _free_leases(unit)
        _free_lanes(unit)
    if moved:
        log.warning("clock_was_set_back", rows=moved)
    if moved or searches:
        store.wake.ring()
    return moved


def _look_now(unit: UnitOfWork, table: Table, longest: timedelta) -> int:
    changed = unit.session.execute(
        update(table).where(table.c.due_at > unit.now + longest).values(due_at=unit.now).returning(table.c.id)
    )
    return len(changed.all())


def _search_on(unit: UnitOfWork) -> int:
    """Searches that have begun; what waits for the morning has not."""
    begun = select(Need.id).where(Need.round > 0, Need.state.in_(SOUGHT))
    changed = unit.session.execute(
        update(TIMERS)
        .where(TIMERS.c.kind == ESCALATE, TIMERS.c.due_at > unit.now + LONGEST_SEARCH, TIMERS.c.subject_id.in_(begun))
        .values(due_at=unit.now)
        .returning(TIMERS.c.id)
    )
    return len(changed.all())


def _free_lanes(unit: UnitOfWork) -> None:
    """Without this nothing would leave until the clock is where it was."""
    for_all, longest = Lane.key.like("%:all"), unit.now + LONGEST_QUEUE_FOR_ALL
    of_one, closed = ~for_all, unit.now + LONGEST_SEARCH
    unit.session.execute(
        update(Lane)
        .where(or_(and_(for_all, Lane.free_at > longest), and_(of_one, Lane.free_at > closed)))
        .values(free_at=unit.now)
    )


def _free_leases(unit: UnitOfWork) -> None:
    unit.session.execute(update(Lease).where(Lease.until > unit.now + LONGEST_LEASE).values(until=unit.now))
