"""Any roster, any zone of the world, any instant."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from contacts.roster import Handoff, Override, RosterPlan, on_call, shifts_between

SECOND = timedelta(seconds=1)
ZONES = st.sampled_from(
    [
        "Asia/Almaty",
        "Asia/Qyzylorda",
        "Asia/Urumqi",
        "Asia/Tehran",
        "Europe/Istanbul",
        "Europe/Berlin",
        "Europe/Dublin",
        "America/New_York",
        "America/St_Johns",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Pacific/Apia",
        "Pacific/Kwajalein",
        "UTC",
    ]
)
# Changes of clocks that surprised somebody, so that instants near them are drawn often.
CHANGES = [
    datetime(2024, 2, 29, 18, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(1993, 8, 21, 12, tzinfo=UTC),
    datetime(2016, 9, 7, tzinfo=UTC),
]
NEAR_A_CHANGE = st.builds(
    lambda change, minutes, seconds: change + timedelta(minutes=minutes, seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-3000, 3000),
    st.sampled_from([-1, 0, 0, 1]),
)
ANY_TIME = st.datetimes(datetime(1975, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds
INSTANTS = NEAR_A_CHANGE | ANY_TIME
LENGTHS = st.sampled_from(
    [timedelta(hours=n) for n in (1, 2, 6, 8, 12, 24, 36)]
    + [timedelta(days=n) for n in (2, 3, 7, 10, 14, 28)]
    + [timedelta(hours=7, minutes=30)]
)
PLANS = st.builds(
    RosterPlan,
    name=st.just("duty"),
    timezone=ZONES,
    every=LENGTHS,
    handoff=st.builds(
        Handoff, st.times().map(lambda t: t.replace(second=0, microsecond=0)), st.none() | st.integers(0, 6)
    ),
    members=st.lists(st.sampled_from("ABCDE"), max_size=5).map(tuple),
    anchor=st.dates(date(2000, 1, 1), date(2035, 1, 1)),
)

Situation: TypeAlias = tuple[RosterPlan, list[Override], datetime]


@st.composite
def overrides_near(draw: st.DrawFn, at: datetime) -> list[Override]:
    minutes = st.integers(-6000, 6000)
    made = []
    for _ in range(draw(st.integers(0, 4))):
        start = at + timedelta(minutes=draw(minutes))
        end = start + timedelta(minutes=draw(st.integers(1, 6000)))
        made.append(Override(draw(st.sampled_from("VWXYZ")), start, end, at + timedelta(days=draw(st.integers(-2, 0)))))
    return made


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    at = draw(INSTANTS)
    return draw(PLANS), draw(overrides_near(at)), at


@given(situations())
def test_exactly_one_answer_and_it_holds_from_its_first_instant_to_its_last(
    situation: Situation,
) -> None:
    roster, overrides, at = situation
    shift = on_call(roster, overrides, at)
    assert shift.from_ is None or shift.from_ <= at
    assert shift.until is None or at < shift.until
    for edge in (shift.from_, shift.until and shift.until - SECOND / 2):
        if edge is not None:
            assert on_call(roster, overrides, edge) == shift
    if shift.until is not None:
        assert on_call(roster, overrides, shift.until).from_ == shift.until
    if roster.members:
        assert shift.member is not None


@given(situations(), st.integers(0, 7 * 24 * 60), st.data())
def test_shifts_tile_the_interval_and_agree_with_who_is_on_call(
    situation: Situation, minutes: int, data: st.DataObject
) -> None:
    roster, overrides, start = situation
    end = start + timedelta(minutes=minutes)
    shifts = shifts_between(roster, overrides, start, end)
    assert bool(shifts) == (start < end)
    if not shifts:
        return
    assert (shifts[0].from_, shifts[-1].until) == (start, end)
    assert all(shift.from_ < shift.until for shift in shifts)
    assert all(one.until == other.from_ for one, other in itertools.pairwise(shifts))
    at = start + timedelta(seconds=data.draw(st.integers(0, minutes * 60 - 1)))
    (covering,) = [shift for shift in shifts if shift.from_ <= at < shift.until]
    assert on_call(roster, overrides, at).member == covering.member


@given(situations())
def test_the_answer_is_that_of_the_strongest_override_or_else_of_the_rotation(
    situation: Situation,
) -> None:
    roster, overrides, at = situation
    current = [override for override in overrides if override.starts_at <= at < override.ends_at]
    newest = max((override.created_at for override in current), default=None)
    expected: set[str | None] = {override.member for override in current if override.created_at == newest}
    assert on_call(roster, overrides, at).member in (expected or {on_call(roster, [], at).member})
    assert on_call(roster, overrides, at) == on_call(roster, overrides[::-1], at)


@given(PLANS.filter(lambda roster: bool(roster.members)), INSTANTS)
def test_hands_over_when_the_wall_clock_first_shows_the_hour_or_later(roster: RosterPlan, at: datetime) -> None:
    zone = ZoneInfo(roster.timezone)

    def shown(instant: datetime) -> datetime:
        return instant.astimezone(zone).replace(tzinfo=None)

    handed_over = on_call(roster, [], at).from_
    assert handed_over is not None
    behind = (shown(handed_over) - roster.handoff_on_wall(0)) % roster.every
    if behind:
        # Only a clock that jumped over the hour is ahead of it: a second earlier it showed less than the hour.
        assert shown(handed_over) - behind > shown(handed_over - SECOND)
        assert zone.utcoffset(handed_over.astimezone(zone)) != zone.utcoffset((handed_over - SECOND).astimezone(zone))


@given(PLANS.filter(lambda roster: bool(roster.members)), INSTANTS, st.integers(0, 5000))
def test_turns_only_go_forward(roster: RosterPlan, at: datetime, minutes: int) -> None:
    """Whoever is on call later is found by going on from turn to turn, also through repeated hours."""
    later = at + timedelta(minutes=minutes)
    earlier_shift, later_shift = on_call(roster, [], at), on_call(roster, [], later)
    if earlier_shift != later_shift:
        assert earlier_shift.until is not None
        assert later_shift.from_ is not None
        assert earlier_shift.until <= later_shift.from_


@given(PLANS, INSTANTS, st.integers(36, 400))
def test_members_follow_one_another_in_order(roster: RosterPlan, at: datetime, hours: int) -> None:
    """Turns longer than any jump of a clock cannot be skipped."""
    roster = replace(roster, members=("A", "B", "C"), every=timedelta(hours=hours))
    shift = on_call(roster, [], at)
    assert shift.member is not None
    assert shift.until is not None
    assert on_call(roster, [], shift.until).member == {"A": "B", "B": "C", "C": "A"}[shift.member]


@given(PLANS, INSTANTS, st.sampled_from(["Asia/Tokyo", "America/Lima", "Asia/Almaty"]))
def test_the_zone_in_which_an_instant_is_written_changes_nothing(roster: RosterPlan, at: datetime, zone: str) -> None:
    assert on_call(roster, [], at) == on_call(roster, [], at.astimezone(ZoneInfo(zone)))


def test_midnight_is_a_handoff_like_any_other() -> None:
    roster = RosterPlan("duty", "UTC", timedelta(days=1), Handoff(time(0)), ("A", "B"), date(2026, 3, 2))
    assert on_call(roster, [], datetime(2026, 3, 2, tzinfo=UTC)).member == "A"
    assert on_call(roster, [], datetime(2026, 3, 3, tzinfo=UTC)).member == "B"
