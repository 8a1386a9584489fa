"""A week of rosters as a page shows it: day by day by the roster's own clock, with the reader's where it differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from contacts.duty_week import now_and_next, turns
from contacts.roster import first_shown
from texts.dates import local_time, weekday

if TYPE_CHECKING:
    from alerts.occasions.duty_book import DutyBook
    from contacts.duty import Duty
    from contacts.duty_week import Turn
    from contacts.roster import OnCall

DAYS: Final = 7


@dataclass(frozen=True)
class Part:
    """What of a turn lies within one day. ``clock``: the hand-off by the roster's clock; None: it goes on from before.

    ``mine``: the same by the reader's clock, where that is another. ``number``: of the turn within its roster.
    """

    number: int
    turn: Turn
    clock: str | None
    mine: str | None
    name: str | None
    instead_of: str | None
    is_now: bool
    is_over: bool


@dataclass(frozen=True)
class Day:
    """One day of a roster's week, by the roster's clock."""

    day: date
    label: str
    is_today: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Who:
    """Who is on call, or comes next: their id and name (None: nobody), and the hand-off that matters."""

    id: UUID | None
    name: str | None
    at: datetime | None


@dataclass(frozen=True)
class Roster:
    """One roster's week."""

    number: int
    name: str
    zone: str
    days: tuple[Day, ...]
    now: Who
    then: Who | None
    gaps: tuple[Part, ...]


@dataclass(frozen=True)
class Week:
    """What all rosters of a week are drawn from."""

    book: DutyBook
    monday: date
    language: str
    mine: ZoneInfo
    """The reader's."""
    now: datetime

    def drawn(self, number: int, duty: Duty) -> Roster:
        """Draw one roster."""
        zone = ZoneInfo(duty.roster.timezone)
        starts = [self._midnight(day, zone) for day in range(DAYS + 1)]
        found = list(enumerate(turns(duty, self.book.members, starts[0], starts[-1], self.now)))
        current, following = now_and_next(duty, self.now)
        return Roster(
            number,
            duty.roster.name,
            duty.roster.timezone,
            tuple(self._day(day, starts, found, zone) for day in range(DAYS)),
            self._who(current, current.until),
            None if following is None else self._who(following, following.from_),
            tuple(self._part(place, turn, zone, turn.from_) for place, turn in found if turn.hole is not None),
        )

    def _midnight(self, day: int, zone: ZoneInfo) -> datetime:
        return instant_of(datetime.combine(self.monday + timedelta(days=day), time()), zone)

    def _day(self, day: int, starts: list[datetime], found: list[tuple[int, Turn]], zone: ZoneInfo) -> Day:
        begins, ends, on = starts[day], starts[day + 1], self.monday + timedelta(days=day)
        parts = (
            self._part(place, turn, zone, begins) for place, turn in found if turn.from_ < ends and turn.until > begins
        )
        label = f"{weekday(on, self.language)} {on.day}"
        return Day(on, label, on == self.now.astimezone(zone).date(), tuple(parts))

    def _part(self, number: int, turn: Turn, zone: ZoneInfo, begins: datetime) -> Part:
        goes_on = turn.from_ < begins or (turn.from_ == begins and turn.begins_before)
        differs = turn.from_.astimezone(zone).utcoffset() != turn.from_.astimezone(self.mine).utcoffset()
        return Part(
            number,
            turn,
            None if goes_on else f"{turn.from_.astimezone(zone):%H:%M}",
            self._by_mine(turn.from_, zone) if differs and not goes_on else None,
            self._name(turn.member),
            self._name(turn.instead_of),
            turn.from_ <= self.now < turn.until,
            turn.until <= self.now,
        )

    def _by_mine(self, at: datetime, zone: ZoneInfo) -> str:
        """A hand-off by the reader's clock, with its day of the week where that is another."""
        clock, day = local_time(at, self.mine.key, self.language), at.astimezone(self.mine).date()
        return clock if day == at.astimezone(zone).date() else f"{weekday(day, self.language)} {clock}"

    def _who(self, shift: OnCall, at: datetime | None) -> Who:
        is_there = shift.member is not None and shift.member in self.book.members
        return Who(UUID(shift.member) if is_there else None, self._name(shift.member), at)

    def _name(self, member: str | None) -> str | None:
        return None if member is None else self.book.names.get(member)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the clock of a zone shows this time, or later where it never does."""
    return first_shown(wall, zone).astimezone(UTC)
