"""A clock that was set back must not silence anything: what is due implausibly far ahead is looked at now.

Work that was written down by a clock that ran ahead would wait until the right clock gets there. No queue ever rests
for as long as the limits below by its own rules, so whatever lies beyond them was put there by a wrong clock. Looking
too early is harmless: each handler decides anew what is to be done now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import and_, or_, select, true, update

from alerts.messages.giving_up import RING
from alerts.messages.outbox import TABLE as DELIVERIES
from alerts.models import DUE, SOUGHT, Alert, Need, Page
from alerts.search.paging import TIMER as ESCALATE
from alerts.sending.results import TRY_ON
from alerts.telling.news import TIMER as NEWS
from app.queues import REACTIONS, UNTIL_UPGRADED
from cases.files import TABLE as FILES
from cases.urgency import Urgency
from store.claims import LATER
from store.inbox import TABLE as INBOX
from store.lanes import Lane
from store.leases import Lease
from store.timers import TABLE as TIMERS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
EVERY_SECONDS = 30.0
_SLACK = timedelta(minutes=1)
_LEFT = REACTIONS.c.trouble.is_not_distinct_from(LATER)
_REDACTS = DELIVERIES.c.action == "redact"
LONGEST: tuple[tuple[Table, ColumnElement[bool], timedelta], ...] = (
    (INBOX, true(), timedelta(minutes=2)),
    (REACTIONS, ~_LEFT, timedelta(minutes=2)),
    (REACTIONS, _LEFT, UNTIL_UPGRADED[-1] + _SLACK),
    (DELIVERIES, ~_REDACTS & ~DELIVERIES.c.throttled, timedelta(minutes=11)),
    (DELIVERIES, _REDACTS, TRY_ON + _SLACK),
    (FILES, true(), timedelta(minutes=11)),
)
"""Which rows of a queue, and what is longer than any back-off or lease of theirs."""
LONGEST_SEARCH = timedelta(minutes=11)
"""A search, somebody who is rung channel by channel, or news that rest longer are looked at; they rest on if that was
right."""
LONGEST_LEASE = timedelta(minutes=5)
LONGEST_QUEUE_FOR_ALL = timedelta(minutes=1)
"""A provider's limit for everybody together never makes messages wait for as long; that of one conversation may be
closed for ten minutes."""


def undo_setback(store: Store) -> int:
    """Make everything that waits implausibly long due now; return how many rows of the queues that were."""
    with store.unit("tick", rings=False) as unit:
        moved = sum(_look_now(unit, table, which, longest) for table, which, longest in LONGEST)
        searched = _search_on(unit) + _let_through(unit)
        _free_leases(unit)
        _free_lanes(unit)
    if moved:
        log.warning("clock_was_set_back", rows=moved)
    if moved or searched:
        store.wake.ring()
    return moved


def _look_now(unit: UnitOfWork, table: Table, which: ColumnElement[bool], longest: timedelta) -> int:
    changed = unit.session.execute(
        update(table).where(which, table.c.due_at > unit.now + longest).values(due_at=unit.now).returning(table.c.id)
    )
    return len(changed.all())


def _search_on(unit: UnitOfWork) -> int:
    """Searches that have begun, whom they ask, and news; what waits for morning has not begun, or rings no louder."""
    begun = select(Need.id).where(Need.round > 0, Need.state.in_(SOUGHT))
    asked = select(Page.id).join(Need, Need.id == Page.need_id).join(Alert, Alert.id == Need.alert_id)
    loud = asked.where(Need.state.in_(SOUGHT), or_(Need.urgency == str(Urgency.NOW), Alert.kind.not_in(DUE)))
    which = (
        and_(TIMERS.c.kind == ESCALATE, TIMERS.c.subject_id.in_(begun)),
        and_(TIMERS.c.kind == RING, TIMERS.c.subject_id.in_(loud)),
        TIMERS.c.kind == NEWS,
    )
    return _look_now(unit, TIMERS, or_(*which), LONGEST_SEARCH)


def _let_through(unit: UnitOfWork) -> int:
    """Messages that wait for their reader's sake: they may do so for a day, and it is counted anew how long."""
    return _look_now(unit, DELIVERIES, DELIVERIES.c.throttled & ~_REDACTS, LONGEST_SEARCH)


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
