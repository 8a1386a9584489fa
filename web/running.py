"""What runs in a case: clocks with the way each was counted, watches, and the risk with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.telling.docket_list import clock_title, line_of
from cases.docket.models import DeadlineState, WatchState
from cases.docket.reading import is_vouched_for
from law.explaining import Line, say

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from cases.docket.models import Deadline
    from cases.views.rows import CaseRows

WHO_ACTS = frozenset({"coordinator", "lawyer"})


@dataclass(frozen=True)
class Clock:
    """One clock, as a line in the reader's language; ``why`` is how it was counted, in English, line by line.

    ``is_over``: its safe date has passed; ``is_missed``: the arguable one has too. Both only while it runs.
    """

    id: UUID
    number: int
    line: str
    title: str
    safe_at: datetime
    arguable_at: datetime
    zone: str
    counted_at: datetime
    is_over: bool
    is_missed: bool
    is_done: bool
    is_verified: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class Awaited:
    """Something that should happen by an instant; ``zone`` is the case's."""

    id: UUID
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


def running(rows: CaseRows, role: str, language: str, zone: str, now: datetime) -> Running | None:
    """Return what runs in a case for those who act on it; None for everybody else. ``zone``: of a case without one."""
    if role not in WHO_ACTS:
        return None
    open_ones = (WatchState.WAITING, WatchState.MISSED)
    watches = tuple(
        Awaited(one.id, one.kind, one.due_at, zone, one.state == WatchState.MISSED or one.due_at <= now)
        for one in rows.watches
        if one.state in open_ones
    )
    latest = rows.readings[-1] if rows.readings else None
    return Running(
        tuple(_clock(rows, one, language, now) for one in rows.deadlines),
        watches,
        latest.level if latest else 0,
        tuple(latest.reasons) if latest else (),
    )


def _clock(rows: CaseRows, one: Deadline, language: str, now: datetime) -> Clock:
    signed = is_vouched_for(one, rows.signoffs, now)
    runs = one.state == DeadlineState.RUNNING
    return Clock(
        id=one.id,
        number=one.number,
        line=line_of(one, f"{rows.case.code}.{one.number}", language, now, signed=signed),
        title=clock_title(one.rule_id, language),
        safe_at=one.safe_at,
        arguable_at=one.arguable_at,
        zone=one.zone,
        counted_at=one.counted_at,
        is_over=runs and one.safe_at <= now,
        is_missed=runs and one.arguable_at <= now,
        is_done=one.state == DeadlineState.DONE,
        is_verified=signed,
        why=tuple(say(Line(**line)) for line in one.why),
    )
