"""Which watches an occurrence opens, and when they are due. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cases.docket.vocabulary import Counted, WatchKind, WatchRule, meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cases.docket.seen import Seen


@dataclass(frozen=True)
class PlannedWatch:
    """A watch to be opened. ``number`` counts those of one kind that an occurrence opens, from 1."""

    kind: WatchKind
    number: int
    due_at: datetime
    pages: str
    every: timedelta | None
    replaces: bool = False
    """Whether it takes the place of what of its kind is watched for in the case: it was agreed for another time."""


def watches_of(seen: Seen) -> tuple[PlannedWatch, ...]:
    """Return the watches that an occurrence opens: kind by kind, earliest first, and always the same."""
    due = ((due_at, rule) for rule in meaning_of(seen.kind).watches for due_at in _due(rule, seen))
    numbers: dict[WatchKind, int] = {}
    planned = []
    for due_at, rule in sorted(due, key=lambda one: (one[1].kind, one[0])):
        numbers[rule.kind] = numbers.get(rule.kind, 0) + 1
        replaces = rule.every is not None and rule.counted is Counted.APPOINTED
        planned.append(PlannedWatch(rule.kind, numbers[rule.kind], due_at, rule.pages, rule.every, replaces))
    return tuple(planned)


def still_worth_asking(planned: Sequence[PlannedWatch], now: datetime) -> list[PlannedWatch]:
    """Leave out what is overdue and followed by another of its kind that is overdue as well.

    What is left of the overdue is due now: it was entered late, and nobody can have missed it before. What was agreed
    for an hour keeps that hour, and with it its beat.
    """
    latest = {one.kind: one.due_at for one in sorted(planned, key=lambda one: one.due_at) if one.due_at <= now}
    asked = [one for one in planned if one.due_at > now or one.due_at == latest[one.kind]]
    return [one if one.replaces else replace(one, due_at=max(one.due_at, now)) for one in asked]


def _due(rule: WatchRule, seen: Seen) -> Iterator[datetime]:
    for counted_from in _counted_from(rule.counted, seen):
        for after in rule.after:
            yield (
                counted_from + after if rule.at_time is None else _on_day(counted_from, after, rule.at_time, seen.zone)
            )


def _counted_from(counted: Counted, seen: Seen) -> tuple[datetime, ...]:
    match counted:
        case Counted.HAPPENED:
            return (seen.at,)
        case Counted.APPOINTED:
            return () if seen.for_at is None else (seen.for_at,)
        case Counted.TERM_END:
            return seen.term_ends or (() if seen.until_at is None else (seen.until_at,))


def _on_day(counted_from: datetime, after: timedelta, at_time: time, zone: str) -> datetime:
    """The wall-clock time on the local day that lies so many days from another; where it never is, just after."""
    day = counted_from.astimezone(ZoneInfo(zone)).date() + after
    return datetime.combine(day, at_time, ZoneInfo(zone)).astimezone(UTC)
