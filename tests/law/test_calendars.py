"""Working days, and which of them are only computed."""

from __future__ import annotations

from datetime import date

from law.calendars import Calendar, Day, computed_days_off
from law.rules import load_rules

KZ = load_rules().jurisdictions["KZ"].calendar


def test_what_is_computed_agrees_with_the_year_that_was_published() -> None:
    computed = computed_days_off(KZ.fixed, KZ.movable, KZ.weekend, 2026)
    assert {day for day in computed if day.weekday() < 5} == {day for day in KZ.published[2026] if day.weekday() < 5}


def test_published_days_off_are_off_beyond_doubt() -> None:
    assert KZ.day(date(2026, 3, 25)) is Day.OFF
    assert KZ.day(date(2026, 3, 26)) is Day.WORKING
    assert KZ.is_official(2026)


def test_a_holiday_on_a_weekend_gives_the_next_working_day_off() -> None:
    assert KZ.day(date(2027, 5, 3)) is Day.LIKELY_OFF  # for Saturday, 1 May
    assert KZ.day(date(2027, 5, 10)) is Day.LIKELY_OFF  # for Sunday, 9 May
    assert KZ.day(date(2027, 3, 24)) is Day.LIKELY_OFF  # for Sunday, 21 March, after the 23rd
    assert not KZ.is_official(2027)


def test_a_religious_holiday_stays_where_it_is() -> None:
    assert date(2028, 1, 7).strftime("%A") == "Friday"
    assert KZ.day(date(2028, 1, 7)) is Day.LIKELY_OFF
    assert date(2024, 1, 7).strftime("%A") == "Sunday"
    assert KZ.day(date(2024, 1, 8)) is Day.WORKING


def test_holidays_come_and_go() -> None:
    assert KZ.day(date(2024, 8, 30)) is Day.LIKELY_OFF
    assert KZ.day(date(2027, 8, 30)) is Day.WORKING
    assert KZ.day(date(2027, 3, 15)) is Day.LIKELY_OFF
    assert KZ.day(date(2024, 3, 15)) is Day.WORKING


def test_what_is_likely_off_is_off_only_where_late_is_meant() -> None:
    likely = date(2027, 3, 15)
    assert not KZ.is_working(likely)
    assert not KZ.is_surely_off(likely)


def test_a_local_table_outweighs_everything() -> None:
    table = {date(2026, 3, 28): True, date(2026, 3, 26): False}
    local = KZ.with_overrides(table)
    assert local.day(date(2026, 3, 28)) is Day.WORKING  # a Saturday
    assert local.day(date(2026, 3, 26)) is Day.OFF
    assert KZ.day(date(2026, 3, 28)) is Day.OFF


def test_without_data_there_are_weekends_and_nothing_is_official() -> None:
    bare = Calendar("TR")
    assert bare.day(date(2026, 1, 1)) is Day.WORKING
    assert bare.day(date(2026, 1, 3)) is Day.OFF
    assert not bare.is_official(2026)
