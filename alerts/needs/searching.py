"""How far a search has come, between its row and the pure part; and the row of somebody who is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import NeedState, Page
from alerts.policy.ladder import Order
from alerts.progress import Progress
from store.base import new_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from alerts.models import Need
    from alerts.policy.ladder import Step


def standing_of(need: Need) -> Progress:
    """Return what the row of a need says of its search; who was asked stands in other rows."""
    return Progress(
        round=need.round,
        step=need.step,
        began_at=need.began_at,
        accepted_by=need.accepted_by,
        exhausted_at=need.exhausted_at,
        held_until=need.held_until,
        closed=need.state == NeedState.CLOSED,
        rounds_before=need.rounds_before,
    )


def keep(need: Need, progress: Progress) -> None:
    """Write into a need how far its search has come."""
    need.round, need.step, need.began_at = progress.round, progress.step, progress.began_at
    need.exhausted_at, need.rounds_before = progress.exhausted_at, progress.rounds_before


def page_for(need: Need, step: Step, contact_id: UUID, now: datetime) -> Page:
    """Return the row of somebody who is asked on the step where a search stands."""
    return Page(
        id=new_id(),
        need_id=need.id,
        contact_id=contact_id,
        round=need.round,
        step=need.step,
        asked_at=now,
        channels=list(step.channels),
        gap_seconds=None if step.order is Order.AT_ONCE else int(step.gap.total_seconds()),
    )
