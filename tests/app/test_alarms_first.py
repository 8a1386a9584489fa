"""Whoever must be sought is sought before anything else that follows is done, however much of it lies waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from alerts.events import CanaryHeard, ItemParked
from app.queues import reaction_queue
from app.reactions import ALARMS, plot
from app.settings import read_settings
from cases.events import CaseReopened
from cases.sealed.events import SealedDuressSpoken, SealedFileOpened
from contacts.events import ContactLeft, MethodDied
from store.eventlog import Reaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.clock import ManualClock
    from store.eventlog import Event
    from store.unit_of_work import Store


def test_what_begins_to_seek_somebody_goes_before_what_has_waited_longer(
    make_store: Callable[..., Store], clock: ManualClock
) -> None:
    for name in ("tell_responders", "tell_news", "plan_alert", "feel_load", "warn_of_duress"):
        with make_store(ItemParked=(name,)).unit("test") as unit:
            unit.record(ItemParked(None, "inbox", uuid4()))
        clock.advance(timedelta(seconds=1))
    queue = reaction_queue(read_settings({}))
    with make_store().unit("test") as unit:
        taken = [unit.session.get_one(Reaction, held.id) for held in queue.take(unit, 4)]
        assert [one.name for one in taken] == ["plan_alert", "warn_of_duress", "tell_responders", "tell_news"]
        happened = [one.event_id for one in taken[:2]]
        assert happened == sorted(happened), "the oldest of them first"


def test_alarms_are_reactions_there_are() -> None:
    known = {name for reactions in plot("UTC").values() for name in reactions}
    assert known.issuperset(ALARMS)


@pytest.mark.parametrize(
    "event", [CanaryHeard, CaseReopened, ContactLeft, ItemParked, MethodDied, SealedDuressSpoken, SealedFileOpened]
)
def test_whatever_has_somebody_sought_begins_with_an_alarm(event: type[Event]) -> None:
    assert set(plot("UTC")[event]) & set(ALARMS)
