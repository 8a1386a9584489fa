"""When something happened, as exactly as anybody knows, and how that is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from law.spans import END_OF_DAY, instant

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MIDNIGHT: Final = time(0, 0)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Moment:
    """When something happened: an instant (``at``, aware; kept in UTC), or only the day (``on``, on the wall)."""

    at: datetime | None = None
    on: date | None = None

    def __post_init__(self) -> None:
        if (self.at is None) == (self.on is None):
            raise ValueError("a moment is either an instant or a day")
        if self.at is not None:
            if self.at.tzinfo is None:
                raise ValueError("an instant needs a zone")
            object.__setattr__(self, "at", self.at.astimezone(UTC))

    def instant(self, zone: ZoneInfo, *, late: bool) -> datetime:
        """Return the first instant it may mean in a zone, or the last minute if ``late``."""
        if self.at is not None:
            return self.at
        assert self.on is not None  # noqa: S101  see __post_init__
        return instant(self.on, END_OF_DAY if late else MIDNIGHT, zone, late=late)


def shown(at: datetime, zone: ZoneInfo) -> str:
    """Return date, weekday, minute and offset on the wall of a zone."""
    local = at.astimezone(zone)
    written = local.isoformat(timespec="minutes")  # 2026-03-02T10:00+05:00
    return f"{with_weekday(local.date())} {written[11:16]} {written[16:]}"


def with_weekday(day: date) -> str:
    """Return the date and its weekday in English."""
    return f"{day.isoformat()} ({WEEKDAYS[day.weekday()]})"
