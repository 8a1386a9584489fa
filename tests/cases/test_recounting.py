"""Other rules: cases are counted anew, and whatever ends that in the middle, no reminder is lost or doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.recounting import TOGETHER, recount_all
from cases.docket.clocks import DEADLINE_TIMER
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline
from cases.intake import open_case
from cases.models import Case
from store.eventlog import EventRow
from store.timers import Timer

if TYPE_CHECKING:
    from datetime import datetime

    from store.unit_of_work import Store

MANY = 2 * TOGETHER + 3
ZONE = "Asia/Almaty"
DAY = timedelta(days=1)


@pytest.fixture
def dates(store: Store) -> dict[str, datetime]:
    """Cases of a rule that, by the release before, ended a day earlier; when the clock of each ends by today's."""
    with store.unit("test") as unit:
        for _ in range(MANY):
            case = open_case(unit, language="en")
            case.jurisdiction = "KZ"
            enter(unit, case.id, Entry("asylum_refusal_known", When(unit.now)), zone=ZONE)
    counted = dates_of(store)
    assert len(counted) >= MANY
    with store.unit("test") as unit:
        unit.session.execute(update(Case).values(rules_hash="of another release"))
        unit.session.execute(update(Timer).where(Timer.kind == DEADLINE_TIMER).values(due_at=unit.now + DAY))
        for row in unit.session.scalars(select(Deadline)):
            row.safe_at, row.rung = row.safe_at - DAY, 1
    return counted


def dates_of(store: Store) -> dict[str, datetime]:
    with store.read() as unit:
        return {str(row.id): row.safe_at for row in unit.session.scalars(select(Deadline))}


def assert_each_is_reminded_of_once(store: Store, dates: dict[str, datetime]) -> None:
    assert dates_of(store) == dates
    with store.read() as unit:
        moved = unit.session.scalars(select(EventRow.payload).where(EventRow.name == "DeadlineMoved")).all()
        timers = unit.session.scalars(select(Timer).where(Timer.kind == DEADLINE_TIMER)).all()
        assert sorted(one["deadline_id"] for one in moved) == sorted(dates)
        assert {row.rung for row in unit.session.scalars(select(Deadline))} == {0}, "its reminders begin again"
        assert len({timer.subject_id for timer in timers}) == len(timers) == len(alarming(store))
        assert {timer.due_at for timer in timers} == {unit.now}
    assert store.verify_log() == []


def alarming(store: Store) -> list[str]:
    with store.read() as unit:
        return [str(row.id) for row in unit.session.scalars(select(Deadline)) if row.severity != "info"]


def test_many_cases_are_counted_anew_and_it_is_told_how_far(store: Store, dates: dict[str, datetime]) -> None:
    told: list[int] = []
    assert recount_all(store, told.append) == MANY
    assert told == [TOGETHER, 2 * TOGETHER, MANY]
    assert_each_is_reminded_of_once(store, dates)
    assert recount_all(store) == 0


def test_a_kill_between_two_commits_loses_and_doubles_no_reminder(store: Store, dates: dict[str, datetime]) -> None:
    def killed(counted: int) -> None:
        if counted == 2 * TOGETHER:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recount_all(store, killed)
    assert recount_all(store) == MANY - 2 * TOGETHER
    assert_each_is_reminded_of_once(store, dates)


def test_a_kill_amid_a_unit_leaves_nothing_of_it(store: Store, dates: dict[str, datetime]) -> None:
    ends: list[Session] = []

    def killed(session: Session) -> None:
        ends.append(session)
        if len(ends) == 2:
            raise KeyboardInterrupt

    event.listen(Session, "before_commit", killed)
    try:
        with pytest.raises(KeyboardInterrupt):
            recount_all(store)
    finally:
        event.remove(Session, "before_commit", killed)
    assert recount_all(store) == MANY - TOGETHER
    assert_each_is_reminded_of_once(store, dates)
