"""A search for one need carried out without a database: what the planner does with decisions, in twenty lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from alerts import progress as happening
from alerts.policy.escalation import (
    Decision,
    Exhausted,
    PageStep,
    Settled,
    WaitUntil,
    next_step,
    to_ask,
)
from alerts.policy.ladder import Ladder, Role, Step
from alerts.progress import Ask, Progress, read_progress

if TYPE_CHECKING:
    from collections.abc import Callable

NIGHT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
AIGERIM, TIMUR, DANA, MARAT = (UUID(int=number) for number in range(1, 5))
EVERYBODY = (AIGERIM, TIMUR, DANA, MARAT)
OVERTIME = timedelta(minutes=10)
TOO_MANY = 200


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def ladder_of(*waits: float, repeat: int = 1) -> Ladder:
    """A ladder with one step for each wait, in minutes."""
    someone = (Role("coordinator"),)
    return Ladder(tuple(Step(someone, ("telegram",), minutes(wait)) for wait in waits), repeat)


@dataclass
class Search:
    """Steps, who stands on each, and the hands of the clock."""

    ladder: Ladder
    on_step: list[frozenset[UUID]]
    now: datetime = NIGHT
    progress: Progress = field(default_factory=Progress)
    rows: list[Ask] = field(default_factory=list)

    def decide(self) -> Decision:
        return next_step(self.ladder, self.progress, self.now, overtime=OVERTIME)

    def carry_out(self, decision: Decision) -> frozenset[UUID]:
        """Page or announce; gives who was asked."""
        if isinstance(decision, Exhausted):
            self.progress = happening.announce_exhaustion(self.progress, self.now)
        if not isinstance(decision, PageStep):
            return frozenset()
        on_step = self.on_step[decision.step] if decision.step < len(self.on_step) else frozenset()
        asked = to_ask(self.progress, decision, on_step)
        self.progress = happening.begin_step(self.progress, decision.round, decision.step, asked, self.now)
        self.rows += [Ask(contact, decision.round, decision.step) for contact in sorted(asked)]
        return asked

    def run(self) -> list[tuple[Decision, frozenset[UUID]]]:
        """Everything that happens at this instant; ends with a wait or with peace."""
        happened: list[tuple[Decision, frozenset[UUID]]] = []
        while len(happened) < TOO_MANY:
            decision = self.decide()
            happened.append((decision, self.carry_out(decision)))
            if isinstance(decision, WaitUntil | Settled):
                return happened
        raise AssertionError("the decisions of one instant do not come to an end")

    def sleep(self) -> list[tuple[Decision, frozenset[UUID]]]:
        """Let the clock stand where the search wants to be woken, and go on."""
        waiting = self.decide()
        assert isinstance(waiting, WaitUntil)
        self.now = waiting.at
        return self.run()

    def decline(self, who: UUID) -> None:
        self.progress = happening.decline(self.progress, who)
        self._change_newest(who, lambda row: replace(row, declined=True))

    def lose(self, who: UUID) -> None:
        self.progress = happening.lose(self.progress, who)
        self._change_newest(who, lambda row: replace(row, unreachable=True))

    def accept(self, who: UUID) -> None:
        self.progress = happening.accept(self.progress, who)

    def give_back(self) -> None:
        if self.progress.accepted_by is not None:
            self._change_newest(self.progress.accepted_by, lambda row: replace(row, declined=True))
        self.progress = happening.give_back(self.progress, self.now)

    def from_rows(self) -> Progress:
        """The same search as one who has only the need's columns and the rows would see it."""
        standing = Progress(
            round=self.progress.round,
            step=self.progress.step,
            began_at=self.progress.began_at,
            rounds_before=self.progress.rounds_before,
            accepted_by=self.progress.accepted_by,
            exhausted_at=self.progress.exhausted_at,
            closed=self.progress.closed,
        )
        return read_progress(standing, self.rows)

    def _change_newest(self, who: UUID, change: Callable[[Ask], Ask]) -> None:
        newest = max(index for index, row in enumerate(self.rows) if row.contact == who)
        self.rows[newest] = change(self.rows[newest])
