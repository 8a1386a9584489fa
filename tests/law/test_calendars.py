"""Working days, and which of them are only computed."""

from __future__ import annotations

from datetime import date, timedelta

from law.calendars import Calendar, Day, Holiday, computed_days_off
from law.shipped import load_rules

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


def test_what_was_published_of_a_year_takes_the_place_of_what_is_computed() -> None:
    """A government may have people work on a holiday, for once: then nobody is to wait for the day after."""
    day = Holiday((8, 30), (8, 30), "Constitution Day", moves=True)
    ordered = Calendar("KZ", fixed=(day,), published={2026: frozenset()})
    assert [ordered.day(date(year, 8, 30)) for year in (2026, 2028)] == [Day.OFF, Day.LIKELY_OFF]  # a Sunday
    assert ordered.day(date(2026, 8, 31)) is Day.WORKING


def test_a_holiday_counts_in_the_first_and_the_last_year_of_its_law_and_in_no_other() -> None:
    """A year too many and a safe date is a day late; a year too few and a lawyer stands before a closed door."""
    day = Holiday((8, 30), (8, 30), "Constitution Day", moves=True, since=1996, until=2026)
    assert [year for year in range(1990, 2031) if day.in_year(year)] == list(range(1996, 2027))
    assert Holiday((12, 31), (12, 31), "always", moves=False).in_year(1950) == (date(1950, 12, 31),)
    assert Holiday((3, 21), (3, 23), "Nauryz", moves=True, since=2009).in_year(2009) == tuple(
        date(2009, 3, day) for day in (21, 22, 23)
    )


def test_what_moves_by_the_moon_is_off_in_its_own_year_alone() -> None:
    moon = frozenset({date(2027, 5, 17), date(2028, 5, 5)})
    assert computed_days_off((), moon, KZ.weekend, 2027) == {date(2027, 5, 17)}


def test_a_day_given_for_a_weekend_is_the_next_on_which_one_would_have_worked() -> None:
    """Two holidays that fall on one weekend give two days, and neither gives one that is a holiday already."""
    weekend = frozenset({5, 6})
    saturday, sunday = (Holiday((5, day), (5, day), "", moves=True) for day in (1, 2))  # of 2027
    monday = Holiday((5, 3), (5, 3), "", moves=False)
    off = computed_days_off((saturday, sunday, monday), frozenset(), weekend, 2027)
    assert off == {date(2027, 5, day) for day in (1, 2, 3, 4, 5)}
    stays = Holiday((5, 1), (5, 1), "", moves=False)
    assert computed_days_off((stays,), frozenset(), weekend, 2027) == {date(2027, 5, 1)}


def test_a_fingerprint_of_the_calendar_knows_every_table() -> None:
    """What a sign-off binds: two calendars that decide differently are never written the same."""
    day = date(2026, 3, 26)
    others = [
        Calendar("KG"),
        Calendar("KZ", weekend=frozenset({4, 5})),
        Calendar("KZ", fixed=(Holiday((5, 1), (5, 1), "", moves=False),)),
        Calendar("KZ", movable=frozenset({day})),
        Calendar("KZ", published={2026: frozenset()}),
        Calendar("KZ", published={2026: frozenset({day})}),
        Calendar("KZ", overrides={day: False}),
        Calendar("KZ", overrides={day: True}),
    ]
    written = [one.written_out() for one in (Calendar("KZ"), *others)]
    assert len(set(written)) == len(written)
    assert Calendar("KZ").written_out() == Calendar("KZ", warning="computed").written_out()


def test_a_fingerprint_of_the_calendar_is_the_same_in_whatever_order_its_tables_were_written() -> None:
    """It is compared between machines; there a set has another order, and a file may be read from its end."""
    days = [date(2026, 1, 1) + timedelta(days=9 * number) for number in range(60)]

    def table(days: list[date]) -> Calendar:
        return Calendar(
            "KZ",
            movable=frozenset(days),
            published={day.year: frozenset(one for one in days if one.year == day.year) for day in days},
            overrides=dict.fromkeys(days, False),
        )

    assert table(days) == table(days[::-1])
    assert table(days).written_out() == table(days[::-1]).written_out()
