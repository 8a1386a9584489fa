"""What may ring at night: nothing that can wait until morning. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WAKING = time(8, 0)
ASLEEP = time(22, 0)


def first_waking_hour(now: datetime, zone: str) -> datetime:
    """Return ``now`` if it is day in ``zone`` (08:00 to 22:00 by the wall clock), else the next 08:00; aware UTC."""
    local = now.astimezone(ZoneInfo(zone))
    if WAKING <= local.time() < ASLEEP:
        return now
    day = local.date() if local.time() < WAKING else local.date() + timedelta(days=1)
    return datetime.combine(day, WAKING, ZoneInfo(zone)).astimezone(UTC)
