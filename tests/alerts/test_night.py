"""What can wait does not ring at night: by the clock on the wall, on the nights on which it changes too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy.night import first_waking_hour

ALMATY = "Asia/Almaty"


def wall(text: str, zone: str = ALMATY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "rings"),
    [
        ("2026-03-02T07:59:59", "2026-03-02T08:00"),
        ("2026-03-02T08:00", "2026-03-02T08:00"),
        ("2026-03-02T14:30", "2026-03-02T14:30"),
        ("2026-03-02T21:59:59", "2026-03-02T21:59:59"),
        ("2026-03-02T22:00", "2026-03-03T08:00"),
        ("2026-12-31T23:30", "2027-01-01T08:00"),
        ("2026-03-03T00:00", "2026-03-03T08:00"),
    ],
)
def test_nobody_is_rung_between_ten_and_eight_for_what_can_wait(now: str, rings: str) -> None:
    assert first_waking_hour(wall(now), ALMATY) == wall(rings)


def test_eight_is_eight_on_the_wall_also_when_the_night_is_an_hour_longer() -> None:
    evening = wall("2026-10-24T23:00", "Europe/Berlin")
    assert first_waking_hour(evening, "Europe/Berlin") - evening == timedelta(hours=10)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  naive by contract
    st.sampled_from([ALMATY, "Europe/Berlin", "America/New_York", "UTC"]),
)
def test_it_waits_for_one_night_at_most_and_then_it_is_day(now: datetime, zone: str) -> None:
    rings = first_waking_hour(now, zone)
    assert now <= rings <= now + timedelta(hours=11)
    assert first_waking_hour(rings, zone) == rings
