"""A sealed file in any order of events: never open without two sources (or silence) and two people, never once taken
back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.queues import timer_queue
from app.settings import read_settings
from cases import intake
from cases.consent.errors import ConsentError
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Occurrence, Watch, WatchState
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import mark_missed
from cases.models import ReportMessage
from cases.sealed import check_ins, keeping, triggering
from cases.sealed.deciding import Standing, is_approved, opens_at, opens_now
from cases.sealed.models import EntryKind, SealedEntry, SealedFile, SealedSource
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.data_keys import DataKey, sealed_scope
from store.queues import work_once
from tests.conftest import START
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from store.chats import Chat
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

DELAY = timedelta(minutes=30)
TIMERS = timer_queue(read_settings({"PANAH_CANARY": "false"}))
TESTIMONY, INSTRUCTION = "the day they came", "ask for interim measures"
_numbers = iter(range(10**6))

standings = st.builds(
    Standing,
    withdrawn=st.booleans(),
    opened=st.booleans(),
    origins=st.frozensets(st.sampled_from("abc")),
    missed=st.booleans(),
    approvers=st.frozensets(st.uuids(), max_size=3),
    approved_at=st.one_of(st.none(), st.just(START)),
)


@given(standing=standings, after=st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_it_opens_only_of_all_that_it_takes(standing: Standing, after: timedelta) -> None:
    opens = opens_now(standing, DELAY, START + after)
    takes = (
        not standing.withdrawn,
        not standing.opened,
        len(standing.origins) > 1 or standing.missed,
        len(standing.approvers) > 1,
        standing.approved_at is not None,
        after >= DELAY,
    )
    assert opens == all(takes)
    assert (opens_at(standing, DELAY) is not None) <= is_approved(standing)


class AnyLife(RuleBasedStateMachine):
    """What a careful reader of the rules expects, beside what the program does."""

    store: Store
    clock: ManualClock

    def __init__(self) -> None:
        super().__init__()
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", f"9{next(_numbers):06}")
            file = keeping.begin(unit, chat)
            keeping.keep(unit, file, EntryKind.TEAM, TESTIMONY)
            keeping.keep(unit, file, EntryKind.COUNSEL, INSTRUCTION)
            self.case_id = file.case_id
            just_over = unit.now - timedelta(minutes=5)
            check_ins.agree(unit, file, (just_over.hour * 60 + just_over.minute, "UTC"), 168, 2)
            self.own = self._report(unit, chat)
            chats = [find_or_open_chat(unit, "telegram", f"9{next(_numbers):06}") for _ in range(3)]
            self.reports = [self._report(unit, one) for one in chats]
            self.people = [put_contact(unit, ContactCard(f"P{next(_numbers)}", Role.COORDINATOR)) for _ in range(3)]
        self.origins: dict[str, str] = {}
        """Who confirms it, and what they are called in the rows."""
        self.silent = self.looked_for = self.withdrawn = self.opened = False
        self.agreed: set[UUID] = set()
        self.agreed_at: datetime | None = None

    @staticmethod
    def _report(unit: UnitOfWork, chat: Chat) -> UUID:
        return intake.open_report(unit, chat, language="en", kind="text", content="they took him").id

    def _does(self, act: Any, *given: Any, **named: Any) -> bool:
        """Do something as the pages do; False where it was refused."""
        try:
            with self.store.unit("test") as unit:
                file = keeping.file_of_case(unit, self.case_id)
                assert file is not None
                act(unit, file, *given, **named)
        except ConsentError:
            return False
        return True

    @property
    def _triggered(self) -> bool:
        return len(self.origins) > 1 or (self.silent and self.looked_for)

    def _void(self) -> None:
        self.agreed, self.agreed_at = set(), None

    @rule(which=st.integers(0, 2))
    def somebody_reports_it(self, which: int) -> None:
        if self._does(triggering.confirm_by_report, self.reports[which], "they saw it"):
            self._counts(f"report {which}")

    @rule()
    def their_own_words_are_no_source(self) -> None:
        assert not self._does(triggering.confirm_by_report, self.own, "they say so")

    @rule(who=st.sampled_from(["Aunt", " aunt ", "AUNT!", "the guard"]))
    def somebody_says_it(self, who: str) -> None:
        if self._does(triggering.confirm_by_word, who, "by telephone"):
            self._counts("guard" if "guard" in who else "aunt")

    def _rows(self) -> dict[str, UUID]:
        with self.store.read() as unit:
            found = unit.session.execute(
                select(SealedSource.origin, SealedSource.id).where(
                    SealedSource.case_id == self.case_id,
                    SealedSource.dropped_at.is_(None),
                    SealedSource.watch_id.is_(None),
                )
            )
            return {row.origin: row.id for row in found}

    def _counts(self, who: str) -> None:
        """The same person counts once, another counts as another."""
        new = self._rows().keys() - self.origins.values()
        assert len(new) == (who not in self.origins)
        for origin in new:
            self.origins[who] = origin

    @rule(which=st.integers(0, 3))
    def a_source_is_none(self, which: int) -> None:
        if which >= len(self.origins) or self.opened:
            return
        who = sorted(self.origins)[which]
        assert self._does(triggering.drop_source, self._rows()[self.origins.pop(who)])
        self._void()

    @rule()
    def a_check_in_is_missed(self) -> None:
        """Whether one was missed before or not; what was followed up of that one counts on."""
        if self.withdrawn:
            return
        self.clock.advance(timedelta(seconds=1))  # they are asked later than they were last heard of
        with self.store.unit("test") as unit:
            row = check_ins.check_in_of(unit, self.case_id)
            assert row is not None
            check_ins.begin_waiting(unit, row)
            watch = unit.session.scalars(
                select(Watch).where(
                    Watch.case_id == self.case_id,
                    Watch.kind == WatchKind.CHECK_IN,
                    Watch.state == WatchState.WAITING,
                )
            ).one()
            self.clock.advance(timedelta(hours=2))
        with self.store.unit("test") as unit:
            mark_missed(unit, unit.session.get_one(Watch, watch.id))
        self.silent = True

    @rule()
    def somebody_enters_an_arrest(self) -> None:
        """Nobody is waited for any more: that they were missed stands."""
        if self.withdrawn:
            return
        with self.store.unit("test") as unit:
            enter(unit, self.case_id, Entry("administrative_arrest", When(unit.now)), zone="UTC")

    @rule()
    def it_is_followed_up(self) -> None:
        done = self._does(triggering.confirm_missed, "rang everybody")
        assert done == (self.silent and not self.withdrawn and not self.opened)
        self.looked_for = self.looked_for or done

    @rule()
    def they_answer_after_all(self) -> None:
        if self.withdrawn:
            return
        with self.store.unit("test") as unit:
            row = check_ins.check_in_of(unit, self.case_id)
            assert row is not None
            check_ins.answered(unit, row)
        self.silent = self.looked_for = False
        if not self._triggered:
            self._void()

    @rule(which=st.integers(0, 2), role=st.sampled_from(["coordinator", "lawyer", "observer", "press_officer"]))
    def somebody_agrees(self, which: int, role: str) -> None:
        person = self.people[which]
        done = self._does(triggering.approve, person, role, "it has come", zone="UTC")
        may = role in ("coordinator", "lawyer") and self._triggered and not self.withdrawn and not self.opened
        assert done == may
        if done and person not in self.agreed:
            self.agreed.add(person)
            if len(self.agreed) == 2:
                self.agreed_at = self.clock.now()

    @rule()
    def somebody_objects(self) -> None:
        if self._does(triggering.object_to, "it is a trap") and not self.opened:
            self._void()

    @rule()
    def the_person_takes_it_back(self) -> None:
        if self.opened:
            return
        with self.store.unit("chat:test") as unit:
            file = keeping.file_of_case(unit, self.case_id)
            assert file is not None
            keeping.withdraw(unit, file)
        self.withdrawn, self.silent = True, False
        self.origins.clear()
        self._void()

    @rule(minutes=st.sampled_from([1, 20, 31]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        while work_once(self.store, TIMERS):
            pass
        waited = self.agreed_at is not None and self.clock.now() - self.agreed_at >= DELAY
        if not self.opened and waited and self._triggered and not self.withdrawn:
            self.opened = True

    @invariant()
    def it_is_open_when_it_should_be_and_never_else(self) -> None:
        with self.store.read() as unit:
            file = unit.session.scalars(select(SealedFile).where(SealedFile.case_id == self.case_id)).one()
            told = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == self.case_id)).all()
            history = unit.session.scalars(select(Occurrence.kind).where(Occurrence.case_id == self.case_id)).all()
            keys = unit.session.scalars(select(DataKey.id).where(DataKey.scope == str(sealed_scope(self.case_id))))
            left = unit.session.scalars(select(SealedEntry.id).where(SealedEntry.case_id == self.case_id)).all()
            assert (file.opened_at is not None) == self.opened
            assert (file.withdrawn_at is not None) == self.withdrawn
            assert sorted(one.counsel_only for one in told) == ([False, True] if self.opened else [])
            assert ("sealed_file_opened" in history) == self.opened
            assert bool(keys.all()) == bool(left) == (not self.withdrawn)


@pytest.fixture
def quiet(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("sealed"), clock) as store:
        yield store


def test_whatever_happens_to_a_sealed_file(quiet: Store, clock: ManualClock) -> None:
    machine = type("OfThisStore", (AnyLife,), {"store": quiet, "clock": clock})
    run_state_machine_as_test(machine, settings=settings(max_examples=8, stateful_step_count=25))
