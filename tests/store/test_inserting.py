"""Of two who insert the same, one is the first: on either engine, by one statement, and said in one place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from store.base import new_id
from store.inserting import insert_into
from store.leases import Lease

if TYPE_CHECKING:
    from store.unit_of_work import Store

HOUSE = Path(__file__).parents[2]
ROOMS = ("alerts", "app", "bot", "cases", "contacts", "dialogue", "law", "papers", "scheduler", "store", "texts", "web")


def test_the_first_stays_or_gives_way_as_it_is_said(store: Store) -> None:
    with store.unit("test") as unit:
        row = {"name": "example", "holder": new_id(), "until": unit.now}
        for _ in range(2):
            unit.session.execute(insert_into(unit.session, Lease).values(row).on_conflict_do_nothing())
        later = unit.now + timedelta(minutes=1)
        again = insert_into(unit.session, Lease).values(row)
        unit.session.execute(again.on_conflict_do_update(index_elements=["name"], set_={"until": later}))
        assert unit.session.scalars(select(Lease.until)).all() == [later]


def test_no_room_chooses_the_statement_of_an_engine_itself() -> None:
    written = [path for room in ROOMS for path in (HOUSE / room).rglob("*.py") if "dialects" in path.read_text("utf-8")]
    assert [str(path.relative_to(HOUSE)) for path in written] == ["store/inserting.py"]
