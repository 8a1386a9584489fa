"""What runs in a case: clocks with the way each was counted, watches, and the risk with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.docket_list import clock_line
from cases.docket.models import WatchState
from cases.docket.reading import deadlines_of, risks_of, watches_shown
from law.explaining import Line, say

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

WHO_ACTS = frozenset({"coordinator", "lawyer"})


@dataclass(frozen=True)
class Clock:
    """One clock, as a line in the reader's language; ``why`` is how it was counted, in English, line by line."""

    line: str
    is_over: bool
    is_done: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class Awaited:
    """Something that should happen by an instant; ``zone`` is the case's."""

    kind: str
    due_at: datetime
    zone: str
    missed: bool


@dataclass(frozen=True)
class Running:
    """Everything that runs. ``reasons`` are words of the docket's vocabulary, the weightiest first."""

    clocks: tuple[Clock, ...]
    watches: tuple[Awaited, ...]
    risk: int
    reasons: tuple[str, ...]


def running(unit: UnitOfWork, case_id: UUID, role: str, language: str, zone: str) -> Running | None:
    """Return what runs in a case for those who act on it; None for everybody else. ``zone``: of a case without one."""
    if role not in WHO_ACTS:
        return None
    clocks = tuple(
        Clock(
            clock_line(unit, language, one.id),
            is_over=one.safe_passed,
            is_done=one.state == "done",
            why=tuple(say(Line(**line)) for line in one.why),
        )
        for one in deadlines_of(unit, [case_id])
    )
    open_ones = (WatchState.WAITING, WatchState.MISSED)
    watches = tuple(
        Awaited(one.kind, one.due_at, zone, one.state == WatchState.MISSED)
        for one in watches_shown(unit, case_id)
        if one.state in open_ones
    )
    readings = risks_of(unit, case_id)
    latest = readings[-1] if readings else None
    return Running(clocks, watches, latest.level if latest else 0, tuple(latest.reasons) if latest else ())
