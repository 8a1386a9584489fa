"""Times as lawyers write them: read in four languages, never in a way that could be taken for certain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texts.dates import local_time
from texts.when import FARTHEST, Leaning, Written, read_when

ALMATY = "Asia/Almaty"
NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # Tuesday, 18:00 in Almaty


def local(text: str, leaning: Leaning = Leaning.AHEAD, zone: str = ALMATY, now: datetime = NOW) -> str | None:
    found = read_when(text, zone, now, leaning)
    if found is None:
        return None
    told = found.at.astimezone(ZoneInfo(zone))
    return f"{told:%Y-%m-%d}" if found.day_only else f"{told:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    "text",
    [
        "30 November 10:00", "November 30th, 2026 at 10am", "30 November at 10", "10:00 30 November", "Monday 10:00",
        "30 ноября в 10:00", "30 ноября, 10.00", "30 ноября в 10 часов", "30 ноября в 10 утра", "в понедельник в 10:00",
        "30 қараша 10:00", "30 қарашада сағат 10-да", "2026 жылғы 30 қарашада сағат 10:00-де", "дүйсенбі күні 10:00",
        "дүйсенбі таңғы 10", "30 Kasım saat 10:00", "30 Kasım 10:00'da", "pazartesi sabah 10", "2026-11-30 10:00",
        "2026-11-30T10:00", "2026-11-30T10:00:00", "2026-11-30T05:00Z", "2026-11-30T08:00+03:00", "30.11.2026 в 10:00",
        "30.11 10.00", "10:00 30.11.2026", "30/11 10:00", "30.11.26 10:00", "30 November 05:00 UTC",
        "  30\tноября \n 2026 г.  10:00",
    ],
)  # fmt: skip
def test_one_hearing_in_many_words(text: str) -> None:
    assert local(text) == "2026-11-30 10:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tomorrow 10:00", "2026-11-25 10:00"),
        ("завтра в 3 часа дня", "2026-11-25 15:00"),
        ("завтра в 12 часов дня", "2026-11-25 12:00"),
        ("ертең кешкі 6", "2026-11-25 18:00"),  # it is six now: the library takes that for no time at all
        ("yarın akşam 6", "2026-11-25 18:00"),
        ("бүрсігүні 10:00", "2026-11-26 10:00"),
        ("öbür gün 10:00", "2026-11-26 10:00"),
        ("ertaga soat 10:00", "2026-11-25 10:00"),
        ("эртага 10:00", "2026-11-25 10:00"),
        ("indinga ertalab 9", "2026-11-26 09:00"),
        ("2 dekabr kuni soat 14:30", "2026-12-02 14:30"),
        ("payshanba kechqurun 6", "2026-11-26 18:00"),
        ("3 mart 10:00", "2027-03-03 10:00"),  # no time zone of the Marquesas
        ("3 Mart saat 10:00'da", "2027-03-03 10:00"),
        ("3 sentyabr 10:00", "2027-09-03 10:00"),
        ("in 2 hours", "2026-11-24 20:00"),
        ("завтра", "2026-11-25"),
        ("30 ноября", "2026-11-30"),
        ("3/12 10:00", "2026-12-03 10:00"),
        ("2026-12-03 10:00", "2026-12-03 10:00"),
        ("29.02 10:00", "2028-02-29 10:00"),
        ("10:00", "2026-11-25 10:00"),
        ("10.30", "2026-11-25 10:30"),
        ("23.00", "2026-11-24 23:00"),
        ("Tuesday 20:00", "2026-11-24 20:00"),
        ("вторник 10:00", "2026-12-01 10:00"),
        ("next Tuesday 20:00", "2026-12-01 20:00"),
        ("через неделю в 20:00", "2026-12-01 20:00"),
        ("24 November 10:00", "2026-11-24 10:00"),  # over since the morning; not a year ahead
        ("24.11 10:00", "2026-11-24 10:00"),
        ("1 February 10:00", "2027-02-01 10:00"),
    ],
)
def test_what_does_not_say_its_day_or_year_lies_ahead(text: str, told: str) -> None:
    assert local(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("вчера в 15:00", "2026-11-23 15:00"),
        ("кеше", "2026-11-23"),
        ("dün 10:00", "2026-11-23 10:00"),
        ("Monday", "2026-11-23"),
        ("Tuesday 10:00", "2026-11-24 10:00"),
        ("вторник 20:00", "2026-11-17 20:00"),
        ("20 ноября", "2026-11-20"),
        ("1 December", "2025-12-01"),
        ("30.11 10:00", "2025-11-30 10:00"),
        ("19:00", "2026-11-23 19:00"),
        ("now", "2026-11-24 18:00"),
        ("2027-01-05", "2027-01-05"),
    ],
)
def test_or_behind_where_that_is_meant(text: str, told: str) -> None:
    assert local(text, Leaning.BEHIND) == told


@pytest.mark.parametrize(
    "text",
    ["", "court", "November", "2026", "30", "next week", "через неделю", "31.11 10:00", "31 ноября 10:00", "25:00",
     "a b c", "2026-02-30 10:00", "9999-01-01 10:00", "0001-01-01", "10 лет назад", "released", "30" * 60],
)  # fmt: skip
def test_what_is_no_day_is_no_time(text: str) -> None:
    assert local(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("30 November 10:00 court 5", "court 5"),
        ("30 ноября в 10.00, Алмалинский районный суд", "Алмалинский районный суд"),
        ("30 ноября 10:00 в 5 зале", "5 зале"),
        ("30 November 10:00 5 Main street", "5 Main street"),
        ("2026-11-30 10:00 – Court of Appeal, May street 3", "Court of Appeal, May street 3"),
        ("30 November 10:00 ALMT", "ALMT"),  # such names of zones may be older than the last change of a clock
        ("30 November 10:00", ""),
    ],
)
def test_what_follows_the_time_is_no_part_of_it(text: str, rest: str) -> None:
    found = read_when(text, ALMATY, NOW)
    assert found is not None
    assert (found.rest, local(text)) == (rest, "2026-11-30 10:00")


def test_a_day_begins_with_the_clock_of_its_zone() -> None:
    assert read_when("tomorrow", ALMATY, NOW) == Written(datetime(2026, 11, 24, 19, tzinfo=UTC), day_only=True, rest="")
    assert local("tomorrow 10:00", zone="America/New_York") == "2026-11-25 10:00"


def test_late_in_the_evening_tomorrow_is_the_day_after_the_local_one() -> None:
    late = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # Wednesday, 01:00 in Almaty
    assert local("tomorrow 10:00", now=late) == "2026-11-26 10:00"
    assert local("завтра в 10:00", zone="Europe/Berlin", now=late) == "2026-11-25 10:00"


PIECES = st.sampled_from(
    ["30", "31.11", "November", "ноября", "қараша", "Kasım", "tomorrow", "завтра", "ертең", "yarın", "10:00", "10.30",
     "в", "at", "pm", "утра", "дня", "сағат", "2026", "2026-11-30", "через", "2", "часа", "next", "Monday", "вторник",
     "UTC", "+05:00", "-", ",", ".", "T", "court", "ago", "назад", "99", "12/31", "-1", "ALMT", "ночи", "'", "İ", "٣"],
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=7).map(" ".join) | st.text(max_size=40)
NOWS = st.integers(-1_500_000, 7_000_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
ZONES = st.sampled_from([ALMATY, "Europe/Istanbul", "America/New_York", "Pacific/Kiritimati", "UTC"])


@settings(max_examples=150)
@given(text=TEXTS, zone=ZONES, now=NOWS, leaning=st.sampled_from(Leaning))
def test_any_text_is_read_or_is_no_time_and_never_raises(text: str, zone: str, now: datetime, leaning: Leaning) -> None:
    found = read_when(text, zone, now, leaning)
    if found is not None:
        assert found.at.utcoffset() == timedelta(0)
        assert abs(found.at - now) <= FARTHEST + timedelta(days=366)
        assert found.at.second == 0
        if found.day_only:
            first = found.at.astimezone(ZoneInfo(zone))
            assert (first.hour, first.minute) == (0, 0)


@settings(max_examples=100)
@given(
    at=st.integers(24 * 60, 360 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    form=st.sampled_from(["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m %H:%M", "%d %B %Y %H:%M", "%d %B %H.%M",
                          "%H:%M %d/%m", "%B %d, %H:%M"]),
)  # fmt: skip
def test_what_is_written_is_what_is_read(at: datetime, form: str) -> None:
    assert local(at.strftime(form)) == f"{at:%Y-%m-%d %H:%M}"


@settings(max_examples=100)
@given(
    at=st.integers(1, 9 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    zone=st.sampled_from([ALMATY, "Asia/Bishkek", "Asia/Tashkent"]),  # no hour comes twice there
    language=st.sampled_from(["en", "ru", "kk"]),
)
def test_what_is_read_back_says_the_same_time_when_it_is_read_again(at: datetime, zone: str, language: str) -> None:
    said = local_time(at, zone, language, with_date=True, with_weekday=True)
    found = read_when(said, zone, NOW)
    assert found is not None
    assert (found.at, found.day_only) == (at, False)
