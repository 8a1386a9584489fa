"""Claims, whatever happens: no two workers hold one row within a lease, and no row is ever forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from store import claims
from store.clock import ManualClock
from store.errors import LeaseLostError
from store.timers import TABLE, set_timer
from store.unit_of_work import Store
from store.vault import KeyRing
from tests.conftest import START

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.claims import Claim


@dataclass
class Books:
    """What the machine believes, beside what the database says."""

    wanted: set[UUID] = field(default_factory=set)
    done: set[UUID] = field(default_factory=set)
    parked: set[UUID] = field(default_factory=set)


class Workers(RuleBasedStateMachine):
    """Several workers over one queue: they claim, finish, fail, die and come back late; the clock jumps.

    They empty the table of an earlier life first.
    """

    held = Bundle("held")

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        with engine.begin() as connection:
            connection.execute(delete(TABLE))
        self.clock = ManualClock(START)
        self.store = Store(engine, KeyRing({"2026-03": b"e" * 32}, b"r" * 32), self.clock)
        self.books = Books()

    @rule(count=st.integers(1, 4), later=st.integers(0, 20))
    def work_arrives(self, count: int, later: int) -> None:
        with self.store.unit("test") as unit:
            for _ in range(count):
                subject = uuid4()
                set_timer(unit, "test", subject, unit.now + timedelta(seconds=later))
        with self.store.read() as unit:
            self.books.wanted = set(unit.session.scalars(select(TABLE.c.id)))

    @rule(target=held, limit=st.integers(1, 5))
    def a_worker_claims(self, limit: int) -> object:
        before = self._live_holders()
        with self.store.unit("worker") as unit:
            taken = claims.claim(unit.session, TABLE, unit.now, limit=limit)
        assert not {one.id for one in taken} & before, "a row was taken from a worker whose lease still runs"
        assert not {one.id for one in taken} & (self.books.done | self.books.parked)
        return multiple(*taken)

    @rule(one=consumes(held))
    def it_finishes(self, one: Claim) -> None:
        ours = self._holder(one.id) == one.fence
        try:
            with self.store.unit("worker") as unit:
                claims.finish(unit.session, TABLE, one)
        except LeaseLostError:
            assert not ours, "a worker with the claim could not finish"
        else:
            assert ours, "a worker without the claim finished"
            self.books.done.add(one.id)

    @rule(one=consumes(held))
    def it_fails(self, one: Claim) -> None:
        try:
            with self.store.unit("worker") as unit:
                if claims.give_up_or_retry(unit.session, TABLE, one, unit.now, "ValueError"):
                    self.books.parked.add(one.id)
        except LeaseLostError:
            assert self._holder(one.id) != one.fence

    @rule(one=consumes(held), times=st.integers(1, 40))
    def the_database_fails_it(self, one: Claim, times: int) -> None:
        before, ours = self._tries(one.id), self._holder(one.id) == one.fence
        with self.store.unit("worker") as unit:
            claims.wait_out(unit.session, TABLE, one, unit.now, times)
        assert self._tries(one.id) == max(before - 1, 0), "an outage cost a row a try"
        assert not ours or self._holder(one.id) is None

    @rule(one=consumes(held))
    def it_dies(self, one: Claim) -> None:
        del one  # nobody tells the database

    @rule(seconds=st.sampled_from((1, 5, 9, 10, 11, 60, -30)))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @invariant()
    def nothing_is_forgotten(self) -> None:
        with self.store.read() as unit:
            waiting = set(unit.session.scalars(select(TABLE.c.id).where(TABLE.c.due_at.is_not(None))))
        assert waiting == self.books.wanted - self.books.done - self.books.parked

    def _live_holders(self) -> set[UUID]:
        with self.store.read() as unit:
            return set(
                unit.session.scalars(
                    select(TABLE.c.id).where(TABLE.c.fence.is_not(None), TABLE.c.due_at > self.clock.now())
                )
            )

    def _holder(self, id_: UUID) -> UUID | None:
        with self.store.read() as unit:
            found: UUID | None = unit.session.scalar(select(TABLE.c.fence).where(TABLE.c.id == id_))
            return found

    def _tries(self, id_: UUID) -> int:
        with self.store.read() as unit:
            found: int = unit.session.scalars(select(TABLE.c.tries).where(TABLE.c.id == id_)).one()
            return found


def lives(engine: Engine, many: int, steps: int) -> None:
    """Have them live through so many invented histories."""

    class Here(Workers):
        def __init__(self) -> None:
            super().__init__(engine)

    run_state_machine_as_test(Here, settings=settings(max_examples=many, stateful_step_count=steps, deadline=None))


@pytest.mark.heavy
def test_claims_hold_whatever_happens(engine: Engine) -> None:
    lives(engine, many=25, steps=25)


@pytest.mark.long
@pytest.mark.timeout(900)  # two minutes on an idle machine, and it need not be idle
def test_claims_hold_whatever_happens_for_long(engine: Engine) -> None:
    lives(engine, many=600, steps=60)
