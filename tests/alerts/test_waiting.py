"""Why a message has not left: the first thing that would have to change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.messages.channel_states import note_channels
from alerts.screens.waiting import ChannelBook, Facts, Waits, channels, why_it_waits
from alerts.sending.channel_lanes import everybody_lane
from contacts.values import ChannelName
from store.lanes import lock_lanes
from tests.conftest import START
from tests.quick import quick_store
from tests.web.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.clock import ManualClock
    from store.unit_of_work import Store

NOTHING = Facts(
    is_off=False, is_leaving=False, throttled=False, is_behind=False, tried=False, due_at=START, free_at=None
)
A_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, Waits.DUE),
        ({"due_at": START - 2 * A_MINUTE}, Waits.LATE),
        ({"due_at": START + A_MINUTE}, Waits.LATER),
        ({"due_at": START + A_MINUTE, "tried": True}, Waits.AGAIN),
        ({"due_at": START + A_MINUTE, "free_at": START + A_MINUTE}, Waits.LIMIT),
        ({"due_at": START + A_MINUTE, "free_at": START}, Waits.LATER),
        ({"is_behind": True, "due_at": START - 2 * A_MINUTE}, Waits.BEHIND),
        ({"throttled": True, "is_behind": True}, Waits.READER),
        ({"is_leaving": True, "throttled": True}, Waits.LEAVING),
        ({"is_off": True, "is_leaving": True}, Waits.OFF),
    ],
)
def test_the_first_thing_that_would_have_to_change(facts: dict[str, object], why: Waits) -> None:
    assert why_it_waits(replace(NOTHING, **facts), START) is why  # type: ignore[arg-type]


@pytest.fixture
def quick(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as store:
        yield store


def books(store: Store) -> dict[str, ChannelBook]:
    with store.read() as unit:
        return {book.channel: book for book in channels(unit, 50)}


def test_each_channel_with_what_waits_in_it(quick: Store, clock: ManualClock) -> None:
    house = House(quick)
    with quick.unit("test") as unit:
        note_channels(unit, frozenset(ChannelName) - {ChannelName.EMAIL})
        lock_lanes(unit, [everybody_lane("sms")])[everybody_lane("sms")].free_at = unit.now + A_MINUTE
    house.message("sent")
    house.message("queued")
    house.message("failed_temporary", due_at=clock.now() + A_MINUTE)
    house.message("queued", channel="sms", due_at=clock.now() + A_MINUTE)
    house.message("queued", throttled=True, due_at=clock.now() + A_MINUTE)
    found = books(quick)
    assert [one.why for one in found["telegram"].queued] == [Waits.DUE, Waits.AGAIN, Waits.READER]
    assert [one.why for one in found["sms"].queued] == [Waits.LIMIT]
    assert found["sms"].closed_until == clock.now() + A_MINUTE
    assert (found["telegram"].count, found["voice"].count) == (3, 0)
    assert (found["email"].is_set_up, found["email"].since) == (False, clock.now())
