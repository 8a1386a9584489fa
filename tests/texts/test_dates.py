from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.catalogue import LANGUAGES
from texts.dates import NaiveDatetimeError, local_date, local_time, time_left

EVENING = datetime(2026, 3, 5, 17, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "22:05 (Almaty)"),
        ("ru", "22:05 (Алматы)"),
        ("kk", "22:05 (Алматы)"),
        ("kk-Arab", "22:05 (الماتى)"),
        ("ug", "22:05 (ئالمۇتا)"),
        ("zh", "22:05 (阿拉木图)"),
        ("tr", "22:05 (Almatı)"),
        ("uz", "22:05 (Almati)"),
        ("de", "22:05 (Almaty)"),
    ],
)
def test_an_instant_is_told_by_the_clock_of_a_city(language: str, told: str) -> None:
    assert local_time(EVENING, "Asia/Almaty", language) == told


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "5 March 2026, 22:05 (Almaty)"),
        ("ru", "5 марта 2026\u00a0г., 22:05 (Алматы)"),
        ("kk", "2026\u00a0ж. 5 наурыз, 22:05 (Алматы)"),
        ("kk-Arab", "5-ناۋرىز، 2026، 22:05 (الماتى)"),
        ("ug", "5-مارت، 2026، 22:05 (ئالمۇتا)"),
        ("zh", "2026年3月5日 22:05 (阿拉木图)"),
        ("tr", "5 Mart 2026, 22:05 (Almatı)"),
        ("uz", "5-mart, 2026, 22:05 (Almati)"),
    ],
)
def test_the_day_stands_before_the_hour_when_asked_for(language: str, told: str) -> None:
    assert local_time(EVENING, "Asia/Almaty", language, with_date=True) == told


def test_the_city_is_left_out_where_it_is_told_elsewhere() -> None:
    assert local_time(EVENING, "Asia/Almaty", "en", with_date=True, with_city=False) == "5 March 2026, 22:05"


def test_the_day_is_the_local_one() -> None:
    late = datetime(2026, 3, 5, 20, 30, tzinfo=UTC)

    assert local_date(late, "Asia/Almaty", "en") == "6 March 2026"
    assert local_date(late, "Europe/Istanbul", "en") == "5 March 2026"


def test_the_offset_an_instant_came_with_does_not_matter() -> None:
    beijing = EVENING.astimezone(timezone(timedelta(hours=8)))

    assert local_time(beijing, "Asia/Almaty", "en") == "22:05 (Almaty)"


def test_kazakhstan_is_five_hours_ahead_since_march_2024() -> None:
    """Old system files say six; the pinned ones must win whatever the machine has."""
    assert local_time(datetime(2024, 2, 29, 12, 0, tzinfo=UTC), "Asia/Almaty", "en") == "18:00 (Almaty)"
    assert local_time(datetime(2024, 3, 1, 12, 0, tzinfo=UTC), "Asia/Almaty", "en") == "17:00 (Almaty)"
    assert EVENING.astimezone(ZoneInfo("Asia/Almaty")).utcoffset() == timedelta(hours=5)


def test_hours_run_from_00_to_23() -> None:
    assert local_time(datetime(2026, 3, 5, 19, 0, tzinfo=UTC), "Asia/Almaty", "en") == "00:00 (Almaty)"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError):
        local_time(EVENING.replace(tzinfo=None), "Asia/Almaty", "en")


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        local_time(EVENING, "Asia/Atlantis", "en")


def test_universal_time_is_named() -> None:
    assert local_time(EVENING, "UTC", "kk") == "17:05 (UTC)"


@given(
    at=st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    zone=st.sampled_from(["Asia/Almaty", "Asia/Urumqi", "Europe/Istanbul", "America/New_York", "UTC"]),
    language=st.sampled_from(LANGUAGES),
)
def test_every_instant_can_be_told(at: datetime, zone: str, language: str) -> None:
    clock = at.astimezone(ZoneInfo(zone)).strftime("%H:%M")

    assert local_time(at, zone, language).startswith(clock)
    assert clock in local_time(at, zone, language, with_date=True)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (timedelta(days=10, hours=15), "10 days"),  # half a week less than two
        (timedelta(days=14), "2 wks"),
        (timedelta(days=2, hours=23), "2 days"),
        (timedelta(hours=47, minutes=59), "47 hrs"),
        (timedelta(minutes=119), "119 mins"),
        (timedelta(days=364), "12 mths"),
        (timedelta(seconds=1.9), "1 sec"),
        (timedelta(0), "0 secs"),
    ],
)
def test_what_is_left_is_never_told_to_be_more(left: timedelta, told: str) -> None:
    assert time_left(left, "en") == told


@given(left=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=700)), language=st.sampled_from(LANGUAGES))
def test_how_long_is_left_can_be_told_in_every_language(left: timedelta, language: str) -> None:
    assert any(one.isdigit() for one in time_left(left, language))
