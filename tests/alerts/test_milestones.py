"""“Somebody has it” is only said for as long as somebody does something about it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy import NEEDS
from alerts.policy.escalation import WaitUntil
from alerts.policy.ladder import Ladder
from alerts.policy.milestones import (
    MILESTONES,
    Done,
    GiveBack,
    Milestone,
    Next,
    Remind,
    Spans,
    grace_of,
    next_milestone,
    spans_of,
)
from alerts.policy.waits import CLOCK_SLACK
from tests.alerts.search import NIGHT, minutes

CONTACT, FILED = Milestone.CONTACT_MADE, Milestone.FILED
COORDINATOR, LAWYER = MILESTONES["coordinator"], MILESTONES["lawyer"]
TOO_MANY = 30


def at(
    after: timedelta, *reached: Milestone, reminded: timedelta | None = None, spans: Spans = LAWYER, back: int = 0
) -> Next:
    reminded_at = None if reminded is None else NIGHT + reminded
    return next_milestone(spans, reached, accepted_at=NIGHT + minutes(back), reminded_at=reminded_at, now=NIGHT + after)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_a_coordinator_is_reminded_after_45_minutes_and_loses_it_11_minutes_later() -> None:
    assert at(minutes(0), spans=COORDINATOR) == WaitUntil(NIGHT + minutes(45))
    assert at(minutes(45), spans=COORDINATOR) == Remind(CONTACT)
    assert at(minutes(45), reminded=minutes(45), spans=COORDINATOR) == WaitUntil(NIGHT + minutes(56.25))
    assert at(minutes(56.25), reminded=minutes(45), spans=COORDINATOR) == GiveBack(CONTACT)
    assert at(minutes(50), CONTACT, reminded=minutes(45), spans=COORDINATOR) == Done()


def test_a_lawyer_makes_contact_and_then_files() -> None:
    assert at(minutes(0)) == WaitUntil(NIGHT + hours(1))
    assert at(minutes(61)) == Remind(CONTACT)
    assert at(minutes(61), CONTACT) == WaitUntil(NIGHT + hours(24))
    assert at(hours(24), CONTACT) == Remind(FILED)
    assert at(hours(25), CONTACT, reminded=hours(24)) == WaitUntil(NIGHT + hours(26))
    assert at(hours(26), CONTACT, reminded=hours(24)) == GiveBack(FILED)
    assert at(hours(25), CONTACT, FILED, reminded=hours(24)) == Done()


def test_who_has_filed_has_made_contact() -> None:
    assert at(hours(2), FILED) == Done()


def test_a_reminder_that_went_late_leaves_its_whole_grace() -> None:
    assert at(hours(9)) == Remind(CONTACT)
    assert at(hours(9), reminded=hours(9)) == WaitUntil(NIGHT + hours(9) + minutes(15))


@pytest.mark.parametrize(
    ("span", "grace"),
    [
        (minutes(5), minutes(5)),
        (minutes(20), minutes(5)),
        (minutes(60), minutes(15)),
        (hours(8), hours(2)),
        (hours(24), hours(2)),
    ],
)
def test_the_grace_is_a_quarter_of_the_span_within_limits(span: timedelta, grace: timedelta) -> None:
    assert grace_of(span) == grace


def test_a_reminder_by_a_clock_a_little_ahead_was_sent_all_the_same() -> None:
    """Otherwise whoever has the case is reminded twice within the same minute, by two machines."""
    ahead = hours(1) + timedelta(seconds=30)
    assert at(hours(1), reminded=ahead) == WaitUntil(NIGHT + ahead + minutes(15))
    assert at(hours(1), reminded=ahead + timedelta(seconds=1)) == Remind(CONTACT)


def test_what_is_promised_to_families_is_an_hour_and_a_day() -> None:
    spans = {need: {one.value: span for one, span in of.items()} for need, of in MILESTONES.items()}
    assert spans.pop("coordinator") == {"contact_made": minutes(45)}
    assert spans.pop("lawyer") == {"contact_made": hours(1), "filed": hours(24)}
    assert all(of == {"contact_made": hours(1)} for of in spans.values())


def test_a_clock_set_back_does_not_stretch_a_wait() -> None:
    assert at(minutes(0), back=120) == Remind(CONTACT)
    assert at(minutes(0), reminded=minutes(120)) == WaitUntil(NIGHT + hours(1))
    assert at(minutes(0), reminded=minutes(120), back=120) == Remind(CONTACT)


def test_every_need_has_milestones_that_begin_with_contact() -> None:
    assert set(MILESTONES) == set(NEEDS)
    assert all(list(spans) == [CONTACT, FILED][: len(spans)] for spans in MILESTONES.values())
    assert all(MILESTONES.values())


@pytest.mark.parametrize("kind", ["second_lawyer", "interpreter", "observer", "doctor"])
def test_whoever_else_is_sought_speaks_to_somebody_within_the_hour(kind: str) -> None:
    assert spans_of(kind, Ladder(())) == {CONTACT: hours(1)}


def test_a_policy_states_spans_and_the_rest_holds() -> None:
    assert spans_of("coordinator", Ladder(())) == {CONTACT: minutes(45)}
    assert spans_of("lawyer", Ladder(())) == LAWYER
    assert spans_of("lawyer", Ladder((), contact_within=hours(2))) == {CONTACT: hours(2), FILED: hours(24)}
    assert spans_of("lawyer", Ladder((), filed_within=hours(12))) == {CONTACT: hours(1), FILED: hours(12)}
    assert spans_of("doctor", Ladder((), filed_within=hours(12))) == {CONTACT: hours(1)}


lengths = st.integers(5, 10_000).map(minutes)
some_spans = st.builds(
    lambda contact, further: {CONTACT: contact} if further is None else {CONTACT: contact, FILED: contact + further},
    lengths,
    st.none() | lengths,
)
jumps = st.timedeltas(-timedelta(days=2), timedelta(days=2))


class Acceptance:
    """Somebody took it; what the caller does with decisions, in ten lines."""

    def __init__(self, spans: Spans) -> None:
        self.spans, self.now = spans, NIGHT
        self.reached: list[Milestone] = []
        self.reminded_at: datetime | None = None
        self.reminders: list[Milestone] = []

    def decide(self) -> Next:
        return next_milestone(self.spans, self.reached, accepted_at=NIGHT, reminded_at=self.reminded_at, now=self.now)

    def go_on(self) -> Next:
        """What follows now, once nothing more is to be said."""
        following = self.decide()
        if isinstance(following, Remind):
            self.reminders.append(following.milestone)
            self.reminded_at = self.now
            following = self.decide()
        assert not isinstance(following, Remind), "nobody is reminded twice in one instant"
        if isinstance(following, WaitUntil):
            longest = max(self.spans.values()) + CLOCK_SLACK
            assert timedelta(0) < following.at - self.now <= longest
        return following

    def reach(self, milestone: Milestone) -> None:
        self.reached.append(milestone)
        self.reminded_at = None


@given(spans=some_spans, jumps=st.lists(jumps, max_size=6))
def test_what_nobody_follows_up_is_given_back_after_one_reminder_whatever_the_clock_does(
    spans: Spans, jumps: list[timedelta]
) -> None:
    one = Acceptance(spans)
    for _ in range(TOO_MANY):
        following = one.go_on()
        if isinstance(following, GiveBack):
            assert following == GiveBack(CONTACT)
            assert one.reminders[0] is CONTACT
            break
        assert isinstance(following, WaitUntil)
        one.now = one.now + jumps.pop() if jumps else following.at
    else:
        raise AssertionError("somebody who does nothing keeps the case")


@given(spans=some_spans)
def test_by_a_clock_that_runs_well_it_is_given_back_when_span_and_grace_are_over(spans: Spans) -> None:
    one = Acceptance(spans)
    while isinstance(following := one.go_on(), WaitUntil):
        one.now = following.at
    assert one.now == NIGHT + spans[CONTACT] + grace_of(spans[CONTACT])
    assert one.reminders == [CONTACT]


@given(spans=some_spans, eager=st.lists(st.floats(0, 0.999), min_size=2, max_size=2), looks=st.integers(0, 4))
def test_what_is_followed_up_is_never_given_back(spans: Spans, eager: list[float], looks: int) -> None:
    one = Acceptance(spans)
    for milestone, part in zip(spans, eager, strict=False):
        last_moment = max(one.now, NIGHT + spans[milestone]) + grace_of(spans[milestone])
        reaches_at = one.now + (last_moment - one.now) * part
        while isinstance(following := one.go_on(), WaitUntil) and following.at <= reaches_at:
            one.now = following.at
        assert isinstance(following, WaitUntil), following
        one.now = reaches_at
        one.reach(milestone)
    for _ in range(looks):
        assert one.go_on() == Done()
        one.now += timedelta(days=30)
