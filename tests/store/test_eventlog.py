"""The event log: chains that show what was changed, dropped or cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import StatementError

from store.engine import open_engine
from store.errors import NaiveDatetimeError
from store.eventlog import ChainHead, End, Event, EventRow, Reaction
from store.timers import Timer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from store.clock import ManualClock
    from store.unit_of_work import Store


@dataclass(frozen=True)
class Moved(Event):
    to: datetime
    by: UUID
    count: int


def write(store: Store, case_id: UUID | None, clock: ManualClock, times: int = 3) -> None:
    with store.unit("contact:x") as unit:
        for number in range(times):
            unit.record(Moved(case_id=case_id, to=clock.now(), by=uuid4(), count=number))


def test_events_come_back_as_they_were(store: Store, clock: ManualClock) -> None:
    case_id, event = uuid4(), Moved(case_id=uuid4(), to=clock.now(), by=uuid4(), count=3)
    with store.unit("contact:x") as unit:
        unit.record(Moved(case_id, event.to, event.by, event.count))
        row = unit.session.scalars(select(EventRow)).one()
        assert Moved.from_payload(event.case_id, row.payload) == event
        assert (row.name, row.actor, row.chain, row.at) == ("Moved", "contact:x", f"case:{case_id}", clock.now())


def test_each_event_calls_for_its_reactions_once(make_store: Callable[..., Store], clock: ManualClock) -> None:
    store = make_store(Moved=("tell", "recount"))
    write(store, None, clock, times=2)
    with store.read() as unit:
        assert sorted(unit.session.scalars(select(Reaction.name))) == ["recount", "recount", "tell", "tell"]


def test_an_event_goes_behind_where_its_chain_was_seen_to_end_or_where_it_ends_by_now(
    make_store: Callable[..., Store], clock: ManualClock
) -> None:
    store, case_id = make_store(Moved=("tell",)), uuid4()
    write(store, case_id, clock, times=2)
    with store.read() as unit:
        head = unit.session.get_one(ChainHead, f"case:{case_id}")
        seen = End(head.position, head.mac)
    for end in (seen, seen, None, End(seen.position, b"forged")):
        with store.unit("contact:y") as unit:
            unit.record_at(Moved(case_id, clock.now(), uuid4(), 7), end)
    with store.read() as unit:
        rows = unit.session.scalars(select(EventRow).order_by(EventRow.position)).all()
        assert [row.position for row in rows] == [1, 2, 3, 4, 5, 6]
        assert len(unit.session.scalars(select(Reaction)).all()) == 6
    assert store.verify_log() == []


def test_an_untouched_log_holds(store: Store, clock: ManualClock) -> None:
    write(store, uuid4(), clock)
    write(store, None, clock)
    assert store.verify_log() == []


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (update(EventRow).where(EventRow.position == 2).values(actor="contact:y"), (2, "an event was changed")),
        (update(EventRow).where(EventRow.position == 2).values(payload={}), (2, "an event was changed")),
        (delete(EventRow).where(EventRow.position == 2), (2, "an event is missing")),
        (delete(EventRow).where(EventRow.position == 3), (3, "the end of the chain was cut")),
        (delete(ChainHead), (4, "the end of the chain was cut")),
        (delete(EventRow), (1, "the end of the chain was cut")),
    ],
)
def test_tampering_is_found_and_located(
    store: Store, clock: ManualClock, tamper: object, what: tuple[int, str]
) -> None:
    write(store, uuid4(), clock)
    with store.unit("tamper") as unit:
        unit.session.execute(tamper)  # type: ignore[call-overload]  # any statement
    (found,) = store.verify_log()
    assert (found.position, found.what) == what


def test_a_unit_that_fails_leaves_no_event(store: Store, clock: ManualClock) -> None:
    def fails() -> None:
        with store.unit("x") as unit:
            unit.record(Moved(None, clock.now(), uuid4(), 1))
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    with store.read() as unit:
        assert unit.session.scalars(select(EventRow)).all() == []


def test_naive_datetimes_are_refused(store: Store) -> None:
    def keeps_local_time() -> None:
        with store.unit("x") as unit:
            unit.session.add(Timer(kind="k", subject_id=uuid4(), due_at=datetime(2026, 1, 1)))  # noqa: DTZ001  the point

    with pytest.raises(StatementError, match="aware") as refused:
        keeps_local_time()
    assert isinstance(refused.value.__cause__, NaiveDatetimeError)


def test_sqlite_is_set_up_for_the_worst_day(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/worst.db")  # as the program opens it; tests wait for no disk
    with engine.connect() as connection:
        seen = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    engine.dispose()
    assert seen == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10000,
    }
