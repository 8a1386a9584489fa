"""Two releases on one database: what only the later one knows of waits for a node of it, and then for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import select

from alerts.events import ItemParked
from app.queues import UNTIL_UPGRADED, reaction_queue, timer_queue
from app.setback import undo_setback
from app.settings import read_settings
from store import claims
from store.claims import LATER
from store.eventlog import Event, EventRow, Reaction
from store.queues import work_once
from store.timers import Timer, set_timer

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.queues import Queue
    from store.unit_of_work import Store

SETTINGS = read_settings({})


@dataclass(frozen=True)
class ThingOfALaterRelease(Event):
    """What this release has never heard of."""


def waiting(store: Store, table: type[Reaction | Timer]) -> Reaction | Timer:
    with store.read() as unit:
        row = unit.session.scalars(select(table)).one()
        unit.session.expunge(row)
        assert isinstance(row, Reaction | Timer)
        return row


def happens(store: Store, event: str, reaction: str) -> None:
    """A node of a later release writes an event and what it calls for."""
    later = type(store)(store.engine, store.ring, store.clock, reactions={event: (reaction,)})
    with later.unit("test") as unit:
        unit.record(ThingOfALaterRelease(None) if event == "ThingOfALaterRelease" else ItemParked(None, "q", uuid4()))


@pytest.fixture
def timer_of_a_later_release(store: Store) -> None:
    with store.unit("test") as unit:
        set_timer(unit, "later", uuid4(), unit.now)


@pytest.mark.parametrize(
    ("event", "reaction"), [("ThingOfALaterRelease", "page_fault"), ("ItemParked", "what_a_later_release_does")]
)
def test_a_reaction_of_a_later_release_waits_for_a_node_of_it(
    store: Store, clock: ManualClock, event: str, reaction: str
) -> None:
    happens(store, event, reaction)
    _waits_and_is_parked(store, clock, reaction_queue(SETTINGS), Reaction, "reaction")


@pytest.mark.usefixtures("timer_of_a_later_release")
def test_a_timer_of_a_later_release_waits_for_a_node_of_it(store: Store, clock: ManualClock) -> None:
    _waits_and_is_parked(store, clock, timer_queue(SETTINGS), Timer, "timer")


def _waits_and_is_parked(
    store: Store, clock: ManualClock, queue: Queue, table: type[Reaction | Timer], name: str
) -> None:
    for rests in UNTIL_UPGRADED:
        assert work_once(store, queue) == 1
        row = waiting(store, table)
        assert (row.due_at, row.parked_at, row.trouble) == (clock.now() + rests, None, LATER)
        clock.advance(rests)
    assert work_once(store, queue) == 1
    row = waiting(store, table)
    assert (row.due_at, row.parked_at, row.trouble) == (None, clock.now(), LATER)
    with store.read() as unit:
        told = unit.session.scalars(select(EventRow.payload).where(EventRow.name == ItemParked.__name__)).all()
    assert [one["queue"] for one in told if one["item_id"] == str(row.id)] == [name]


@pytest.mark.usefixtures("timer_of_a_later_release")
def test_a_node_that_knows_it_takes_it_at_its_next_turn(store: Store, clock: ManualClock) -> None:
    work_once(store, timer_queue(SETTINGS))
    clock.advance(UNTIL_UPGRADED[0])
    with store.unit("later") as unit:  # as such a node would
        (held,) = claims.claim(unit.session, Timer.__table__, unit.now)  # type: ignore[arg-type]  # a Table
        claims.finish(unit.session, Timer.__table__, held)  # type: ignore[arg-type]  # a Table
    row = waiting(store, Timer)
    assert (row.due_at, row.trouble) == (None, None)


@pytest.mark.usefixtures("timer_of_a_later_release")
def test_what_fails_once_on_a_node_that_knows_it_is_tried_again(store: Store, clock: ManualClock) -> None:
    for rests in UNTIL_UPGRADED:
        work_once(store, timer_queue(SETTINGS))
        clock.advance(rests)
    with store.unit("later") as unit:  # as such a node would
        (held,) = claims.claim(unit.session, Timer.__table__, unit.now)  # type: ignore[arg-type]  # a Table
        assert not claims.give_up_or_retry(unit.session, Timer.__table__, held, unit.now, "ValueError")  # type: ignore[arg-type]  # a Table
    assert waiting(store, Timer).parked_at is None


def test_what_rests_until_an_upgrade_is_no_sign_of_a_clock_that_was_set_back(store: Store, clock: ManualClock) -> None:
    happens(store, "ItemParked", "what_a_later_release_does")
    for rests in UNTIL_UPGRADED:
        assert work_once(store, reaction_queue(SETTINGS)) == 1
        assert undo_setback(store) == 0
        clock.advance(rests)
    work_once(store, reaction_queue(SETTINGS))


def test_what_was_left_by_a_clock_that_ran_ahead_is_looked_at_now(store: Store, clock: ManualClock) -> None:
    happens(store, "ItemParked", "what_a_later_release_does")
    work_once(store, reaction_queue(SETTINGS))
    clock.advance(-timedelta(hours=1))
    assert undo_setback(store) == 1
    assert waiting(store, Reaction).due_at == clock.now()


def test_three_quarters_of_an_hour_are_left_for_an_upgrade() -> None:
    assert 40 * 60 < sum(one.total_seconds() for one in UNTIL_UPGRADED) < 60 * 60
    assert len(UNTIL_UPGRADED) < claims.DEATHS
