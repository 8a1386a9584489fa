"""Which watches an event opens, and what raises the risk: pure, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.docket.places import place_signal
from cases.docket.risk import read_risk
from cases.docket.seen import Seen
from cases.docket.vocabulary import MEANINGS, meaning_of
from cases.docket.watching import still_worth_asking, watches_of
from law.rules import Kind
from law.shipped import load_rules

ALMATY = ZoneInfo("Asia/Almaty")
NOBODY = UUID(int=0)
SAFE = "arrived_safely"


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ALMATY).astimezone(UTC)


def seen(kind: str, happened: datetime, **given: object) -> Seen:
    plain = {"for_at": None, "until_at": None, "zone": "Asia/Almaty", "day_only": False}
    return Seen(id=NOBODY, matter_id=NOBODY, kind=kind, at=happened, **{**plain, **given})  # type: ignore[arg-type]


def due(occurrence: Seen, kind: str) -> list[datetime]:
    return [watch.due_at for watch in watches_of(occurrence) if watch.kind == kind]


def test_who_is_released_is_asked_after_at_six_hours_a_day_and_three() -> None:
    released = at(2025, 2, 15, 9)
    asked = due(seen("released", released), "proof_of_life")
    assert asked == [released + timedelta(hours=hours) for hours in (6, 24, 72)]


def test_the_evening_before_each_term_ends_a_lawyer_is_on_call() -> None:
    ends = (at(2025, 11, 21, 18), at(2025, 11, 24, 18), at(2025, 11, 29, 18))
    evenings = due(seen("administrative_arrest", at(2025, 11, 14, 18), term_ends=ends), "end_of_term")
    assert evenings == [at(2025, 11, 20, 18), at(2025, 11, 23, 18), at(2025, 11, 28, 18)]


def test_the_court_list_is_looked_at_on_the_two_mornings_before_weekends_too() -> None:
    monday = at(2019, 10, 21, 10)
    looks = due(seen("hearing_scheduled", at(2019, 10, 18, 10), for_at=monday), "court_list")
    assert looks == [at(2019, 10, 19, 8), at(2019, 10, 20, 8)]


def test_the_evening_before_is_told_by_the_wall_clock_when_clocks_change_at_night() -> None:
    ends = at(2024, 3, 1, 18)  # Almaty went from UTC+6 to UTC+5 in the night before
    assert due(seen("extradition_arrest_extended", at(2024, 2, 1), until_at=ends), "end_of_term") == [
        at(2024, 2, 29, 18)
    ]


def test_what_was_entered_too_late_is_asked_for_now_and_was_missed_by_nobody() -> None:
    """A hearing of tomorrow at ten, heard of tonight: the mornings on which to look at the list are over."""
    tonight = at(2026, 11, 30, 23)
    planned = watches_of(seen("hearing_scheduled", tonight, for_at=at(2026, 12, 1, 10)))
    assert [one.due_at for one in planned] == [at(2026, 11, 29, 8), at(2026, 11, 30, 8)]
    assert [one.due_at for one in still_worth_asking(planned, tonight)] == [tonight]


def test_what_is_still_to_come_is_asked_for_in_its_time() -> None:
    released, entered = at(2025, 2, 15, 9), at(2025, 2, 15, 20)
    planned = watches_of(seen("released", released))
    assert [one.due_at for one in still_worth_asking(planned, entered)] == [
        entered,
        released + timedelta(hours=24),
        released + timedelta(hours=72),
    ]


def test_an_hour_that_was_agreed_keeps_its_beat_however_late_it_is_entered() -> None:
    agreed = at(2026, 1, 5, 20)
    planned = watches_of(seen("daily_contact_expected", agreed, for_at=agreed))
    (watch,) = still_worth_asking(planned, agreed + timedelta(hours=5))
    assert watch.due_at == agreed + timedelta(hours=1)


def test_papers_are_asked_for_oftener_than_the_shortest_time_to_appeal() -> None:
    watch = next(one for one in watches_of(seen("extradition_detention_actual", at(2025, 8, 31))) if one.every)
    appeals = [
        timedelta(days=rule.period.value)
        for rule in load_rules().of("KZ")
        if rule.kind is Kind.USER_ACTION and rule.title.startswith("Appeal") and rule.period.value
    ]
    assert min(appeals) == timedelta(hours=72)
    assert watch.every is not None
    assert watch.every < min(appeals)
    assert watch.due_at - at(2025, 8, 31) < min(appeals), "the first time too"


@pytest.mark.parametrize("event", sorted(MEANINGS))
def test_what_an_event_opens_is_numbered_and_the_same_each_time(event: str) -> None:
    occurrence = seen(event, at(2026, 1, 5, 12), for_at=at(2026, 1, 9, 10), until_at=at(2026, 2, 1))
    watches = watches_of(occurrence)
    assert watches == watches_of(occurrence)
    numbered = [(watch.kind, watch.number) for watch in watches]
    assert len(set(numbered)) == len(numbered)
    assert all(watch.due_at.tzinfo is UTC for watch in watches)


def test_an_event_nobody_knows_opens_nothing() -> None:
    assert watches_of(seen("cat_on_the_roof", at(2026, 1, 5))) == ()


@given(st.lists(st.sampled_from(sorted(MEANINGS)), max_size=30))
def test_only_being_safe_lowers_the_risk(events: list[str]) -> None:
    level = 0
    for count in range(1, len(events) + 1):
        risk = read_risk(seen(event, at(2026, 1, 1)) for event in events[:count])
        assert risk.level >= level or events[count - 1] == SAFE
        assert (risk.level == 0) == (risk.reasons == ())
        assert all(meaning_of(reason).risk for reason in risk.reasons)
        level = risk.level


@pytest.mark.parametrize(
    ("words", "signal"),
    [
        ("they detained him in Zharkent", "near_border"),
        ("Оны Жаркентте ұстады", "near_border"),
        ("его везут в Хоргос", "near_border"),
        ("他在霍尔果斯", "near_border"),
        ("she is at the airport", "at_airport"),
        ("її в аэропорту держат", "at_airport"),
        ("he is at home", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_a_place_near_the_border_is_heard_in_every_script(words: str, signal: str | None) -> None:
    assert place_signal(words) == signal
