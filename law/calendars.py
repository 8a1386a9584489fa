"""Working days of a jurisdiction, and which years' calendars are only computed.

A calendar tells three kinds of day apart. What is only *likely* off (computed, or a holiday nobody published yet)
never makes a safe date later: for that it is a working day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ONE_DAY: Final = timedelta(days=1)


class Day(Enum):
    """What a day is, as far as it is known."""

    WORKING = "working"
    LIKELY_OFF = "likely_off"
    OFF = "off"


@dataclass(frozen=True)
class Holiday:
    """Days of every year, from and to inclusive as (month, day).

    ``moves``: one that falls on a Saturday or Sunday gives the next working day off.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    name: str
    moves: bool
    since: int | None = None
    until: int | None = None

    def in_year(self, year: int) -> tuple[date, ...]:
        """Return its days in a year; none before ``since`` or after ``until``."""
        if (self.since is not None and year < self.since) or (self.until is not None and year > self.until):
            return ()
        day, last = date(year, *self.first), date(year, *self.last)
        return tuple(day + ONE_DAY * n for n in range((last - day).days + 1))


@dataclass(frozen=True)
class Calendar:
    """The working days of one jurisdiction."""

    jurisdiction: str
    weekend: frozenset[int] = frozenset({5, 6})
    """Weekdays, Monday is 0."""
    fixed: tuple[Holiday, ...] = ()
    movable: frozenset[date] = frozenset()
    published: Mapping[int, frozenset[date]] = field(default_factory=dict)
    """The days off of years whose calendar was published; it replaces what is computed."""
    overrides: Mapping[date, bool] = field(default_factory=dict)
    """What a local table says of single days: True is a working day. It outweighs everything."""
    warning: str = ""

    def with_overrides(self, table: Mapping[date, bool]) -> Calendar:
        """Return this calendar with a local table on top: date to whether one works on it."""
        return replace(self, overrides={**self.overrides, **table})

    def written_out(self) -> str:
        """Return everything that decides about a day as one line: the same on every machine."""
        days = {
            "published": sorted(day for days in self.published.values() for day in days),
            "years": sorted(self.published),
            "movable": sorted(self.movable),
            "overrides": sorted(self.overrides.items()),
        }
        return f"{self.jurisdiction} {sorted(self.weekend)} {self.fixed} {days}"

    def day(self, on: date) -> Day:
        """Return what a day is."""
        if on in self.overrides:
            return Day.WORKING if self.overrides[on] else Day.OFF
        if on.weekday() in self.weekend or on in self.published.get(on.year, ()):
            return Day.OFF
        if on.year not in self.published and on in computed_days_off(self.fixed, self.movable, self.weekend, on.year):
            return Day.LIKELY_OFF
        return Day.WORKING

    def is_working(self, on: date) -> bool:
        """Whether one works on that day as far as anybody can tell; likely days off are off."""
        return self.day(on) is Day.WORKING

    def is_surely_off(self, on: date) -> bool:
        """Whether it is beyond doubt that nobody works on that day."""
        return self.day(on) is Day.OFF

    def is_official(self, year: int) -> bool:
        """Whether the days off of this year were published. If not, every working day in it is a computation."""
        return year in self.published


@cache
def computed_days_off(
    fixed: tuple[Holiday, ...], movable: frozenset[date], weekend: frozenset[int], year: int
) -> frozenset[date]:
    """Return the holidays of a year and the days off given for those that fell on a weekend."""
    off = {day for holiday in fixed for day in holiday.in_year(year)} | {day for day in movable if day.year == year}
    for holiday in fixed:
        for day in holiday.in_year(year) if holiday.moves else ():
            if day.weekday() in weekend:
                off.add(_next_working(day, off, weekend))
    return frozenset(off)


def _next_working(day: date, off: set[date], weekend: frozenset[int]) -> date:
    while day in off or day.weekday() in weekend:
        day += ONE_DAY
    return day
