"""The sender itself, where stories cannot look: between taking a message and calling its provider."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, exc, func, select
from structlog.testing import capture_logs

from alerts.channels.fake import FakeChannel
from alerts.channels.port import (
    AddressMoved,
    ChannelError,
    PermanentFailure,
    RateLimited,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.events import ItemParked
from alerts.messages.giving_up import MOVED, RING
from alerts.messages.outbox import enqueue
from alerts.models import Attempt, Delivery, DeliveryState, Page
from alerts.sending.limits import TELEGRAM
from alerts.sending.results import Outcome, record
from alerts.sending.sender import Sender
from alerts.sending.taking import LEASE, take
from alerts.telling.wording import Wording
from store.chats import find_or_open_chat
from store.clock import ManualClock
from store.eventlog import EventRow
from store.timers import Timer
from store.unit_of_work import Store
from tests.conftest import START
from tests.quick import quick_store
from tests.web.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from alerts.sending.jobs import Job
    from store.unit_of_work import UnitOfWork

PATIENCE = 60.0
WORDING = Wording("UTC", "https://panah.example.org")
POOL_IS_EMPTY = exc.TimeoutError()
DISK_IS_FULL = exc.OperationalError("INSERT", {}, Exception())
OUR_FAULT = ValueError()


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
        sender = Sender(store, channel, WORDING)
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


class StumblingStore(Store):
    """One whose next units come to nothing, one for each of these troubles."""

    troubles: tuple[Exception, ...] = ()

    @contextmanager
    def unit(self, actor: str, *, rings: bool = True) -> Iterator[UnitOfWork]:
        trouble, self.troubles = next(iter(self.troubles), None), self.troubles[1:]
        with super().unit(actor, rings=rings) as unit:
            yield unit
            if trouble is not None:
                raise trouble


class Recording:
    """Messages whose calls are over, and a sender who has to write down what they came to."""

    def __init__(self, quick: Store, messages: int) -> None:
        self.store = StumblingStore(quick.engine, quick.ring, quick.clock)
        self.sender = Sender(self.store, FakeChannel(), WORDING)
        with self.store.unit("test") as unit:
            for number in range(messages):
                chat = find_or_open_chat(unit, "telegram", f"700000{number}")
                enqueue(unit, chat, "reply.start", language="en")
        with self.store.unit("test") as unit:
            self.jobs = take(unit, WORDING, messages, TELEGRAM, channel="telegram")

    def records(self, *results: Sent | ChannelError, troubles: tuple[Exception, ...] = ()) -> None:
        self.store.troubles = troubles
        outcomes = [Outcome(job, result) for job, result in zip(self.jobs, results, strict=True)]
        with capture_logs():
            self.sender._record(outcomes)  # noqa: SLF001  what it does with outcomes, without waiting for calls

    def row(self, job: Job) -> Delivery:
        with self.store.read() as unit:
            row = unit.session.get_one(Delivery, job.delivery_id)
            unit.session.expunge(row)
            return row

    def states(self) -> list[str]:
        return [self.row(job).state for job in self.jobs]

    def shown(self) -> int:
        """How many messages people were asked to look at."""
        with self.store.read() as unit:
            wanted = select(func.count()).select_from(EventRow).where(EventRow.name == ItemParked.__name__)
            return unit.session.scalar(wanted) or 0


def test_an_outcome_whose_message_is_gone_takes_no_other_with_it(tmp_path: Path) -> None:
    """Its case was erased while the call was under way."""
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 3)
        gone = here.jobs[1].delivery_id
        with here.store.unit("test") as unit:
            unit.session.execute(delete(Attempt).where(Attempt.delivery_id == gone))
            unit.session.execute(delete(Delivery).where(Delivery.id == gone))
        here.records(Sent("1"), TemporaryFailure("502"), UnknownOutcome("no_answer"))
        del here.jobs[1]
        assert here.states() == [DeliveryState.SENT, DeliveryState.UNKNOWN]
        assert here.shown() == 0


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Sent("17"), DeliveryState.SENT),
        (UnknownOutcome("no_answer"), DeliveryState.UNKNOWN),
        (PermanentFailure("403"), DeliveryState.FAILED_PERMANENT),
        (TemporaryFailure("502"), DeliveryState.FAILED_TEMPORARY),
        (RateLimited("429", retry_after=timedelta(seconds=5)), DeliveryState.FAILED_TEMPORARY),
    ],
)
def test_where_nothing_can_follow_what_the_provider_said_is_kept_and_people_look(
    tmp_path: Path, result: Sent | ChannelError, state: DeliveryState
) -> None:
    """Sending it again could fail in the same way for ever, and its reader would have it each time."""
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 1)
        here.records(result, troubles=(OUR_FAULT,))
        row = here.row(here.jobs[0])
        assert (row.state, row.due_at, row.fence) == (state, None, None)
        assert row.parked_at is not None
        assert row.trouble is not None
        assert row.trouble.startswith("ValueError at test_sender.py:")
        assert row.provider_ref == (result.provider_id if isinstance(result, Sent) else None)
        assert (row.sent_at is not None) is isinstance(result, Sent)
        assert here.shown() == 1
        with here.store.read() as unit:
            said = "sent" if isinstance(result, Sent) else type(result).__name__
            assert unit.session.scalars(select(Attempt.outcome)).all() == [said]


def test_what_cannot_be_recorded_at_all_is_lost_alone(tmp_path: Path) -> None:
    """The batch, the first of it, and the bare words about the first."""
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 2)
        here.records(Sent("1"), Sent("2"), troubles=(OUR_FAULT, OUR_FAULT, OUR_FAULT))
        assert here.states() == [DeliveryState.SENDING, DeliveryState.SENT]
        assert here.row(here.jobs[0]).due_at == quick.clock.now() + LEASE, "it is sent again when its lease is over"


@pytest.mark.parametrize("outage", [POOL_IS_EMPTY, DISK_IS_FULL])
@pytest.mark.parametrize("before", [(), (OUR_FAULT,)])
def test_a_database_that_is_down_is_raised_and_no_message_pays_for_it(
    tmp_path: Path, outage: Exception, before: tuple[Exception, ...]
) -> None:
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 1)
        with pytest.raises(type(outage)):
            here.records(TemporaryFailure("502"), troubles=(*before, outage))
        assert here.states() == [DeliveryState.SENDING]
        assert here.row(here.jobs[0]).due_at == quick.clock.now() + LEASE
        assert here.shown() == 0


def test_a_batch_that_met_an_outage_is_recorded_one_by_one(tmp_path: Path) -> None:
    """And what fails in it by itself is told from the outage: it is kept bare, and the others go on."""
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 2)
        here.records(Sent("1"), Sent("2"), troubles=(DISK_IS_FULL, OUR_FAULT))
        assert here.states() == [DeliveryState.SENT, DeliveryState.SENT]
        assert [here.row(job).parked_at is not None for job in here.jobs] == [True, False]


def test_a_message_follows_its_conversation_to_where_it_lives_now(tmp_path: Path) -> None:
    """A group that became another kind of group, say."""
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 1)
        chat_id = here.jobs[0].chat_id
        here.records(AddressMoved("moved", new_address="-100700"))
        assert here.row(here.jobs[0]).due_at == quick.clock.now()
        with quick.unit("test") as unit:
            (again,) = take(unit, WORDING, 1, TELEGRAM, channel="telegram")
            assert (again.chat_id, again.address) == (chat_id, "-100700")
            assert find_or_open_chat(unit, "telegram", "-100700").id == chat_id


def test_what_was_for_a_conversation_that_is_known_where_it_moved_to_is_not_sent_twice(tmp_path: Path) -> None:
    """There it gets what it must by itself, and whoever was paged in the old one is rung by the next channel."""
    with quick_store(tmp_path) as quick:
        house = House(quick)
        with quick.unit("test") as unit:
            find_or_open_chat(unit, "telegram", "-100700")
        need = house.asks(house.case(), house.helper("Aigerim"))
        with quick.read() as unit:
            page_id = unit.session.scalars(select(Page.id).where(Page.need_id == need.id)).one()
        for asked in (page_id, None):
            id_ = house.message("queued", need, page_id=asked, template="reply.start")
            with quick.unit("test") as unit:
                jobs = take(unit, WORDING, 9, TELEGRAM, channel="telegram")
            with quick.unit("test") as unit:
                record(unit, [Outcome(job, AddressMoved("moved", new_address="-100700")) for job in jobs])
                row = unit.session.get_one(Delivery, id_)
                assert (row.state, row.due_at, row.trouble) == (DeliveryState.FAILED_PERMANENT, None, MOVED)
        with quick.read() as unit:
            rung = unit.session.scalars(select(Timer).where(Timer.kind == RING)).one()
            assert (rung.subject_id, rung.due_at) == (page_id, unit.now)


@pytest.mark.parametrize(("tries", "is_over"), [(1440, False), (1441, True)])
def test_what_is_no_page_is_given_up_after_a_day_of_tries(tmp_path: Path, tries: int, *, is_over: bool) -> None:
    with quick_store(tmp_path) as quick:
        here = Recording(quick, 1)
        here.jobs = [replace(job, held=replace(job.held, tries=tries)) for job in here.jobs]
        here.records(TemporaryFailure("502"))
        row = here.row(here.jobs[0])
        state = DeliveryState.FAILED_PERMANENT if is_over else DeliveryState.FAILED_TEMPORARY
        assert (row.state, row.due_at is None, row.parked_at is not None) == (state, is_over, is_over)
        assert here.shown() == int(is_over)
