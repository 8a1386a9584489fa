"""Whatever happens in whatever order, an open need is never silent. Hypothesis invents the nights."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alerts import progress as happening
from alerts.policy.escalation import Decision, Exhausted, PageStep, Settled, WaitUntil
from alerts.policy.waits import CLOCK_SLACK
from tests.alerts.search import EVERYBODY, OVERTIME, TOO_MANY, Search, ladder_of

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.policy.ladder import Ladder
    from alerts.progress import Progress

people = st.frozensets(st.sampled_from(EVERYBODY), max_size=3)
ladders = st.builds(
    lambda waits, repeat: ladder_of(*waits, repeat=repeat),
    st.lists(st.sampled_from([0, 0.5, 2, 5, 25]), max_size=3),
    st.integers(0, 3),
)
jumps = st.one_of(
    st.timedeltas(timedelta(0), timedelta(minutes=30)),
    st.timedeltas(-timedelta(days=2), timedelta(days=2)),
    st.timedeltas(-CLOCK_SLACK, CLOCK_SLACK),
)


class Night(RuleBasedStateMachine):
    """One search, with people who answer in every way and a clock that cannot be trusted."""

    @initialize(ladder=ladders, on_step=st.lists(people, min_size=3, max_size=3))
    def somebody_reports(self, ladder: Ladder, on_step: list[frozenset[UUID]]) -> None:
        self.search = Search(ladder, on_step)
        self.positions: list[tuple[int, int]] = []
        self.go_on()

    # what people and the world do

    @rule(by=jumps)
    def the_clock_moves(self, by: timedelta) -> None:
        self.search.now += by
        self.go_on()

    @precondition(lambda self: self.is_open)
    @rule()
    def the_wait_passes(self) -> None:
        waiting = self.search.decide()
        assert isinstance(waiting, WaitUntil)
        self.search.now = waiting.at
        self.go_on()

    @precondition(lambda self: self.search.rows)
    @rule(data=st.data())
    def somebody_declines(self, data: st.DataObject) -> None:
        self.search.decline(data.draw(st.sampled_from(self.search.rows)).contact)
        self.go_on()

    @precondition(lambda self: self.search.progress.paged)
    @rule(data=st.data())
    def somebody_is_out_of_reach(self, data: st.DataObject) -> None:
        self.search.lose(data.draw(st.sampled_from(sorted(self.search.progress.paged))))
        self.go_on()

    @precondition(lambda self: self.search.rows)
    @rule(data=st.data())
    def somebody_accepts(self, data: st.DataObject) -> None:
        self.search.accept(data.draw(st.sampled_from(self.search.rows)).contact)
        self.go_on()

    @precondition(lambda self: self.search.progress.accepted_by is not None)
    @rule()
    def the_acceptance_goes_stale(self) -> None:
        self.search.give_back()
        self.go_on()

    @rule(ladder=ladders)
    def the_policy_is_exchanged(self, ladder: Ladder) -> None:
        self.search.ladder = ladder
        self.go_on()

    @precondition(lambda self: self.is_open)
    @rule()
    def the_search_is_restarted(self) -> None:
        self.search.progress = happening.restart(self.search.progress, self.search.now)
        self.go_on()

    @rule(step=st.integers(0, 2), who=people)
    def the_roster_changes(self, step: int, who: frozenset[UUID]) -> None:
        self.search.on_step[step] = who

    # what must hold

    @invariant()
    def rows_tell_the_same_story(self) -> None:
        assert self.search.from_rows() == self.search.progress

    @invariant()
    def somebody_hears_of_it_soon(self) -> None:
        if self.is_open:
            assert self.silence_ahead() <= self.longest_wait() + OVERTIME + 2 * CLOCK_SLACK

    @property
    def is_open(self) -> bool:
        return self.search.progress.accepted_by is None

    def go_on(self) -> None:
        decisions = 0
        while True:
            decision, before = self.search.decide(), self.search.progress
            asked = self.search.carry_out(decision)
            decisions += 1
            assert decisions <= self.most_decisions()
            if isinstance(decision, PageStep):
                self.check_page(decision, before, asked)
            if isinstance(decision, WaitUntil | Settled):
                self.check_rest(decision)
                return

    def check_page(self, page: PageStep, before: Progress, asked: frozenset[UUID]) -> None:
        following = (before.round, before.step + 1)
        assert (page.round, page.step) in {following, (before.round + 1, 0)}
        assert not self.positions or (page.round, page.step) > self.positions[-1]
        assert page.step < len(self.search.ladder.steps)
        self.positions.append((page.round, page.step))
        on_step = self.search.on_step[page.step]
        if not before.overtime:
            assert asked == on_step - before.declined
        elif page.step == 0:
            assert asked == on_step
        if before.awaited and 0 <= before.step < len(self.search.ladder.steps):
            assert before.began_at is not None
            wait = self.search.ladder.steps[before.step].wait
            was_set_back = before.began_at > self.search.now + CLOCK_SLACK
            assert was_set_back or self.search.now >= before.began_at + wait

    def check_rest(self, decision: Decision) -> None:
        if isinstance(decision, Settled):
            assert not self.is_open
        else:
            assert isinstance(decision, WaitUntil)
            assert self.is_open
            ahead = decision.at - self.search.now
            assert timedelta(0) < ahead <= max(self.longest_wait(), OVERTIME) + CLOCK_SLACK
            if self.search.progress.awaited and not self.search.progress.overtime:
                progress, ladder = self.search.progress, self.search.ladder
                assert progress.began_at is not None
                assert decision.at == progress.began_at + ladder.steps[progress.step].wait

    def silence_ahead(self) -> timedelta:
        """How long it takes until the next page or announcement if nobody answers and the clock runs well."""
        ahead = copy.copy(self.search)
        ahead.rows = []
        begun = ahead.now
        for _ in range(TOO_MANY):
            for decision, asked in ahead.sleep():
                if asked or isinstance(decision, Exhausted):
                    return ahead.now - begun
        raise AssertionError("nobody will ever hear of it")

    def longest_wait(self) -> timedelta:
        return max((step.wait for step in self.search.ladder.steps), default=timedelta(0))

    def most_decisions(self) -> int:
        """Each step of each ordinary round, an exhaustion, one round of overtime, its exhaustion, the rest."""
        return (self.search.ladder.rounds + 1) * len(self.search.ladder.steps) + 3


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
