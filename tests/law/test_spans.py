"""Arithmetic of days, hours and months, by itself: where a second or a fold of the clock decides."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.spans import add_months, instant, local_date, next_full_hour, same_minute_months_on

ALMATY = ZoneInfo("Asia/Almaty")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5 hours and 45 minutes ahead: its hours are not those of UTC
BERLIN = ZoneInfo("Europe/Berlin")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  naive by contract
def test_the_next_full_hour_is_a_stroke_on_the_wall_within_the_hour(at: datetime) -> None:
    stroke = next_full_hour(at, KATHMANDU)
    assert timedelta(0) < stroke - at <= timedelta(hours=1)
    local = stroke.astimezone(KATHMANDU)
    assert (local.minute, local.second, local.microsecond) == (0, 0, 0)


@pytest.mark.parametrize(
    ("said", "stroke"),
    [("10:00:00", "11:00"), ("10:00:30", "11:00"), ("10:59:59.999999", "11:00"), ("23:00:00.000001", "00:00")],
)
def test_seconds_and_less_belong_to_the_hour_they_are_in(said: str, stroke: str) -> None:
    at = datetime.combine(date(2026, 3, 2), time.fromisoformat(said), ALMATY)
    assert f"{next_full_hour(at, ALMATY).astimezone(ALMATY):%H:%M}" == stroke


def test_a_minute_that_comes_twice_is_the_same_minute_a_month_later() -> None:
    """The second 02:30 of the night in which the clocks go back; the month after knows only one."""
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    for late in (False, True):
        month = same_minute_months_on(second.astimezone(UTC), 1, BERLIN, late=late)
        assert month == datetime(2026, 11, 25, 2, 30, tzinfo=BERLIN).astimezone(UTC)


def test_between_two_clocks_early_is_safe_and_late_is_arguable() -> None:
    begun = datetime(2026, 3, 15, 12, 0, tzinfo=BERLIN)  # 11:00 UTC; on 15 April that minute is 10:00 UTC
    early, late = (same_minute_months_on(begun.astimezone(UTC), 1, BERLIN, late=late) for late in (False, True))
    assert (early.astimezone(UTC).hour, late.astimezone(UTC).hour) == (10, 11)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(-60, 60))
def test_a_month_keeps_its_number_or_ends_where_the_month_ends(day: date, months: int) -> None:
    ended = add_months(day, months)
    assert (ended.year * 12 + ended.month) - (day.year * 12 + day.month) == months
    assert ended.day == day.day or (ended.day < day.day and (ended + timedelta(days=1)).day == 1)


def test_no_minute_of_a_day_is_looked_for_on_another_one() -> None:
    """Cairo goes from 23:59 to 01:00, Nuuk from 22:59 to midnight: one day has no first hour, the other no last one."""
    cairo, nuuk = ZoneInfo("Africa/Cairo"), ZoneInfo("America/Nuuk")
    for zone, day in ((cairo, date(2026, 4, 24)), (nuuk, date(2026, 3, 28)), (BERLIN, date(2026, 3, 29))):
        for hour, minute, late in itertools.product(range(24), (0, 30, 59), (False, True)):
            assert local_date(instant(day, time(hour, minute), zone, late=late), zone) == day


def test_an_hour_that_comes_twice_is_early_the_first_time() -> None:
    night = date(2026, 10, 25)
    early, late = (instant(night, time(2, 30), BERLIN, late=late) for late in (False, True))
    assert late - early == timedelta(hours=1)


def test_a_minute_that_is_left_out_is_early_before_the_gap_and_late_after_it() -> None:
    """Between 02:00 and 03:00 there is nothing: what must be there by 02:30 must be there by half past one."""
    night = date(2026, 3, 29)
    early, late = (instant(night, time(2, 30), BERLIN, late=late).astimezone(BERLIN) for late in (False, True))
    assert (f"{early:%H:%M}", f"{late:%H:%M}") == ("01:30", "03:30")
