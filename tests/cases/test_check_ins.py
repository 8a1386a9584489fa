"""Check-ins: the hour on the wall, again and again; asked once after we stood still; missed when nothing comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.sealed.beating import EVERY_HOURS, following, is_quiet, next_beat, read_hour

ZONES = ("Asia/Almaty", "Europe/Istanbul", "America/New_York", "Europe/Berlin", "UTC")
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  bounds


@given(minute=st.integers(0, 1439), every=st.sampled_from(EVERY_HOURS), zone=st.sampled_from(ZONES), after=instants)
def test_the_next_hour_is_ahead_and_soon_and_at_the_hour_on_the_wall(
    minute: int, every: int, zone: str, after: datetime
) -> None:
    at = next_beat(minute, every, zone, after)
    assert after < at <= after + timedelta(hours=min(every, 24) + 2)
    local = at.astimezone(ZoneInfo(zone))
    off = (local.hour * 60 + local.minute - minute) % (min(every, 24) * 60)
    assert off in (0, 60), "an hour later where the clock jumped over it"


@given(
    minute=st.integers(0, 1439),
    every=st.sampled_from(EVERY_HOURS),
    zone=st.sampled_from(ZONES),
    begins=instants,
    asleep=st.timedeltas(timedelta(0), timedelta(days=40)),
)
def test_what_was_missed_while_we_stood_still_is_asked_once(
    minute: int, every: int, zone: str, begins: datetime, asleep: timedelta
) -> None:
    asked_for = next_beat(minute, every, zone, begins)
    now = asked_for + asleep
    at = following(minute, every, zone, asked_for, now)
    assert now < at <= now + timedelta(hours=every + 2)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20:00", (1200, "Asia/Almaty")),
        (" 8.05 ", (485, "Asia/Almaty")),
        ("20:00 Europe/Istanbul", (1200, "Europe/Istanbul")),
        ("7:30 europe/istanbul", (450, "Europe/Istanbul")),
        ("24:00", None),
        ("20:60", None),
        ("20:00 Mars/Base", None),
        ("in the evening", None),
        ("", None),
    ],
)
def test_an_hour_is_read_with_its_zone(written: str, read: tuple[int, str] | None) -> None:
    assert read_hour(written, "Asia/Almaty") == read


@given(st.text())
def test_any_text_is_an_hour_or_none(text: str) -> None:
    found = read_hour(text, "UTC")
    assert found is None or 0 <= found[0] < 1440


def test_at_night_nobody_is_disturbed() -> None:
    assert is_quiet("Asia/Almaty", datetime(2026, 3, 2, 18, tzinfo=UTC))
    assert not is_quiet("Asia/Almaty", datetime(2026, 3, 2, 7, tzinfo=UTC))
