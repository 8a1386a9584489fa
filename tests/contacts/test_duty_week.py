"""A week of any roster, with whatever was agreed: nothing is left out, nothing is told twice, every hole is in it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contacts.duty import Duty, Member, Why
from contacts.duty_week import now_and_next, turns
from contacts.roster import Handoff, Override, RosterPlan, on_call
from tests.contacts.test_roster_properties import PLANS, Situation, situations

A_WEEK = timedelta(weeks=1)
A_SECOND = timedelta(seconds=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MEMBERS = st.dictionaries(
    st.sampled_from("ABCDE"), st.builds(Member, unreachable_since=st.none() | st.just(NOON)), max_size=5
)


@given(situations(), MEMBERS, st.integers(-200, 200))
def test_turns_tile_the_week_and_agree_with_who_is_on_call(
    situation: Situation, members: dict[str, Member], hours: int
) -> None:
    roster, overrides, at = situation
    duty = Duty(roster, tuple(overrides))
    found = turns(duty, members, at, at + A_WEEK, at + timedelta(hours=hours))
    assert found[0].from_ == at
    assert found[-1].until == at + A_WEEK
    for one, other in itertools.pairwise(found):
        assert one.until == other.from_
        assert (one.member, one.is_agreed) != (other.member, other.is_agreed), "what belongs together is one"
    for turn in found:
        for instant in (turn.from_, turn.until - A_SECOND):
            assert on_call(roster, overrides, instant).member == turn.member
        usual = on_call(roster, (), turn.from_).member
        assert turn.is_agreed == (usual != turn.member)


@given(situations(), MEMBERS, st.integers(0, 100))
def test_whoever_would_not_hear_is_a_hole_unless_it_is_over(
    situation: Situation, members: dict[str, Member], hours: int
) -> None:
    roster, overrides, at = situation
    now = at + timedelta(hours=hours)
    for turn in turns(Duty(roster, tuple(overrides)), members, at, at + A_WEEK, now):
        member = None if turn.member is None else members.get(turn.member)
        hears = member is not None and member.unreachable_since is None
        assert (turn.hole is None) == (hears or turn.until <= now)
        if turn.hole is not None:
            assert turn.hole.from_ == max(turn.from_, now)


@given(PLANS, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  bounds
def test_next_is_somebody_else_at_the_very_end_of_now(roster: RosterPlan, at: datetime) -> None:
    current, following = now_and_next(Duty(roster), at)
    assert current.member == on_call(roster, (), at).member
    if following is None:
        assert len(set(roster.members)) <= 1 or current.until is None
    else:
        assert following.member != current.member
        assert following.from_ == current.until


def test_somebody_who_takes_over_stands_in_whose_place_it_is() -> None:
    roster = RosterPlan("duty", "UTC", timedelta(days=1), Handoff(time(9)), ("A", "B"))
    agreed = Override("C", NOON + timedelta(hours=1), NOON + timedelta(hours=3), NOON)
    found = turns(Duty(roster, (agreed,)), {}, NOON, NOON + timedelta(hours=4), NOON)
    usual = on_call(roster, (), NOON).member
    assert [(turn.member, turn.instead_of) for turn in found] == [(usual, None), ("C", usual), (usual, None)]
    assert {turn.hole.why for turn in found if turn.hole is not None} == {Why.GONE}
    assert found[0].begins_before
    assert found[-1].goes_on


DAILY = RosterPlan("duty", "UTC", timedelta(days=1), Handoff(time(9)), ("A", "B"))  # B has 2 March from nine
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEARD = {"A": Member(), "B": Member(), "C": Member()}


def test_two_agreements_in_a_row_are_one_turn_that_was_agreed() -> None:
    """Otherwise the week says that C was on by the rotation, and nobody asks whether C still can."""
    first, second = NINE + timedelta(hours=3), NINE + timedelta(hours=6)
    agreed = (Override("C", NINE, first, NOON), Override("C", first, second, NOON))
    one, rest = turns(Duty(DAILY, agreed), HEARD, NINE, NINE + timedelta(hours=8), NINE)
    usual = on_call(DAILY, (), NINE).member
    assert (one.member, one.from_, one.until, one.is_agreed, one.instead_of) == ("C", NINE, second, True, usual)
    assert (rest.member, rest.is_agreed, rest.instead_of) == (usual, False, None)


def test_a_turn_that_begins_or_ends_with_what_was_asked_about_is_whole() -> None:
    whole, other = turns(Duty(DAILY), HEARD, NINE, NINE + timedelta(days=2), NINE)
    assert not any((whole.begins_before, whole.goes_on, other.begins_before, other.goes_on))
    (cut,) = turns(Duty(DAILY), HEARD, NINE + A_SECOND, NINE + timedelta(days=1) - A_SECOND, NINE)
    assert cut.begins_before
    assert cut.goes_on


def test_a_hole_belongs_to_whoever_has_the_turn_and_not_to_who_comes_before() -> None:
    first, second = (on_call(DAILY, (), NINE + timedelta(days=day)).member for day in (0, 1))
    away = {str(first): Member(), str(second): Member(unreachable_since=NOON)}
    found = turns(Duty(DAILY), away, NINE, NINE + timedelta(days=2), NINE)
    assert [None if turn.hole is None else turn.hole.why for turn in found] == [None, Why.UNREACHABLE]


def test_whose_own_turn_is_followed_by_one_they_took_over_has_two_and_only_the_last_goes_on() -> None:
    first, second = (on_call(DAILY, (), NINE + timedelta(days=day)).member for day in (0, 1))
    over = Override(str(first), NINE + timedelta(days=1), NINE + timedelta(days=2), NOON)
    own, taken = turns(Duty(DAILY, (over,)), HEARD, NINE, NINE + timedelta(days=1, hours=6), NINE)
    assert (own.member, own.is_agreed, own.goes_on) == (first, False, False)
    assert (taken.member, taken.is_agreed, taken.instead_of, taken.goes_on) == (first, True, second, True)


def test_who_comes_next_is_told_past_further_turns_of_the_same_person() -> None:
    """A, A, B: whoever is asked on the first of A's days hears that B comes in two days, not A tomorrow."""
    roster = RosterPlan("duty", "UTC", timedelta(days=1), Handoff(time(9)), ("A", "A", "B"), NINE.date())
    for hours in (0, 25):
        current, following = now_and_next(Duty(roster), NINE + timedelta(hours=hours))
        assert (current.member, current.until) == ("A", NINE + timedelta(days=2))
        assert following is not None
        assert (following.member, following.from_, following.until) == (
            "B",
            NINE + timedelta(days=2),
            NINE + timedelta(days=3),
        )


def test_nobody_comes_after_somebody_who_is_alone_or_after_nobody() -> None:
    alone = RosterPlan("duty", "UTC", timedelta(days=1), Handoff(time(9)), ("A",), NINE.date())
    current, following = now_and_next(Duty(alone), NINE)
    assert (current.member, current.from_, current.until, following) == ("A", NINE, None, None)
    empty, nobody = now_and_next(Duty(RosterPlan("duty", "UTC", timedelta(days=1), Handoff(time(9)), ())), NINE)
    assert (empty.member, empty.until, nobody) == (None, None, None)
