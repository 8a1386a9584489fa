"""Which hearings are over when one was held. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.docket.clocks import HEARING, REMOVAL, CountedClock, clocks_of
from cases.docket.hearings import held_by
from cases.docket.seen import Seen

ALMATY = "Asia/Almaty"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(ALMATY)).astimezone(UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def seen(number: int, kind: str, at: datetime, entered_at: datetime = MONDAY, for_at: datetime | None = None) -> Seen:
    same = UUID(int=number)
    return Seen(same, same, kind, at, False, for_at, None, ALMATY, entered_at=entered_at)


def hearing(number: int, for_at: datetime) -> Seen:
    return seen(number, "hearing_scheduled", MONDAY, for_at=for_at)


def held(at: datetime, entered_at: datetime | None = None) -> Seen:
    return seen(99, "hearing_held", at, entered_at or at + HOUR)


def over(one: Seen, *docket: Seen) -> set[int]:
    return {matter.int for matter in held_by(one, docket)}


def test_the_hearing_of_that_day_is_over_and_a_later_one_stands() -> None:
    docket = hearing(1, MONDAY + DAY), hearing(2, MONDAY + 9 * DAY)
    assert over(held(MONDAY + DAY + HOUR), *docket) == {1}
    running = [
        clock.matter_id.int for clock in clocks_of([*docket, held(MONDAY + DAY)], None) if clock.rule_id == HEARING
    ]
    assert running == [2]


def test_one_that_began_early_is_the_one_that_was_set() -> None:
    assert over(held(MONDAY + DAY - HOUR), hearing(1, MONDAY + DAY)) == {1}


def test_of_two_on_one_day_the_later_is_still_to_come_unless_only_the_day_is_known() -> None:
    docket = hearing(1, MONDAY + DAY), hearing(2, MONDAY + DAY + 5 * HOUR)
    assert over(held(MONDAY + DAY + HOUR), *docket) == {1}
    assert over(replace(held(MONDAY + DAY), day_only=True), *docket) == {1, 2}


def test_what_was_set_after_it_was_held_stands() -> None:
    held_today = held(MONDAY + DAY)
    again = seen(3, "hearing_scheduled", MONDAY + DAY, MONDAY + DAY + 2 * HOUR, for_at=MONDAY + DAY + 6 * HOUR)
    assert over(held_today, hearing(1, MONDAY + DAY), again) == {1}


def test_nothing_is_over_by_a_hearing_held_in_the_future() -> None:
    assert over(held(MONDAY + DAY, entered_at=MONDAY), hearing(1, MONDAY + DAY)) == set()


def test_a_removal_is_a_clock_until_it_has_happened_or_they_are_safe() -> None:
    set_for = seen(1, "removal_scheduled", MONDAY, for_at=MONDAY + 12 * HOUR)
    (clock,) = removals(set_for)
    assert (clock.safe_at, clock.severity) == (MONDAY + 12 * HOUR, "user_action")
    for end in ("removed", "arrived_safely"):
        assert removals(set_for, seen(2, end, MONDAY + HOUR, MONDAY + HOUR)) == []
    assert removals(set_for, seen(2, "stay_granted", MONDAY + HOUR, MONDAY + HOUR)), "it binds one of several tracks"
    earlier = seen(3, "arrived_safely", MONDAY - DAY, MONDAY - DAY)
    assert removals(earlier, set_for), "it was set after they were safe"


def removals(*docket: Seen) -> list[CountedClock]:
    return [clock for clock in clocks_of(docket, None) if clock.rule_id == REMOVAL]
