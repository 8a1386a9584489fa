"""When something happened, and how it is written: on the days that zones make difficult."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from law.moments import Moment, shown, with_weekday

CAIRO = ZoneInfo("Africa/Cairo")


def test_every_day_of_a_week_has_its_name() -> None:
    names = [with_weekday(date(2026, 3, day)).split()[1] for day in range(2, 9)]
    assert names == ["(Monday)", "(Tuesday)", "(Wednesday)", "(Thursday)", "(Friday)", "(Saturday)", "(Sunday)"]


def test_a_day_without_a_midnight_is_still_that_day() -> None:
    """On 24 April 2026 the clocks of Cairo go from 23:59 to 01:00: its first instant is looked for an hour early."""
    day = Moment(on=date(2026, 4, 24))
    assert day.day(CAIRO) == date(2026, 4, 24)
    assert day.instant(CAIRO, late=False) <= datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_an_instant_is_of_the_day_on_the_wall_of_the_place() -> None:
    evening = Moment(at=datetime(2026, 3, 2, 20, 30, tzinfo=UTC))
    assert evening.day(ZoneInfo("Asia/Almaty")) == date(2026, 3, 3)
    assert evening.instant(CAIRO, late=True) == evening.at


def test_minute_and_offset_are_shown_by_the_wall() -> None:
    at = datetime(2026, 3, 2, 5, 0, 59, tzinfo=UTC)
    assert shown(at, ZoneInfo("Asia/Kathmandu")) == "2026-03-02 (Monday) 10:45 +05:45"
    assert shown(at, ZoneInfo("America/New_York")) == "2026-03-02 (Monday) 00:00 -05:00"
