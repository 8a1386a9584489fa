"""The sender itself, where stories cannot look: between taking a message and calling its provider."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.channels.fake import FakeChannel
from alerts.messages.outbox import enqueue
from alerts.models import Attempt
from alerts.sending.sender import Sender
from alerts.sending.taking import LEASE
from alerts.telling.wording import Wording
from store.chats import find_or_open_chat
from store.clock import ManualClock
from store.unit_of_work import Store
from tests.conftest import START
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.unit_of_work import UnitOfWork

PATIENCE = 60.0


class SleepyStore(Store):
    """On a machine that falls asleep once, right after its sender has taken something, for as long as a lease lasts."""

    slept = False

    @contextmanager
    def unit(self, actor: str, *, rings: bool = True) -> Iterator[UnitOfWork]:
        with super().unit(actor, rings=rings) as unit:
            yield unit
        if actor == "sender" and not self.slept:
            self.slept = True
            assert isinstance(self.clock, ManualClock)
            self.clock.advance(LEASE)


def test_what_was_taken_before_the_machine_slept_is_left_to_whoever_takes_it_next(tmp_path: Path) -> None:
    """Another node may have sent it meanwhile; calling now would be a second copy of what is known to have arrived."""
    with quick_store(tmp_path, ManualClock(START)) as quick:
        store = SleepyStore(quick.engine, quick.ring, quick.clock)
        with store.unit("test") as unit:
            enqueue(unit, find_or_open_chat(unit, "telegram", "7000001"), "reply.start", language="en")
        channel, stop = FakeChannel(), threading.Event()
        sender = Sender(store, channel, Wording("UTC", "https://panah.example.org"))
        thread = threading.Thread(target=lambda: asyncio.run(sender.run(stop)))
        thread.start()
        until = time.monotonic() + PATIENCE
        while not channel.sent and time.monotonic() < until:
            time.sleep(0.01)
        stop.set()
        thread.join(PATIENCE)
        assert len(channel.sent) == 1
        with store.read() as unit:
            assert unit.session.scalars(select(Attempt.outcome).order_by(Attempt.began_at)).all() == [None, "sent"]
