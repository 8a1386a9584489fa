"""What holds for every rule, every trigger and every calendar."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from law.counting import Clock, Moment, count
from law.rules import Period, Rule, Unit
from law.shipped import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

BOOK: Final = load_rules()
ZONES: Final = sorted({*(str(one.zone) for one in BOOK.jurisdictions.values()), "Asia/Riyadh", "Africa/Cairo"})

rules = st.sampled_from(BOOK.rules)
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(2023, 6, 1), datetime(2028, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive by contract
days = st.dates(date(2023, 6, 1), date(2028, 6, 1))
moments = instants.map(lambda at: Moment(at=at)) | days.map(lambda on: Moment(on=on))
tables = st.dictionaries(st.dates(date(2023, 1, 1), date(2028, 12, 31)), st.booleans(), max_size=40)


def clock(
    rule: Rule,
    trigger: Moment | None,
    zone: ZoneInfo,
    *,
    works: Mapping[date, bool] | None = None,
    safe_trigger: Moment | None = None,
    ends: date | None = None,
) -> Clock:
    calendar = BOOK.calendar(rule).with_overrides(works or {})
    if rule.period.value is None and ends is None:
        ends = date(2026, 3, 12)
    return count(rule, trigger, zone=zone, calendar=calendar, safe_trigger=safe_trigger, ends=ends)


@given(rules, st.tuples(moments, st.none() | moments), zones, tables, st.none() | days)
def test_the_safe_date_is_never_later_than_the_arguable_one(
    rule: Rule, triggers: tuple[Moment, Moment | None], zone: ZoneInfo, works: Mapping[date, bool], ends: date | None
) -> None:
    trigger, safe_trigger = triggers
    counted = clock(rule, trigger, zone, works=works, safe_trigger=safe_trigger, ends=ends)
    assert counted.safe_at <= counted.arguable_at
    assert counted.safe_on <= counted.arguable_on


@given(rules, instants, st.timedeltas(timedelta(0), timedelta(days=40)), zones, tables)
def test_what_begins_later_never_ends_earlier(
    rule: Rule, first: datetime, gap: timedelta, zone: ZoneInfo, works: Mapping[date, bool]
) -> None:
    earlier = clock(rule, Moment(at=first), zone, works=works)
    later = clock(rule, Moment(at=first + gap), zone, works=works)
    assert earlier.safe_at <= later.safe_at
    assert earlier.arguable_at <= later.arguable_at


@given(rules, days, st.integers(0, 40), zones)
def test_a_day_that_begins_later_never_ends_earlier(rule: Rule, first: date, gap: int, zone: ZoneInfo) -> None:
    earlier = clock(rule, Moment(on=first), zone)
    later = clock(rule, Moment(on=first + timedelta(days=gap)), zone)
    assert earlier.safe_at <= later.safe_at
    assert earlier.arguable_at <= later.arguable_at


@given(rules, instants, zones)
def test_knowing_only_the_day_is_never_less_safe(rule: Rule, happened: datetime, zone: ZoneInfo) -> None:
    exact = clock(rule, Moment(at=happened), zone)
    vague = clock(rule, Moment(on=happened.astimezone(zone).date()), zone)
    assert vague.safe_at <= exact.safe_at
    assert vague.arguable_on >= exact.arguable_on


@given(rules, instants, zones, instants)
def test_an_earlier_event_only_makes_the_safe_date_earlier(
    rule: Rule, happened: datetime, zone: ZoneInfo, before: datetime
) -> None:
    assume(rule.direction == "after_trigger")
    with_it = clock(rule, Moment(at=happened), zone, safe_trigger=Moment(at=before))
    without = clock(rule, Moment(at=happened), zone)
    assert with_it.safe_at <= without.safe_at
    assert with_it.arguable_at <= without.arguable_at or before > happened


@given(rules.filter(lambda rule: rule.roll_if_non_working), moments, zones, tables)
def test_an_arguable_date_that_may_move_is_a_working_day(
    rule: Rule, trigger: Moment, zone: ZoneInfo, works: Mapping[date, bool]
) -> None:
    counted = clock(rule, trigger, zone, works=works)
    assert BOOK.calendar(rule).with_overrides(works).is_working(counted.arguable_on)


@given(rules.filter(lambda rule: rule.period.unit is not Unit.WORKING_DAYS), moments, zones, tables)
def test_no_holiday_moves_a_safe_date(rule: Rule, trigger: Moment, zone: ZoneInfo, works: Mapping[date, bool]) -> None:
    assume(rule.direction == "after_trigger")
    assert clock(rule, trigger, zone, works=works).safe_at == clock(rule, trigger, zone).safe_at


@given(st.integers(1, 400), instants, zones)
def test_hours_counted_back_lead_to_where_they_began(hours: int, happened: datetime, zone: ZoneInfo) -> None:
    rule = replace(BOOK.rule("kz.cpc.custody_petition_8h"), period=Period(hours, Unit.HOURS))
    there = clock(replace(rule, direction="after_trigger"), Moment(at=happened), zone)
    assert clock(rule, Moment(at=there.safe_at), zone).safe_at == happened


@example(2, date(2024, 4, 26), ZoneInfo("Africa/Cairo"), "included")  # a day that has no first hour
@given(st.integers(1, 400), days, zones, st.sampled_from(["included", "excluded", "unknown"]))
def test_days_counted_back_lead_to_where_they_began(number: int, first: date, zone: ZoneInfo, first_day: Any) -> None:
    """What is the long reading forwards is the early one backwards, and the other way round."""
    rule = replace(BOOK.rule("kz.refugee.renew_1m"), period=Period(number, Unit.CALENDAR_DAYS))
    rule = replace(rule, counting=replace(rule.counting, first_day=first_day))
    there = clock(replace(rule, direction="after_trigger"), Moment(on=first), zone)
    assert clock(rule, Moment(on=there.arguable_on), zone).safe_on == first
    assert clock(rule, Moment(on=there.safe_on), zone).arguable_on == first


@given(st.integers(1, 40), days, tables)
def test_working_days_counted_back_lead_to_where_they_began(
    number: int, first: date, works: Mapping[date, bool]
) -> None:
    rule = replace(
        BOOK.rule("kz.refugee.address_5wd"), period=Period(number, Unit.WORKING_DAYS), direction="before_trigger"
    )
    assume(BOOK.calendar(rule).with_overrides(works).is_working(first))
    almaty = ZoneInfo("Asia/Almaty")
    there = clock(replace(rule, direction="after_trigger"), Moment(on=first), almaty, works=works)
    back = clock(rule, Moment(on=there.arguable_on), almaty, works=works)
    assert back.safe_on == first


@given(st.integers(1, 40), days)
def test_months_counted_back_lead_to_where_they_began_if_that_day_exists_in_both(number: int, first: date) -> None:
    assume(first.day <= 28)
    almaty = ZoneInfo("Asia/Almaty")
    rule = replace(BOOK.rule("kz.refugee.renew_1m"), period=Period(number, Unit.MONTHS))
    there = clock(replace(rule, direction="after_trigger"), Moment(on=first), almaty)
    assert clock(rule, Moment(on=there.safe_on), almaty).safe_on == first


PRINTS_EVERY_CLOCK: Final = """
import time
from datetime import date, datetime, UTC
from law.counting import Moment, count, explain
from law.shipped import load_rules

book = load_rules()
assert time.localtime(1709230000).tm_gmtoff == {offset}
for rule in book.rules:
    for moment in (Moment(at=datetime(2024, 2, 15, 15, 50, tzinfo=UTC)), Moment(on=date(2026, 12, 31))):
        clock = count(rule, moment, zone=book.zone("KZ"), calendar=book.calendar(rule), ends=date(2026, 3, 12))
        print(clock.safe_at, clock.arguable_at, clock.safe_on, clock.arguable_on, clock.later, explain(clock))
"""


@pytest.fixture(scope="module")
def in_utc() -> str:
    return printed("UTC", 0)


def printed(zone: str, offset: int) -> str:
    """Every clock, as a machine in that zone computes it."""
    program = PRINTS_EVERY_CLOCK.format(offset=offset)
    environment = {**os.environ, "TZ": zone, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(("zone", "offset"), [("Pacific/Kiritimati", 14 * 3600), ("America/Los_Angeles", -8 * 3600)])
def test_the_zone_of_the_machine_changes_nothing(zone: str, offset: int, in_utc: str) -> None:
    assert printed(zone, offset) == in_utc
    assert in_utc.count("SAFE:") == 2 * len(BOOK.rules)
