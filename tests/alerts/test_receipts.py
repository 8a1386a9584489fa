"""What a provider says later of a call it took, where it meets what became of the message meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.channels.port import Arrival, Report
from alerts.events import ReceiptCame
from alerts.messages.held import KNOCK, WINDOW_CLOSED
from alerts.models import Attempt, Delivery, DeliveryState
from alerts.sending.receipts import apply_receipts, note_receipt
from store.base import new_id
from store.chats import Chat
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def calls(store: Store, delivery: UUID) -> list[UUID]:
    with store.read() as unit:
        rows = select(Attempt.id).where(Attempt.delivery_id == delivery).order_by(Attempt.began_at, Attempt.id)
        return list(unit.session.scalars(rows))


def reports(store: Store, call: UUID, arrival: Arrival, code: str = "") -> None:
    with store.unit("test") as unit:
        assert note_receipt(unit, call, Report(arrival, code))
    with store.unit("system") as unit:
        apply_receipts(unit, ReceiptCame(case_id=None, attempt_id=call))


def row(store: Store, delivery: UUID) -> Delivery:
    with store.read() as unit:
        found = unit.session.get_one(Delivery, delivery)
        unit.session.expunge(found)
        return found


def heard(store: Store, delivery: UUID, ago: timedelta) -> None:
    """Its reader wrote so long ago."""
    with store.unit("test") as unit:
        unit.session.get_one(Chat, unit.session.get_one(Delivery, delivery).chat_id).heard_at = unit.now - ago


def heard_at_of(store: Store, delivery: UUID) -> timedelta:
    with store.read() as unit:
        chat = unit.session.get_one(Chat, unit.session.get_one(Delivery, delivery).chat_id)
        assert chat.heard_at is not None
        return unit.now - chat.heard_at


def test_what_was_read_has_come_and_stays_read(store: Store, clock: ManualClock, house: House) -> None:
    id_ = house.message("sent", channel="whatsapp")
    (call,) = calls(store, id_)
    read_at = clock.now()
    reports(store, call, Arrival.READ)
    clock.advance(timedelta(minutes=1))
    reports(store, call, Arrival.DELIVERED)
    now = row(store, id_)
    assert (now.state, now.delivered_at, now.read_at, now.due_at) == (DeliveryState.READ, read_at, read_at, None)


def test_what_is_read_although_its_call_had_no_answer_is_not_sent_again(store: Store, house: House) -> None:
    id_ = house.message("unknown", channel="whatsapp")
    reports(store, calls(store, id_)[0], Arrival.READ)
    assert (row(store, id_).state, row(store, id_).due_at) == (DeliveryState.READ, None)


@pytest.mark.parametrize("failed", [Arrival.FAILED_PERMANENT, Arrival.FAILED_TEMPORARY])
def test_the_failure_of_an_earlier_call_says_nothing_of_a_later_one(
    store: Store, clock: ManualClock, house: House, failed: Arrival
) -> None:
    id_ = house.message("sent", channel="sms")
    clock.advance(timedelta(seconds=30))
    with store.unit("test") as unit:
        later = Attempt(id=new_id(), delivery_id=id_, began_at=unit.now, ended_at=unit.now, outcome="sent")
        unit.session.add(later)
    first, second = calls(store, id_)
    reports(store, first, failed, "30003")
    assert (row(store, id_).state, row(store, id_).due_at) == (DeliveryState.SENT, None)
    reports(store, first, Arrival.DELIVERED)
    assert row(store, id_).state == DeliveryState.DELIVERED, "but whichever came has come"
    reports(store, second, failed, "30003")
    permanent = failed is Arrival.FAILED_PERMANENT
    assert row(store, id_).state == (DeliveryState.FAILED_PERMANENT if permanent else DeliveryState.DELIVERED)


@pytest.mark.parametrize("since", [True, False])
def test_what_came_too_late_for_a_day_leaves_in_the_next_one(store: Store, house: House, *, since: bool) -> None:
    """Who has written since the call has begun a day, which the refusal says nothing about."""
    id_ = house.message("sent", channel="whatsapp", template="reply.told", urgent=False)
    (call,) = calls(store, id_)
    ago = timedelta(seconds=-1) if since else timedelta(hours=23)
    heard(store, id_, ago)
    reports(store, call, Arrival.FAILED_PERMANENT, WINDOW_CLOSED)
    now = row(store, id_)
    assert (now.state, now.due_at, now.provider_ref) == (DeliveryState.QUEUED, store.clock.now(), None)
    assert heard_at_of(store, id_) == (ago if since else ago + timedelta(days=1))


def test_a_knock_that_is_refused_is_not_sent_again(store: Store, house: House) -> None:
    id_ = house.message("sent", channel="whatsapp", template=KNOCK, urgent=False)
    reports(store, calls(store, id_)[0], Arrival.FAILED_PERMANENT, WINDOW_CLOSED)
    assert (row(store, id_).state, row(store, id_).due_at) == (DeliveryState.FAILED_PERMANENT, None)
