"""The numbers by which SMS replies name what they answer: "100A". None is ever given out twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import ReplyCounter
from store.inserting import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Table

    from store.unit_of_work import UnitOfWork

FIRST = 100
TABLE: Table = ReplyCounter.__table__  # type: ignore[assignment]  # declarative tables are Tables


def next_reply_number(unit: UnitOfWork) -> int:
    """Return a number that was never returned before; 100 is the first. One of a unit that rolls back is not lost."""
    counted = (
        insert_into(unit.session, TABLE)
        .values(id=1, last=FIRST)
        .on_conflict_do_update(index_elements=[TABLE.c.id], set_={"last": TABLE.c.last + 1})
        .returning(TABLE.c.last)
    )
    number: int = unit.session.scalars(counted).one()
    return number
