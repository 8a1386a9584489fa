"""Many cases like a few: what the real code wrote for one is written again for as many as are wanted, in bulk.

Entering ten thousand dockets one by one takes longer than all that is to be measured with them. Copied are the case,
its occurrences, clocks, watches, readings of risk, searches and timers; not its log, whose chain begins anew with
whatever is recorded next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select

from alerts.models import Alert, Need
from cases.docket.models import Deadline, Occurrence, RiskReading, Watch
from cases.models import Case
from store.base import new_id
from store.data_keys import case_scope
from store.timers import Timer
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Table

    from store.unit_of_work import Store, UnitOfWork

OF_A_CASE: Final = (Occurrence, Deadline, Watch, RiskReading, Alert, Need)
AT_ONCE: Final = 500
"""Cases of one unit."""
Rows = list[dict[str, Any]]


def copy_cases(store: Store, case_ids: Sequence[UUID], count: int, looked_at: datetime) -> None:
    """Write ``count`` cases, each as one of these in turn; their timers are wound to ``looked_at``."""
    with store.unit("bench") as unit:
        models = [_rows_of(unit, case_id) for case_id in case_ids]
        first = unit.session.scalar(select(func.count()).select_from(Case)) or 0
    for begin in range(0, count, AT_ONCE):
        with store.unit("bench") as unit:
            copies: dict[str, Rows] = {}
            for number in range(begin, min(begin + AT_ONCE, count)):
                made = _copied(models[number % len(models)], first + number, looked_at)
                _seal(unit, made[Occurrence.__tablename__])
                for name, rows in made.items():
                    copies.setdefault(name, []).extend(rows)
            for table in _tables():
                if copies.get(table.name):
                    unit.session.execute(insert(table), copies[table.name])


def _tables() -> list[Table]:
    return [one.__table__ for one in (Case, *OF_A_CASE, Timer)]  # type: ignore[misc]  # declarative tables are Tables


def _rows_of(unit: UnitOfWork, case_id: UUID) -> dict[str, Rows]:
    """Everything of a case, as plain rows by table."""
    case, *parts, timer = _tables()
    found = {case.name: _read(unit, case, case.c.id == case_id)}
    for table in parts:
        found[table.name] = _read(unit, table, table.c.case_id == case_id)
    for row in found[Occurrence.__tablename__]:
        if row["details"] is not None:
            row["details"] = unit.vault.open(case_scope(case_id), _details(row), row["details"])
    subjects = [row["id"] for rows in found.values() for row in rows]
    found[timer.name] = _read(unit, timer, timer.c.subject_id.in_(subjects))
    return found


def _read(unit: UnitOfWork, table: Table, which: Any) -> Rows:
    return [dict(row) for row in unit.session.execute(select(table).where(which)).mappings()]


def _seal(unit: UnitOfWork, rows: Rows) -> None:
    for row in rows:
        if row["details"] is not None:
            row["details"] = unit.vault.seal(case_scope(row["case_id"]), _details(row), row["details"])


def _details(row: dict[str, Any]) -> Field:
    return Field(Occurrence.__tablename__, "details", row["id"])


def _copied(model: dict[str, Rows], number: int, looked_at: datetime) -> dict[str, Rows]:
    """Return the rows of a case with ids of their own, which point to each other as those of the model do."""
    every = [row for rows in model.values() for row in rows]
    ids = {row[name]: new_id() for name in ("id", "matter_id") for row in every if name in row}

    def anew(value: Any) -> Any:
        return ids.get(value, value) if isinstance(value, UUID) else value

    made = {
        table: [{name: anew(value) for name, value in row.items()} for row in rows] for table, rows in model.items()
    }
    for row in made[Case.__tablename__]:
        row["code"] = f"B{number:06d}"
    for row in made[Timer.__tablename__]:
        row["due_at"] = looked_at
    return made
