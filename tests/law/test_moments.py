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
    assert day.instant(CAIRO, late=False) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert day.instant(CAIRO, late=True) == datetime(2026, 4, 24, 20, 59, tzinfo=UTC)


def test_an_instant_is_itself_however_it_is_read_and_kept_in_utc() -> None:
    evening = Moment(at=datetime(2026, 3, 2, 22, 30, tzinfo=CAIRO))
    assert evening.at == datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    assert evening.at.tzinfo is UTC
    assert {
        evening.instant(zone, late=late) for zone in (CAIRO, ZoneInfo("Asia/Almaty")) for late in (False, True)
    } == {evening.at}


def test_minute_and_offset_are_shown_by_the_wall() -> None:
    at = datetime(2026, 3, 2, 5, 0, 59, tzinfo=UTC)
    assert shown(at, ZoneInfo("Asia/Kathmandu")) == "2026-03-02 (Monday) 10:45 +05:45"
    assert shown(at, ZoneInfo("America/New_York")) == "2026-03-02 (Monday) 00:00 -05:00"
