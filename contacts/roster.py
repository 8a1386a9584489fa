"""Whose turn it is: rotations that hand over at a local hour, and the overrides laid over them.

Everything here is a function of its arguments. Instants go in and come out aware (out: UTC); the only local time is
the hand-off itself, which follows the clock on the wall of the roster's time zone through every change of offset:
a hand-off happens at the first instant at which that clock shows its time *or later*. So an hour that occurs twice
hands over the first time only, and an hour that is skipped hands over when the clock jumps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_ANCHOR = date(2024, 1, 1)
"""A Monday: rosters that state no first day count from it, so that importing them again moves nobody's turn."""

_WEEK = 7
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Handoff:
    """When a turn ends and the next begins: `at` by the wall clock, on `weekday` (Monday is 0) if one is named."""

    at: time
    weekday: int | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is not None or self.at.microsecond:
            raise ValueError("a hand-off is a plain local time in whole seconds")
        if self.weekday is not None and not 0 <= self.weekday < _WEEK:
            raise ValueError("a weekday is 0 (Monday) to 6 (Sunday)")


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """A rotation: `members`, by contact id, take turns in order; each turn lasts `every`, measured on the wall clock.

    The first turn of the first member begins at the first hand-off on or after `anchor`; the rotation also runs
    backwards from there. `every` is an hour or more, in whole minutes: `timedelta(weeks=1)`, `timedelta(days=3)`,
    `timedelta(hours=12)`. To take somebody off without moving everybody else's turns, leave the id in its place
    and cover the turns by overrides.

    Raises ValueError for a plan that cannot be followed and ZoneInfoNotFoundError for an unknown time zone.
    """

    name: str
    timezone: str
    every: timedelta
    handoff: Handoff
    members: tuple[str, ...] = field(repr=False)
    anchor: date = DEFAULT_ANCHOR

    def __post_init__(self) -> None:
        if self.every < _HOUR or self.every % timedelta(minutes=1):
            raise ValueError("turns last an hour or more, in whole minutes")
        ZoneInfo(self.timezone)

    def handoff_on_wall(self, turn: int) -> datetime:
        """What the wall clock shows, without a time zone, when turn number `turn` begins (0 is the first)."""
        days = 0 if self.handoff.weekday is None else (self.handoff.weekday - self.anchor.weekday()) % _WEEK
        return datetime.combine(self.anchor + timedelta(days=days), self.handoff.at) + turn * self.every


@dataclass(frozen=True, slots=True)
class Override:
    """`member` takes over from `starts_at` until `ends_at`, whosever turn it is; of two the later created wins."""

    member: str = field(repr=False)
    starts_at: datetime
    ends_at: datetime
    created_at: datetime

    def __post_init__(self) -> None:
        for instant in (self.starts_at, self.ends_at, self.created_at):
            _refuse_naive(instant)
        if not self.starts_at < self.ends_at:
            raise ValueError("an override ends after it starts")

    @property
    def strength(self) -> tuple[datetime, datetime, datetime, str]:
        """Orders overrides; the rest only makes the answer the same whatever order equally old ones come in."""
        return (self.created_at, self.starts_at, self.ends_at, self.member)


@dataclass(frozen=True, slots=True)
class OnCall:
    """One shift: `member` (None: nobody, a gap) is on call from `from_` up to, not including, `until`.

    A shift is one turn or one override, as far as no stronger override cuts it; so two neighbouring shifts may have
    the same member, and only where the member changes is something handed over. None as a bound: without end.
    """

    member: str | None = field(repr=False)
    from_: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Shift(OnCall):
    """A shift within a stated interval, so that both bounds are known."""

    from_: datetime
    until: datetime


def on_call(roster: RosterPlan, overrides: Iterable[Override], at: datetime) -> OnCall:
    """Who is on call at the instant `at`, and the shift around it. There is always exactly one answer."""
    _refuse_naive(at)
    known = list(overrides)
    current = [override for override in known if override.starts_at <= at < override.ends_at]
    if current:
        winner = max(current, key=lambda override: override.strength)
        shift = OnCall(winner.member, winner.starts_at.astimezone(UTC), winner.ends_at.astimezone(UTC))
        stronger = [override for override in known if override.strength > winner.strength]
    else:
        shift = _turn(roster, at)
        stronger = known
    return _cut(shift, stronger, at)


def shifts_between(roster: RosterPlan, overrides: Iterable[Override], start: datetime, end: datetime) -> list[Shift]:
    """The shifts from `start` to `end` in order: they cover the interval without overlap, gaps have no member.

    The first and last are cut at the interval's edges. Empty when `end` is not after `start`.
    """
    _refuse_naive(start)
    _refuse_naive(end)
    known = list(overrides)
    at, end = start.astimezone(UTC), end.astimezone(UTC)
    shifts: list[Shift] = []
    while at < end:
        shift = on_call(roster, known, at)
        until = end if shift.until is None else min(shift.until, end)
        shifts.append(Shift(shift.member, at, until))
        at = until
    return shifts


def first_shown(wall: datetime, zone: tzinfo) -> datetime:
    """The first instant (UTC) at which a clock in `zone` shows `wall`, a time without a zone, or later."""
    # With fold=0 Python takes the first of two occurrences, and the offset before a gap for an hour in it.
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    # If the hour is skipped, the jump lies after the instant that the offset behind the gap gives. If it is not, that
    # is the same one, or the second of two.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if _shown(middle, zone) < wall:
            before = middle
        else:
            after = middle
    return after


def _turn(roster: RosterPlan, at: datetime) -> OnCall:
    if not roster.members:
        return OnCall(None, None, None)
    zone = ZoneInfo(roster.timezone)
    # What the clock on the wall shows now has been shown, so this turn has begun. Where the clock was put back, later
    # turns may have begun before that.
    turn = (at.astimezone(zone).replace(tzinfo=None) - roster.handoff_on_wall(0)) // roster.every
    until = first_shown(roster.handoff_on_wall(turn + 1), zone)
    while until <= at:
        turn += 1
        until = first_shown(roster.handoff_on_wall(turn + 1), zone)
    member = roster.members[turn % len(roster.members)]
    return OnCall(member, first_shown(roster.handoff_on_wall(turn), zone), until)


def _cut(shift: OnCall, stronger: list[Override], at: datetime) -> OnCall:
    """The part of the shift around `at` that no stronger override takes; none of them covers `at` itself."""
    before = [override.ends_at.astimezone(UTC) for override in stronger if override.ends_at <= at]
    after = [override.starts_at.astimezone(UTC) for override in stronger if override.starts_at > at]
    if shift.from_ is not None:
        before.append(shift.from_)
    if shift.until is not None:
        after.append(shift.until)
    return OnCall(shift.member, max(before, default=None), min(after, default=None))


def _shown(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _refuse_naive(at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError("instants carry a time zone")
