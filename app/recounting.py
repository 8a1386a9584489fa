"""After an upgrade that brought other rules every clock is counted anew, some cases at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from cases.docket.recounting import recount_some

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
AT_ONCE = 50
"""Cases of one transaction: few enough that nobody waits long for the database."""


def recount_all(store: Store, on_progress: Callable[[int], None] = lambda _counted: None) -> int:
    """Count the clocks of every case that was counted by other rules; return of how many.

    Each batch is a commit: whatever ends it in the middle, the rest is done by the next call, and nothing twice.
    """
    counted = 0
    while batch := _some(store):
        counted += batch
        on_progress(counted)
        log.info("clocks_recounted", cases=counted)
    return counted


def _some(store: Store) -> int:
    with store.unit("rules") as unit:
        return recount_some(unit, AT_ONCE)
