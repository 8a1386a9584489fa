"""Ending a clock or a watch by word of a human, who says what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.docket.clocks import DEADLINE_TIMER
from cases.docket.events import DeadlineDone
from cases.docket.models import Deadline, DeadlineState
from store.base import OWN
from store.data_keys import case_scope
from store.timers import stop_timer
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


class NoteMissingError(ValueError):
    """A clock ends only with a word on what was done."""


def mark_done(unit: UnitOfWork, deadline_id: UUID, *, by: str, note: str) -> bool:
    """Note that what a clock asked for is done; return whether it was still running. Its reminders end.

    Raises NoteMissingError without a note: who reads the record later must know what was filed, and where.
    """
    if not note.strip():
        raise NoteMissingError("say what was done, e.g. who filed what, where and when")
    row = unit.session.get_one(Deadline, deadline_id, with_for_update=OWN, populate_existing=True)
    if row.state != DeadlineState.RUNNING:
        return False
    row.state, row.done_at, row.done_by = DeadlineState.DONE, unit.now, by
    row.note = unit.vault.seal(case_scope(row.case_id), Field("deadline", "note", row.id), note)
    unit.session.flush()
    stop_timer(unit, DEADLINE_TIMER, row.id)
    unit.record_last(DeadlineDone(case_id=row.case_id, deadline_id=row.id, rule=row.rule_id))
    return True
