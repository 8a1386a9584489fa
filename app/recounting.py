"""After an upgrade that brought other rules every clock is counted anew, a few cases at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from cases.docket.recounting import recount_some, stale_cases
from store.outages import is_outage
from store.queues import where_it_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from store.unit_of_work import Store

log = structlog.get_logger(__name__)


TOGETHER = 25
"""Cases of one unit: few, so that nobody else waits for long."""


def recount_all(store: Store, on_progress: Callable[[int], None] = lambda _counted: None) -> int:
    """Count the clocks of every case that was counted by other rules; return of how many.

    A few cases are a commit: whatever ends it in the middle, the rest is done by the next call, and nothing twice. If
    one of them cannot be counted, each is alone; that one is logged by its id, keeps the dates it has, and holds up no
    other; the next call tries it again. What the database refuses is raised.
    """
    with store.read() as unit:
        stale = stale_cases(unit)
    counted = 0
    for begin in range(0, len(stale), TOGETHER):
        counted += _recount(store, stale[begin : begin + TOGETHER])
        on_progress(counted)
    if counted:
        log.info("clocks_recounted", cases=counted)
    return counted


def _recount(store: Store, case_ids: Sequence[UUID]) -> int:
    """Count some cases in one unit, or each in one of its own if that fails; return of how many."""
    try:
        with store.unit("rules") as unit:
            return recount_some(unit, case_ids)
    except Exception as error:
        if is_outage(error):
            raise
        if len(case_ids) == 1:
            log.exception("case_not_recounted", case_id=str(case_ids[0]), trouble=where_it_failed())
            return 0
    return sum(_recount(store, [case_id]) for case_id in case_ids)
