"""Duty at a glance: who is on call, until when, and who then; whoever nobody knows is told as nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from alerts.needs.duty_now import LOOKS_AHEAD, OnDuty, duty_now, member_id
from alerts.policy.policies import ABSENT
from contacts.duty import Duty, Member, Why
from contacts.roster import Override
from tests.contacts.test_roster import DAY, HOUR, plan, utc

AIGERIM, TIMUR, SAULE = (UUID(int=number) for number in (1, 2, 3))
A, B, C = map(str, (AIGERIM, TIMUR, SAULE))
NINE = utc("2026-03-03T04:00")
"""In Almaty, when B takes over from A."""
HERE = Member(country="KZ")
TEAM = {A: HERE, B: HERE, C: HERE}
SECOND = timedelta(seconds=1)


def stands(duty: Duty, *, after: timedelta = timedelta(), members: dict[str, Member] = TEAM) -> OnDuty:
    (found,) = duty_now([duty], members, NINE + after)
    return found


def test_it_says_who_is_on_call_until_when_and_who_then() -> None:
    daily = Duty(plan(A, B, every=DAY))
    before, at = stands(daily, after=-SECOND), stands(daily)
    assert (before.now, before.until, before.then) == (AIGERIM, NINE, TIMUR)
    assert (at.now, at.until, at.then) == (TIMUR, NINE + DAY, AIGERIM)
    assert (at.roster, at.zone) == (daily.roster.name, "Asia/Almaty")
    assert (at.holes, at.is_open) == ((), False)
    assert at.people == {AIGERIM, TIMUR}


def test_turns_of_one_person_in_a_row_are_one_and_who_comes_after_them_is_told() -> None:
    found = stands(Duty(plan(A, B, B, B, every=DAY)))
    assert (found.now, found.until, found.then) == (TIMUR, NINE + 3 * DAY, AIGERIM)


def test_who_is_on_call_for_very_long_is_told_without_an_end() -> None:
    alone = stands(Duty(plan(A, every=DAY)))
    assert (alone.now, alone.until, alone.then) == (AIGERIM, None, None)
    days = LOOKS_AHEAD // DAY
    soon, long = (stands(Duty(plan(A, *[B] * turns, every=DAY))) for turns in (days - 1, days))
    assert (soon.now, soon.until, soon.then) == (TIMUR, NINE + (days - 1) * DAY, AIGERIM)
    assert (long.now, long.until, long.then) == (TIMUR, None, None)


def test_who_stands_in_is_on_call_and_the_hour_after_is_anothers() -> None:
    stand_in = Override(C, NINE + HOUR, NINE + 2 * HOUR, NINE - DAY)
    duty = Duty(plan(A, B, every=DAY), (stand_in,))
    assert [(one.now, one.until, one.then) for one in (stands(duty), stands(duty, after=HOUR))] == [
        (TIMUR, NINE + HOUR, SAULE),
        (SAULE, NINE + 2 * HOUR, TIMUR),
    ]


def test_whoever_nobody_knows_is_told_as_nobody_and_as_a_hole() -> None:
    found = stands(Duty(plan(ABSENT, B, every=DAY)), after=-HOUR)
    assert (found.now, found.then) == (None, TIMUR)
    assert found.is_open
    (hole,) = found.holes
    assert (hole.why, hole.until, member_id(hole)) == (Why.GONE, NINE, None)
    assert found.people == {TIMUR}


def test_a_hole_of_tonight_is_told_before_it_opens() -> None:
    silent = {**TEAM, A: Member(country="KZ", unreachable_since=NINE - DAY)}
    found = stands(Duty(plan(A, B, every=DAY)), after=HOUR, members=silent)
    assert not found.is_open, "it is another's turn"
    (hole,) = found.holes
    assert (hole.from_, member_id(hole)) == (NINE + DAY, AIGERIM)
    assert found.people == {AIGERIM, TIMUR}
