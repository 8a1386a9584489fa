"""Arithmetic of days, months and instants, with the choices that the words of laws leave open.

* A month ends on the day of the same number, and on the last day of the month if there is none: 31 January and one
  month is 28 February, or 29 in a leap year. A year is twelve months. Several months are added at once, never one by
  one: 31 January and two months is 31 March, although 28 February and one month is 28 March.
* The day that does not exist counts as the last day there is, forwards and backwards: 31 March less one month is
  28 February. Hence adding what was taken off does not always lead back.
* 23:59 is the end of a day. It stands for 24:00 and keeps the date of the day that ends.
* An hour that the clock on the wall shows twice is the first of the two where early is safe, and the second where the
  question is what could still be argued.

Nothing here reads the clock or the zone of the machine.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

END_OF_DAY: Final = time(23, 59)
ONE_DAY: Final = timedelta(days=1)
MONTHS_IN_A_YEAR: Final = 12


def add_months(day: date, months: int) -> date:
    """Return the day of the same number so many months later (earlier, if negative), or that month's last day."""
    years, month = divmod(day.year * MONTHS_IN_A_YEAR + day.month - 1 + months, MONTHS_IN_A_YEAR)
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def instant(day: date, at: time, zone: ZoneInfo, *, late: bool) -> datetime:
    """Return the instant, in UTC, at which the clock of a zone shows this; the earlier or the ``late`` one of two.

    Of a minute that the clock leaves out, the early one lies before the gap and the late one after it, but in no other
    day: where a day has no first hour (Cairo, Beirut), it begins when its clock does, and where it has no last one
    (Nuuk), it ends with its clock.
    """
    local = datetime.combine(day, at)
    both = sorted(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    on_the_day = [one for one in both if local_date(one, zone) == day] or both
    return on_the_day[-1] if late else on_the_day[0]


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Return the date on the wall at an instant."""
    return at.astimezone(zone).date()


def next_full_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the next hour on the wall begins; on the stroke of an hour that is the one after it."""
    local = at.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at - into + timedelta(hours=1)


def step_working_days(day: date, days: int, is_off: Callable[[date], bool], *, towards: int) -> date:
    """Return the working day so many working days after a day (``towards`` 1) or before it (-1); itself for none."""
    while days > 0:
        day += ONE_DAY * towards
        if not is_off(day):
            days -= 1
    return day


def nearest_working_day(day: date, is_off: Callable[[date], bool], *, towards: int) -> date:
    """Return the day itself if it is a working day, else the next one (``towards`` 1) or the one before it (-1)."""
    while is_off(day):
        day += ONE_DAY * towards
    return day


def same_minute_months_on(at: datetime, months: int, zone: ZoneInfo, *, late: bool) -> datetime:
    """Return the same minute on the matching date.

    If the clocks of the zone were changed in between there are two such minutes: by the clock that was in use at the
    beginning, and by the one in use at the end. The earlier of the two is returned, or the later one if ``late``.
    """
    local = at.astimezone(zone)
    day, minute = add_months(local.date(), months), local.time()
    by_first_clock = datetime.combine(day, minute, tzinfo=UTC) - (local.utcoffset() or timedelta())
    by_last_clock = instant(day, minute, zone, late=late)
    return max(by_first_clock, by_last_clock) if late else min(by_first_clock, by_last_clock)
