"""A person's telephones, one after the other or together, until one of them works."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alerts.policy.ladder import Order
from alerts.policy.ringing import Rings, Rung, Way, lost, next_rings
from alerts.policy.waits import CLOCK_SLACK
from tests.alerts.search import NIGHT

GAP = timedelta(seconds=30)
TELEGRAM, SMS, VOICE, EMAIL = (UUID(int=number) for number in range(1, 5))
CHANNELS = {TELEGRAM: "telegram", SMS: "sms", VOICE: "voice", EMAIL: "email"}
BOTH_ORDERS = pytest.mark.parametrize("order", list(Order))


def way(id_: UUID, *, alive: bool = True, named: bool = True) -> Way:
    return Way(id_, CHANNELS[id_], alive, named)


NAMED = (way(TELEGRAM), way(SMS), way(VOICE))
WITH_FALLBACK = (way(EMAIL, named=False), way(TELEGRAM), way(SMS, named=False))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def in_turn(rung: dict[UUID, Rung], after: float, ways: tuple[Way, ...] = NAMED) -> Rings:
    return next_rings(Order.IN_TURN, GAP, ways, rung, asked_at=NIGHT, now=NIGHT + seconds(after))


def at_once(rung: dict[UUID, Rung], ways: tuple[Way, ...] = NAMED) -> Rings:
    return next_rings(Order.AT_ONCE, GAP, ways, rung, asked_at=NIGHT, now=NIGHT)


def test_at_once_all_named_ways_ring_and_there_is_nothing_to_wait_for() -> None:
    assert at_once({}) == Rings((TELEGRAM, SMS, VOICE))
    assert at_once(dict.fromkeys(CHANNELS, Rung.UNDER_WAY)) == Rings()


def test_at_once_goes_on_with_what_is_left_after_a_crash() -> None:
    assert at_once({TELEGRAM: Rung.UNDER_WAY}) == Rings((SMS, VOICE))


def test_at_once_is_at_once_also_where_another_clock_is_a_little_ahead() -> None:
    assert next_rings(Order.AT_ONCE, GAP, NAMED, {}, asked_at=NIGHT + seconds(20), now=NIGHT) == Rings(
        (TELEGRAM, SMS, VOICE)
    )
    assert next_rings(Order.IN_TURN, GAP, NAMED, {}, asked_at=NIGHT + seconds(20), now=NIGHT).now == (TELEGRAM,)


def test_a_clock_half_a_minute_ahead_keeps_the_turns_and_one_further_ahead_was_set_back() -> None:
    by_another = [
        next_rings(Order.IN_TURN, GAP, NAMED, {}, asked_at=NIGHT + seconds(ahead), now=NIGHT).now for ahead in (30, 31)
    ]
    assert by_another == [(TELEGRAM,), (TELEGRAM, SMS, VOICE)]


def test_in_turn_the_next_one_rings_a_gap_later() -> None:
    under_way = Rung.UNDER_WAY
    assert in_turn({}, 0) == Rings((TELEGRAM,), NIGHT + GAP)
    assert in_turn({TELEGRAM: under_way}, 29) == Rings((), NIGHT + GAP)
    assert in_turn({TELEGRAM: under_way}, 30) == Rings((SMS,), NIGHT + 2 * GAP)
    assert in_turn({TELEGRAM: under_way, SMS: under_way}, 60) == Rings((VOICE,))
    assert in_turn(dict.fromkeys([TELEGRAM, SMS, VOICE], under_way), 61) == Rings()


def test_whoever_looks_late_rings_all_that_are_due() -> None:
    assert in_turn({}, 45) == Rings((TELEGRAM, SMS), NIGHT + 2 * GAP)
    assert in_turn({TELEGRAM: Rung.UNDER_WAY}, 3600) == Rings((SMS, VOICE))


@pytest.mark.parametrize("outcome", [Rung.FAILED, Rung.UNKNOWN])
def test_a_failure_starts_the_next_one_in_the_same_second(outcome: Rung) -> None:
    assert in_turn({TELEGRAM: outcome}, 2) == Rings((SMS,), NIGHT + GAP)
    assert in_turn({TELEGRAM: outcome, SMS: Rung.UNDER_WAY}, 29) == Rings((), NIGHT + GAP)
    assert in_turn({TELEGRAM: outcome, SMS: Rung.UNDER_WAY}, 30) == Rings((VOICE,))
    assert in_turn({TELEGRAM: outcome, SMS: outcome}, 3) == Rings((VOICE,))
    assert in_turn({TELEGRAM: Rung.UNDER_WAY, SMS: outcome}, 31) == Rings((VOICE,))
    assert in_turn({TELEGRAM: outcome, SMS: Rung.UNDER_WAY}, 40) == Rings((VOICE,))


def test_a_dead_way_is_passed_over_and_costs_no_time() -> None:
    assert in_turn({}, 0, (way(TELEGRAM, alive=False), way(SMS), way(VOICE))) == Rings((SMS,), NIGHT + GAP)
    assert in_turn({TELEGRAM: Rung.UNDER_WAY}, 30, (way(TELEGRAM), way(SMS, alive=False), way(VOICE))) == Rings(
        (VOICE,)
    )


@BOTH_ORDERS
def test_other_ways_ring_only_when_every_named_one_has_failed_and_then_one_by_one(order: Order) -> None:
    def rings(rung: dict[UUID, Rung]) -> Rings:
        return next_rings(order, GAP, WITH_FALLBACK, rung, asked_at=NIGHT, now=NIGHT + seconds(1))

    failed, under_way = Rung.FAILED, Rung.UNDER_WAY
    assert rings({}) == Rings((TELEGRAM,))
    assert rings({TELEGRAM: under_way}) == Rings()
    assert rings({TELEGRAM: failed}) == Rings((EMAIL,))
    assert rings({TELEGRAM: failed, EMAIL: under_way}) == Rings()
    assert rings({TELEGRAM: failed, EMAIL: Rung.UNKNOWN}) == Rings((SMS,))
    assert rings({TELEGRAM: failed, EMAIL: failed, SMS: failed}) == Rings()


@BOTH_ORDERS
def test_a_person_none_of_whose_named_ways_lives_is_reached_by_another(order: Order) -> None:
    ways = (way(TELEGRAM, alive=False), way(SMS, named=False))
    assert next_rings(order, GAP, ways, {}, asked_at=NIGHT, now=NIGHT) == Rings((SMS,))


@BOTH_ORDERS
def test_a_clock_set_back_makes_nobody_wait(order: Order) -> None:
    asked_at = NIGHT + timedelta(days=1)
    assert next_rings(order, GAP, NAMED, {TELEGRAM: Rung.UNDER_WAY}, asked_at=asked_at, now=NIGHT) == Rings(
        (SMS, VOICE)
    )


def test_lost_is_who_cannot_be_reached_by_anything() -> None:
    failed = dict.fromkeys(CHANNELS, Rung.FAILED)
    assert lost(WITH_FALLBACK, failed)
    assert lost((), {})
    assert lost((way(SMS, alive=False),), {})
    assert not lost(WITH_FALLBACK, {})
    assert not lost(WITH_FALLBACK, {TELEGRAM: Rung.FAILED, EMAIL: Rung.FAILED})
    assert not lost(WITH_FALLBACK, failed | {SMS: Rung.UNKNOWN})
    assert not lost(WITH_FALLBACK, failed | {SMS: Rung.UNDER_WAY})


def test_who_heard_it_is_not_lost_because_the_number_died_afterwards() -> None:
    assert not lost((way(SMS, alive=False),), {SMS: Rung.UNDER_WAY})


some_ways = st.permutations(list(CHANNELS)).flatmap(
    lambda ids: st.lists(st.tuples(st.booleans(), st.booleans()), max_size=4).map(
        lambda kinds: tuple(way(id_, alive=alive, named=named) for id_, (alive, named) in zip(ids, kinds, strict=False))
    )
)


class Asking(RuleBasedStateMachine):
    """One person who is asked once, and telephones that do what they like."""

    look_again_at: datetime | None = None
    is_plain = True
    """Whether the clock never went back and no way was heard of twice or changed."""

    @initialize(ways=some_ways, order=st.sampled_from(Order))
    def somebody_is_asked(self, ways: tuple[Way, ...], order: Order) -> None:
        self.ways, self.order = ways, order
        self.now = NIGHT
        self.rung: dict[UUID, Rung] = {}
        self.go_on()

    @rule(by=st.timedeltas(timedelta(0), 2 * GAP) | st.timedeltas(-timedelta(days=1), timedelta(days=1)))
    def the_clock_moves(self, by: timedelta) -> None:
        self.now += by
        self.is_plain &= by >= timedelta(0)
        self.go_on()

    @precondition(lambda self: self.look_again_at is not None)
    @rule()
    def the_gap_passes(self) -> None:
        assert self.look_again_at is not None
        before, self.now = dict(self.rung), self.look_again_at
        self.go_on()
        assert self.rung != before

    @precondition(lambda self: self.rung)
    @rule(data=st.data(), outcome=st.sampled_from(Rung))
    def something_is_heard_of_a_way(self, data: st.DataObject, outcome: Rung) -> None:
        one = data.draw(st.sampled_from(sorted(self.rung)))
        self.is_plain &= self.rung[one] is Rung.UNDER_WAY
        self.rung[one] = outcome
        before = dict(self.rung)
        left = self.still_to_come()
        self.go_on()
        if outcome is not Rung.UNDER_WAY and left and self.is_plain:
            assert self.rung != before, "a failure did not start the next one"

    @precondition(lambda self: self.ways)
    @rule(data=st.data(), alive=st.booleans())
    def a_way_dies_or_comes_back(self, data: st.DataObject, *, alive: bool) -> None:
        index = data.draw(st.integers(0, len(self.ways) - 1))
        changed = list(self.ways)
        changed[index] = replace(changed[index], alive=alive)
        self.ways = tuple(changed)
        self.is_plain = False
        self.go_on()

    @invariant()
    def nobody_is_lost_before_every_living_way_was_tried(self) -> None:
        if lost(self.ways, self.rung):
            assert {one.id for one in self.ways if one.alive} <= set(self.rung)
            assert self.look_again_at is None

    @invariant()
    def if_all_fails_all_is_tried_without_any_waiting(self) -> None:
        rung = dict(self.rung)
        for _ in range(2 * len(self.ways) + 2):
            rung = dict.fromkeys(rung, Rung.FAILED)
            rung |= dict.fromkeys(self.decide(rung).now, Rung.UNDER_WAY)
        assert lost(self.ways, rung)

    def still_to_come(self) -> list[Way]:
        """Which living ways have not rung, of those whose turn it may be."""
        named = [one for one in self.ways if one.named]
        untried = [one for one in named if one.alive and one.id not in self.rung]
        if untried or any(self.rung.get(one.id) is Rung.UNDER_WAY for one in named):
            return untried
        others = [one for one in self.ways if not one.named]
        if any(self.rung.get(one.id) is Rung.UNDER_WAY for one in others):
            return []
        return [one for one in others if one.alive and one.id not in self.rung]

    def decide(self, rung: dict[UUID, Rung]) -> Rings:
        return next_rings(self.order, GAP, self.ways, rung, asked_at=NIGHT, now=self.now)

    def go_on(self) -> None:
        rings = self.decide(self.rung)
        living = {one.id: one for one in self.ways if one.alive}
        assert not set(rings.now) & set(self.rung), "a way rang twice"
        assert len(set(rings.now)) == len(rings.now)
        assert set(rings.now) <= set(living)
        if any(not living[one].named for one in rings.now):
            assert len(rings.now) == 1
            assert not any(one.named and self.rung.get(one.id, Rung.FAILED) is Rung.UNDER_WAY for one in self.ways)
            assert not any(one.named and one.alive and one.id not in self.rung for one in self.ways)
        self.look_again_at = rings.look_again_at
        if rings.look_again_at is not None:
            assert self.order is Order.IN_TURN
            assert timedelta(0) < rings.look_again_at - self.now <= 3 * GAP + CLOCK_SLACK
        self.rung |= dict.fromkeys(rings.now, Rung.UNDER_WAY)
        assert self.decide(self.rung) == Rings((), rings.look_again_at)


TestAsking = Asking.TestCase
TestAsking.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
