"""What is entered for many people of a list at once is what would have been entered for each of them by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.docket.clocks import recount
from cases.docket.entering import Entry, When, enter, enter_first
from cases.docket.models import Deadline, Occurrence, RiskReading, Watch
from cases.incidents.opening import MEASURES
from cases.intake import open_case
from cases.models import Case
from store.data_keys import case_scope
from store.eventlog import EventRow
from store.timers import Timer
from tests.web.queries import counted

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

ZONE = "Asia/Almaty"


def fresh(unit: UnitOfWork) -> Case:
    case = open_case(unit, language="kk")
    case.timezone, case.jurisdiction = ZONE, "KZ"
    unit.session.flush()
    return case


def entries(now: datetime) -> list[Entry]:
    earlier = When(now - timedelta(hours=5))
    until = When(now + timedelta(days=10))
    long_ago = When(now - timedelta(days=40), day_only=True)
    return [
        *(Entry(measure, earlier, source="list", note="34") for measure in MEASURES),
        Entry("administrative_arrest", earlier, until=until),
        Entry("administrative_arrest", long_ago, terms={7: 1, 15: 2}),
        Entry("custody_start", long_ago, also=(earlier,)),
    ]


def docket(unit: UnitOfWork, case_id: UUID) -> dict[str, list[tuple[object, ...]]]:
    """Everything that follows from what was entered, without ids."""
    timers = {row.subject_id: row.due_at for row in unit.session.execute(select(Timer.subject_id, Timer.due_at))}
    clocks = unit.session.scalars(select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.number))
    watches = unit.session.scalars(
        select(Watch).where(Watch.case_id == case_id).order_by(Watch.kind, Watch.number, Watch.due_at)
    )
    risk = unit.session.scalars(select(RiskReading).where(RiskReading.case_id == case_id))
    told = unit.session.scalars(select(Occurrence).where(Occurrence.case_id == case_id).order_by(Occurrence.at))
    happened = unit.session.scalars(
        select(EventRow.name).where(EventRow.case_id == case_id).order_by(EventRow.position)
    )
    return {
        "clocks": [
            (one.number, one.rule_id, one.rule_hash, one.track, one.severity, one.safe_at, one.arguable_at, one.safe_on,
             one.zone, one.state, str(one.why), timers.get(one.id))
            for one in clocks
        ],
        "watches": [
            (one.kind, one.number, one.due_at, one.every_seconds, one.pages, one.state, timers.get(one.id))
            for one in watches
        ],
        "risk": [(one.level, tuple(one.reasons), one.at) for one in risk],
        "told": [(one.kind, one.at, one.day_only, one.until_at, one.zone, one.state) for one in told],
        "events": [(name,) for name in happened if name != "CaseOpened"],
    }  # fmt: skip


@pytest.mark.parametrize("place", range(9))
def test_entering_for_many_is_entering_for_each(store: Store, place: int) -> None:
    with store.unit("test") as unit:
        entry = entries(unit.now)[place]
        alone, together, beside = fresh(unit), fresh(unit), fresh(unit)
        enter(unit, alone.id, entry, zone=ZONE)
        enter_first(unit, {together: entry, beside: entry})
    with store.read() as unit:
        expected = docket(unit, alone.id)
        assert expected["told"]
        assert docket(unit, together.id) == expected
        assert docket(unit, beside.id) == expected
    with store.unit("test") as unit:
        before = docket(unit, together.id)
        recount(unit, unit.session.get_one(Case, together.id))
        unit.session.flush()
        assert docket(unit, together.id) == before, "counting anew changes nothing"
    assert store.verify_log() == []


def test_sixty_take_no_more_statements_than_two(store: Store) -> None:
    asked = []
    for people in (2, 60):
        with store.unit("test") as unit:
            entry = entries(unit.now)[1]
            cases = {fresh(unit): entry for _ in range(people)}
            unit.vault.make(case_scope(case.id) for case in cases)
            with counted(store) as found:
                enter_first(unit, cases)
            asked.append(found.count)
    assert asked[1] <= asked[0] + 2, asked
