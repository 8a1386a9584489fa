"""Sees to it that what erasing left on the disk is overwritten in the end, whatever came between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import func, select

from app.erasing.erasure import overwrite_traces
from cases.retention import ErasedCase

if TYPE_CHECKING:
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)


class Overwriting:
    """Looks whether more was erased than the traces of which are known to be gone.

    Whoever erases overwrites at once. But a process can die between the two, and somebody can be reading for so long
    that it cannot be done: so each process does it once from its beginning, and again until it could.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gone = 0

    def look(self) -> None:
        """Overwrite the traces there may be. Safe to repeat."""
        with self._store.read() as unit:
            erased = unit.session.scalar(select(func.count()).select_from(ErasedCase)) or 0
        if erased <= self._gone:
            return
        if overwrite_traces(self._store.engine).done:
            self._gone = erased
        else:
            log.warning("traces_not_overwritten")
