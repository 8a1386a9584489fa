"""When somebody is asked to check in: by the clock on their wall, again and again. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from texts.zones import known_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERY_HOURS: Final = (12, 24, 168)
PATIENCE_HOURS: Final = (1, 2, 6)
PAUSE_DAYS: Final = (1, 3, 7)
DAY_HOURS: Final = 24
HOUR_MINUTES: Final = 60
DAY_MINUTES: Final = DAY_HOURS * HOUR_MINUTES
QUIET_FROM, QUIET_UNTIL = 22, 7
"""Local hours between which nobody is asked anything that was not agreed for that hour."""
_HOUR = re.compile(r"^\s*(\d{1,2})[:.\s](\d{2})(?:\s+(\S.*))?$")


def read_hour(text: str, zone: str) -> tuple[int, str] | None:
    """Read an hour, and the zone written behind it (``zone`` if none is); None for what is no hour, or no zone."""
    found = _HOUR.match(text.strip()[:80])
    minute = None if found is None else _minute(int(found[1]), int(found[2]))
    if found is None or minute is None:
        return None
    written = (found[3] or zone).strip().replace(" ", "_")
    named = known_zone(written) or known_zone(written.title())
    return None if named is None else (minute, named)


def _minute(hour: int, minute: int) -> int | None:
    return hour * 60 + minute if hour < DAY_HOURS and minute < HOUR_MINUTES else None


def minutes_of(minute: int, every_hours: int) -> Sequence[int]:
    """Return the minutes of a local day at which somebody is asked; of a week, on that day of it."""
    if every_hours >= DAY_HOURS:
        return (minute,)
    return range(minute % (every_hours * HOUR_MINUTES), DAY_MINUTES, every_hours * HOUR_MINUTES)


def next_beat(minute: int, every_hours: int, zone: str, after: datetime) -> datetime:
    """Return the first agreed instant (aware UTC) after another; the hour on the wall stays when clocks change.

    Where that hour does not exist, as long after it as the clock was moved. Of a week, the first is within a day.
    """
    local = after.astimezone(ZoneInfo(zone))
    for days in range(3):
        day = local.date() + timedelta(days=days)
        for one in minutes_of(minute, every_hours):
            at = datetime.combine(day, time(one // 60, one % 60), ZoneInfo(zone)).astimezone(UTC)
            if at > after:
                return at
    raise AssertionError("a day has an hour")  # unreachable: within three days every hour comes


def following(minute: int, every_hours: int, zone: str, asked_for: datetime, now: datetime) -> datetime:
    """Return when to ask after ``asked_for``: what was missed while we stood still is asked once."""
    if every_hours <= DAY_HOURS:
        return next_beat(minute, every_hours, zone, max(asked_for, now))
    at = asked_for
    while at <= now:
        at = next_beat(minute, 24, zone, at + timedelta(hours=every_hours - 24, minutes=90))
    return at


def is_quiet(zone: str, now: datetime) -> bool:
    """Whether it is an hour at which nobody is to be disturbed."""
    hour = now.astimezone(ZoneInfo(zone)).hour
    return hour >= QUIET_FROM or hour < QUIET_UNTIL
