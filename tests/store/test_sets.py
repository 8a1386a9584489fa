"""Several sets by one statement: none multiplies another, and what is beside a row comes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import Uuid, event, literal, select
from sqlalchemy.orm import aliased

from store.eventlog import Event, EventRow, Reaction
from store.sets import Together, Wanted
from store.timers import Timer, set_timer

if TYPE_CHECKING:
    from store.unit_of_work import Store


@dataclass(frozen=True)
class Rang(Event):
    """A bell rang."""


def test_sets_stand_under_each_other(store: Store) -> None:
    here, elsewhere = uuid4(), uuid4()
    with store.unit("test") as unit:
        for case_id in (here, here, here, elsewhere):
            unit.record(Rang(case_id=case_id))
        for kind in ("one", "two"):
            set_timer(unit, kind, here, unit.now)
        first = unit.session.scalars(select(EventRow.id).where(EventRow.case_id == here).limit(1)).one()
        unit.session.add_all(Reaction(event_id=first, name=name, due_at=unit.now) for name in ("a", "b"))
    asked: list[str] = []
    other = aliased(Timer)
    sets = Together(
        {
            "events": Wanted(EventRow, EventRow.case_id, ((Reaction, Reaction.event_id == EventRow.id),)),
            "timers": Wanted(Timer, Timer.subject_id, where=Timer.kind != "two"),
            "nothing": Wanted(other, other.subject_id, key=literal(UUID(int=7), Uuid())),
        }
    )
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with store.read() as unit:
        asked.clear()
        found = sets.of(unit.session, here)
        assert sum(statement.startswith("SELECT") for statement in asked) == 1
        assert len({row.id for row, _ in found["events"]}) == 3
        assert sorted(beside.name for _, beside in found["events"] if beside is not None) == ["a", "b"]
        assert [row.kind for (row,) in found["timers"]] == ["one"]
        assert found["nothing"] == []
        asked.clear()
        both = sets.of(unit.session, here, elsewhere)
        assert sum(statement.startswith("SELECT") for statement in asked) == 1
        assert len({row.id for row, _ in both["events"]}) == 4
        assert len(both["timers"]) == 1
