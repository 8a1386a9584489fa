"""The heartbeat calls a real local monitor while all is well, and holds its breath otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from alerts.messages.outbox import enqueue
from alerts.models import Delivery, DeliveryState
from alerts.screens.vitals import NO_TIME, QueueVitals, Vitals, read_vitals
from app.parked import QUEUES
from scheduler.heartbeat import Heartbeat, troubles
from store import leases
from store.base import new_id
from store.chats import find_or_open_chat
from tests.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

SECRET_PATH = "/canary-5f3a"
LOOK = partial(read_vitals, queues=QUEUES)


@pytest.fixture
def monitor() -> Iterator[Listener]:
    with Listener(SECRET_PATH) as monitor:
        yield monitor


def test_while_all_is_well_the_monitor_is_called_and_told_nothing(store: Store, monitor: Listener) -> None:
    assert Heartbeat(store, LOOK, monitor.url).beat()
    (heard,) = monitor.heard
    assert heard.path == SECRET_PATH
    assert heard.body == b""
    assert set(heard.headers) <= {"Host", "Accept", "Accept-Encoding", "User-Agent"}


def test_work_that_is_stuck_is_told_by_silence(store: Store, monitor: Listener, clock: ManualClock) -> None:
    with store.unit("test") as unit:
        enqueue(unit, find_or_open_chat(unit, "telegram", "7000000"), "reply.help", language="en")
    heart = Heartbeat(store, LOOK, monitor.url)
    assert heart.beat()
    clock.advance(timedelta(minutes=2))
    with capture_logs() as logged:
        assert not heart.beat()
    assert len(monitor.heard) == 1
    assert logged[0]["why"] == ["queue delivery:telegram is stuck"]


def test_messages_that_cannot_leave_stop_the_heart_and_one_that_cannot_does_not(
    store: Store, monitor: Listener, clock: ManualClock
) -> None:
    heart = Heartbeat(store, LOOK, monitor.url)
    for address, well in (("7000000", True), ("7000001", False)):
        with store.unit("test") as unit:
            enqueue(unit, find_or_open_chat(unit, "telegram", address), "reply.help", language="en")
            delivery = unit.session.scalars(select(Delivery).where(Delivery.due_at == unit.now)).one()
            delivery.state = DeliveryState.FAILED_TEMPORARY  # tried in vain, and to be tried again
            delivery.due_at = unit.now + timedelta(hours=1)
        clock.advance(timedelta(minutes=2))
        assert heart.beat() is well


def test_nobody_listening_is_told_by_silence(store: Store, monitor: Listener, clock: ManualClock) -> None:
    with store.unit("test") as unit:
        leases.hold(unit, "telegram:1", new_id(), timedelta(seconds=40))
    heart = Heartbeat(store, LOOK, monitor.url)
    assert heart.beat()
    clock.advance(timedelta(minutes=3))
    assert not heart.beat()


def test_a_database_that_does_not_answer_is_told_by_silence(store: Store, monitor: Listener) -> None:
    def look(unit: UnitOfWork) -> Vitals:
        unit.session.execute(text("SELECT 1 FROM a_table_that_is_not_there"))
        return LOOK(unit)

    assert not Heartbeat(store, look, monitor.url).beat()
    assert monitor.heard == []


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_monitor_that_refuses_is_logged_and_not_followed(store: Store, monitor: Listener, status: int) -> None:
    monitor.status = status
    with capture_logs() as logged:
        assert not Heartbeat(store, LOOK, monitor.url).beat()
    assert len(monitor.heard) == 1
    assert logged == [{"event": "heartbeat_failed", "status": status, "log_level": "warning"}]


def test_a_monitor_that_is_gone_is_logged_without_its_address(store: Store) -> None:
    with capture_logs() as logged:
        assert not Heartbeat(store, LOOK, f"http://127.0.0.1:9{SECRET_PATH}").beat()
    assert logged[0]["event"] == "heartbeat_failed"
    assert SECRET_PATH not in repr(logged)


def test_parked_items_and_open_needs_do_not_stop_the_heart() -> None:
    """Humans have been told of those already; the monitor is for what Panah cannot tell."""
    well = Vitals({"inbox": QueueVitals(0, 0, 0, NO_TIME)}, {}, {}, None)
    parked = {"inbox": QueueVitals(ready=0, scheduled=0, parked=3, overdue=NO_TIME)}
    assert troubles(replace(well, queues=parked, needs={("lawyer", "exhausted"): 1})) == []
    late = {"inbox": QueueVitals(ready=1, scheduled=0, parked=0, overdue=timedelta(minutes=2))}
    assert troubles(replace(well, queues=late)) == ["queue inbox is stuck"]
