"""Whatever channels, providers and people do, in any order: nobody is forgotten and nothing is accepted twice."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from alerts.channels.port import Arrival, PermanentFailure, Report, TemporaryFailure, UnknownOutcome
from alerts.models import SOUGHT, Delivery, DeliveryState, Need, NeedState
from alerts.search.acks import Ack, accept_need, decline_need, hold_need
from alerts.search.paging import TIMER as ESCALATE
from store.clock import ManualClock
from store.timers import Timer
from store.unit_of_work import Store
from tests.channels.night import Night
from tests.quick import quick_store

NAMES = ("Aigerim", "Timur")
CHANNELS = ("telegram", "sms", "voice")
FAILURES = {
    "down": TemporaryFailure("down", "no answer"),
    "unknown": UnknownOutcome("no_answer", "no answer came"),
    "gone": PermanentFailure("gone", "gone", recipient_gone=True),
    "refused": PermanentFailure("refused", "our words were refused"),
    "well": None,
}
ADDRESSES = {
    name: {"telegram": str(100 + place), "sms": f"+7700000000{place}", "voice": f"+7700000000{place}"}
    for place, name in enumerate(NAMES)
}
POLICY = "[telegram, sms, voice], order: in_turn, gap: 30s"


class AnyNight(RuleBasedStateMachine):
    """One alert, two coordinators with three channels each, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.clock = ManualClock(datetime(2026, 3, 2, 18, 0, tzinfo=UTC))
        self._first: Store = self._stack.enter_context(quick_store(folder, self.clock))
        self.accepted: set[str] = set()

    @initialize()
    def begins(self) -> None:
        self.night = Night(self._with_reactions, self.clock)
        self.night.policy(coordinator=POLICY)
        for name in NAMES:
            self.night.helper(name, **ADDRESSES[name])
        self.code = self.night.reports("hello")
        self.night.works()

    def _with_reactions(self, **reactions: tuple[str, ...]) -> Store:
        return Store(self._first.engine, self._first.ring, self.clock, reactions=reactions)

    @rule(name=st.sampled_from(NAMES), channel=st.sampled_from(CHANNELS), how=st.sampled_from(sorted(FAILURES)))
    def an_address_fails_or_mends(self, name: str, channel: str, how: str) -> None:
        self.night.channels[channel].fail_at(ADDRESSES[name][channel], FAILURES[how])

    @rule(seconds=st.sampled_from((1, 20, 45, 200, 700)))
    def time_passes(self, seconds: int) -> None:
        self.night.later(seconds=seconds)

    @rule(channel=st.sampled_from(("sms", "voice")), arrival=st.sampled_from(Arrival), gone=st.booleans())
    def a_provider_reports(self, channel: str, arrival: Arrival, *, gone: bool) -> None:
        handed = [row for row in self.night.rows(channel) if row.provider_ref is not None]
        if handed:
            self.night.told(handed[-1], Report(arrival, f"code-{arrival}", "said so", recipient_gone=gone))

    @rule(name=st.sampled_from(NAMES))
    def somebody_accepts(self, name: str) -> None:
        with self.night.store.unit("test") as unit:
            if accept_need(unit, self._need().id, self.night.contact_id(name)) is Ack.YOURS:
                self.accepted.add(name)
        self.night.works()

    @rule(name=st.sampled_from(NAMES))
    def somebody_says_yes_by_text(self, name: str) -> None:
        with self.night.store.unit("test") as unit:
            hold_need(unit, self._need().id, self.night.contact_id(name))
        self.night.works()

    @rule(name=st.sampled_from(NAMES))
    def somebody_declines(self, name: str) -> None:
        with self.night.store.unit("test") as unit:
            decline_need(unit, self._need().id, self.night.contact_id(name))
        self.night.works()

    def _need(self) -> Need:
        return self.night.need(self.code)

    @invariant()
    def nothing_is_accepted_twice(self) -> None:
        if hasattr(self, "code"):
            need = self._need()
            assert (need.state == NeedState.ACCEPTED) == (need.accepted_by is not None)
            assert not (need.state == NeedState.ACCEPTED and need.held_by is not None)

    @invariant()
    def an_open_need_is_looked_at_again_in_time(self) -> None:
        if not hasattr(self, "code") or self._need().state not in SOUGHT:
            return
        with self.night.store.read() as unit:
            due_at = unit.session.scalar(
                select(Timer.due_at).where(Timer.kind == ESCALATE, Timer.subject_id == self._need().id)
            )
        assert due_at is not None, "somebody is needed and nobody looks"
        assert (due_at - self.clock.now()).total_seconds() <= 10 * 60 + 31

    @invariant()
    def what_rests_has_an_end_that_says_so(self) -> None:
        if not hasattr(self, "code"):
            return
        with self.night.store.read() as unit:
            resting = unit.session.scalars(
                select(Delivery.state).where(
                    Delivery.due_at.is_(None), Delivery.parked_at.is_(None), Delivery.action == "send"
                )
            ).all()
        assert not {DeliveryState.QUEUED, DeliveryState.SENDING} & set(resting)

    def teardown(self) -> None:
        self._stack.close()


class AnyNightForLong(AnyNight):
    """The same, many more times."""


TestAnyNight = AnyNight.TestCase
TestAnyNight.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)
# Seven minutes and more: with less time the run ends in the middle, and Hypothesis calls that an inconsistent test.
TestAnyNightForLong = pytest.mark.timeout(3600)(pytest.mark.long(AnyNightForLong.TestCase))
TestAnyNightForLong.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
