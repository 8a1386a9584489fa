"""After an upgrade that brought other rules every clock is counted anew, case by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from cases.docket.recounting import recount_one, stale_cases
from store.outages import is_outage
from store.queues import where_it_failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import Store

log = structlog.get_logger(__name__)


def recount_all(store: Store, on_progress: Callable[[int], None] = lambda _counted: None) -> int:
    """Count the clocks of every case that was counted by other rules; return of how many.

    Each case is a commit: whatever ends it in the middle, the rest is done by the next call, and nothing twice. One
    that cannot be counted is logged by its id, keeps the dates it has, and holds up no other; the next call tries it
    again. What the database refuses is raised.
    """
    with store.read() as unit:
        stale = stale_cases(unit)
    counted = 0
    for case_id in stale:
        try:
            with store.unit("rules") as unit:
                counted += recount_one(unit, case_id)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("case_not_recounted", case_id=str(case_id), trouble=where_it_failed())
            continue
        on_progress(counted)
    if counted:
        log.info("clocks_recounted", cases=counted)
    return counted
