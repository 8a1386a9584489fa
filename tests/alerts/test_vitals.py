"""What is stuck, and what only waits for its time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from alerts.messages.outbox import enqueue
from alerts.models import Attempt, Delivery, DeliveryState
from alerts.screens.vitals import read_vitals
from app.parked import QUEUES
from store.base import new_id
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from alerts.screens.vitals import Vitals
    from store.clock import ManualClock
    from store.unit_of_work import Store

A_WHILE = timedelta(minutes=5)


def queued(store: Store, address: str = "+77000000001", channel: str = "sms", **values: Any) -> None:
    """A message at a channel's door, in the state a sender left it in."""
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, channel, address)
        delivery = enqueue(unit, chat, "sms.page", language="en")
        if values:
            unit.session.execute(update(Delivery).where(Delivery.id == delivery).values(**values))


def look(store: Store) -> Vitals:
    with store.read() as unit:
        return read_vitals(unit, QUEUES)


def test_each_channel_is_counted_by_itself(store: Store) -> None:
    queued(store)
    queued(store, "+77000000002", state=DeliveryState.UNKNOWN)
    queued(store, "a@example.org", "email", throttled=True)
    found = look(store).channels
    assert list(found) == ["email", "sms"]
    assert (found["sms"].states["queued"], found["sms"].states["unknown"]) == (1, 1)
    assert (found["sms"].throttled, found["email"].throttled) == (0, 1)


def test_a_message_no_sender_takes_is_stuck_on_its_channel(store: Store, clock: ManualClock) -> None:
    queued(store)
    assert look(store).stuck == ()
    clock.advance(A_WHILE)
    found = look(store)
    assert found.stuck == ("delivery:sms",)
    assert found.channels["sms"].oldest_unsent == A_WHILE


def test_what_waits_for_its_readers_sake_is_not_stuck(store: Store, clock: ManualClock) -> None:
    for number in range(3):
        queued(store, f"+7700000000{number}", throttled=True, due_at=clock.now() + 2 * A_WHILE)
        queued(store, f"a{number}@example.org", "email", due_at=clock.now() + 2 * A_WHILE)
    clock.advance(A_WHILE)
    found = look(store)
    assert found.stuck == ()
    assert (found.waiting_chats, found.oldest_unsent) == (0, timedelta(0))
    clock.advance(2 * A_WHILE)
    assert look(store).stuck == ("delivery:email", "delivery:sms"), "and nobody takes them when their time has come"


def test_failing_in_one_conversation_is_its_own_fault_and_in_several_the_channels(
    store: Store, clock: ManualClock
) -> None:
    failed: dict[str, Any] = {"state": DeliveryState.FAILED_TEMPORARY, "tries": 6, "due_at": clock.now() + 2 * A_WHILE}
    queued(store, **failed)
    clock.advance(A_WHILE)
    assert (look(store).stuck, look(store).waiting_chats) == ((), 1)
    queued(store, "+77000000002", created_at=clock.now() - A_WHILE, **failed)
    assert look(store).stuck == ("delivery:sms",)


def test_a_channel_from_which_messages_leave_works_at_its_limits(store: Store, clock: ManualClock) -> None:
    for number in range(3):
        queued(store, f"+7700000000{number}")
    clock.advance(A_WHILE)
    queued(store, "+77000000009", state=DeliveryState.SENT, sent_at=clock.now(), due_at=None)
    found = look(store)
    assert found.channels["sms"].overdue == A_WHILE
    assert found.stuck == ()
    clock.advance(A_WHILE)
    assert look(store).stuck == ("delivery:sms",)


def test_what_stands_behind_another_is_not_late_by_itself(store: Store, clock: ManualClock) -> None:
    queued(store, state=DeliveryState.FAILED_TEMPORARY, tries=2, due_at=clock.now() + 2 * A_WHILE)
    queued(store)  # to the same telephone
    clock.advance(A_WHILE)
    found = look(store)
    assert found.channels["sms"].overdue == timedelta(0)
    assert found.stuck == ()


def test_a_provider_that_puts_everybody_off_is_stuck_too(store: Store, clock: ManualClock) -> None:
    for number in range(2):
        queued(store, f"+7700000000{number}", due_at=clock.now() + 2 * A_WHILE)  # its limit spent no try
    with store.unit("test") as unit:
        for delivery_id in unit.session.scalars(select(Delivery.id)).all():
            unit.session.add(Attempt(id=new_id(), delivery_id=delivery_id, began_at=unit.now))
    clock.advance(A_WHILE)
    assert look(store).stuck == ("delivery:sms",)
