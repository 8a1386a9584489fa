"""The sender: takes what may leave, makes the provider calls side by side, records what came of them.

No transaction is open during a call. What came of up to 32 calls is one commit, and no outcome waits for it longer than
10 ms.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from alerts.channels.port import (
    AnswersQuestions,
    ChannelError,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    Redacts,
    Sent,
    TemporaryFailure,
)
from alerts.messages.outbox import TABLE
from alerts.sending.due import may_be_taken
from alerts.sending.limits import TELEGRAM, Limits
from alerts.sending.results import Outcome, record, record_bare
from alerts.sending.taking import take
from contacts.values import ChannelName
from store.outages import is_outage
from store.queues import seconds_until_due, where_it_failed

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from alerts.channels.port import Channel
    from alerts.sending.jobs import Job
    from alerts.telling.wording import Wording
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
AT_ONCE = 50
RECORD_WITHIN = 0.01
RECORD_AT_MOST = 32
GATHER = 0.005
"""Real seconds in which calls that end are gathered, while more than half of all that may be made are under way."""
LOOK_AGAIN = 0.5
"""Real seconds after which the sender looks for work even if no bell rang."""


class Sender:
    """Sends what the outbox holds for one channel, until it is told to stop."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        wording: Wording,
        *,
        name: str = ChannelName.TELEGRAM,
        limits: Limits = TELEGRAM,
        at_once: int = AT_ONCE,
    ) -> None:
        self._store = store
        self._channel = channel
        self._name = str(name)
        self._mark = "sender" if name == ChannelName.TELEGRAM else f"sender:{name}"
        self._wording = wording
        self._limits = limits
        self._at_once = at_once
        self._more = False
        self._due_in = 0.0
        self._outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        self._under_way: set[asyncio.Task[None]] = set()
        self._bell = asyncio.Event()

    async def run(self, stop: threading.Event) -> None:
        """Work until ``stop``, then let calls under way end and record them. Database errors are raised."""
        loop = asyncio.get_running_loop()

        def ring() -> None:
            loop.call_soon_threadsafe(self._bell.set)

        self._store.wake.listen(ring, TABLE.name)
        recorder = asyncio.create_task(self._record_outcomes())
        try:
            while not stop.is_set():
                self._store.marks.moved(self._mark)
                if recorder.done():
                    recorder.result()
                await self._send_what_is_due()
        finally:
            self._store.wake.forget(ring)
            await self._wind_up(recorder)

    async def _send_what_is_due(self) -> None:
        self._bell.clear()
        room = await self._room()
        jobs = await asyncio.to_thread(self._take, room) if room else []
        for job in jobs:
            task = asyncio.create_task(self._call(job))
            self._under_way.add(task)
            task.add_done_callback(self._call_ended)
        if not jobs:
            await self._wait_for_bell(self._due_in if room else LOOK_AGAIN)  # whoever makes room rings

    async def _room(self) -> int:
        """How many calls may be begun.

        When many are under way, wait a little for several to end: a transaction for each would slow all of them down.
        """
        if len(self._under_way) > self._at_once // 2:
            await asyncio.sleep(GATHER)
        return self._at_once - len(self._under_way)

    def _take(self, room: int) -> list[Job]:
        """Take what may leave. Only where the last take left no room is the lock taken without looking first."""
        if not self._more:
            self._due_in = seconds_until_due(self._store, TABLE, may_be_taken(self._name))
            if self._due_in > 0:
                return []
        with self._store.unit("sender") as unit:
            jobs = take(unit, self._wording, room, self._limits, channel=self._name)
        self._more, self._due_in = len(jobs) == room, 0.0
        return jobs

    async def _wait_for_bell(self, due_in: float) -> None:
        timeout = min(max(due_in, 0.005), LOOK_AGAIN)  # what another worker takes meanwhile must not spin us
        try:
            await asyncio.wait_for(self._bell.wait(), timeout)
        except TimeoutError:
            return

    def _call_ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._bell.set()

    async def _call(self, job: Job) -> None:
        if is_too_late(job, self._store.clock.now()):
            log.warning("too_late_to_send", delivery=str(job.delivery_id))
            return
        try:
            result: Sent | ChannelError = await call(self._channel, job)
        except ChannelError as error:
            result = error
            if isinstance(error, Misconfigured):
                log.exception("sending_failed", code=error.code, meaning=error.meaning)
        except Exception:
            log.exception("channel_broke", trouble=where_it_failed(), delivery=str(job.delivery_id))
            result = TemporaryFailure("channel_broke")
        await self._outcomes.put(Outcome(job, result))

    async def _record_outcomes(self) -> None:
        while True:
            batch = [await self._outcomes.get()]
            if self._outcomes.qsize() < RECORD_AT_MOST - 1:
                await asyncio.sleep(RECORD_WITHIN)
            while not self._outcomes.empty() and len(batch) < RECORD_AT_MOST:
                batch.append(self._outcomes.get_nowait())
            await asyncio.to_thread(self._record, batch)
            for _ in batch:
                self._outcomes.task_done()

    def _record(self, batch: list[Outcome]) -> None:
        """Record a batch in one unit, or each outcome in its own when they cannot be recorded together.

        One that cannot be recorded takes no other with it. A database that is down is raised: what was not recorded
        is sent again when its lease is over.
        """
        try:
            with self._store.unit("sender") as unit:
                record(unit, batch, self._limits)
        except Exception as error:
            trouble, alone = where_it_failed(), len(batch) == 1
            if alone and is_outage(error):
                raise
            if not alone:
                log.exception("batch_not_recorded", trouble=trouble, outcomes=len(batch))
        else:
            return
        if alone:
            self._record_bare(batch[0], trouble)
            return
        for outcome in batch:  # not while the batch's own error is handled: theirs would seem to come from it
            self._record([outcome])

    def _record_bare(self, outcome: Outcome, trouble: str) -> None:
        log.error("outcome_not_recorded", trouble=trouble, delivery=str(outcome.job.delivery_id))
        try:
            with self._store.unit("sender") as unit:
                record_bare(unit, outcome, trouble)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("outcome_lost", trouble=where_it_failed(), delivery=str(outcome.job.delivery_id))

    async def _wind_up(self, recorder: asyncio.Task[None]) -> None:
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=8)
        if not recorder.done():
            await asyncio.wait_for(self._outcomes.join(), timeout=2)
            recorder.cancel()


def is_too_late(job: Job, now: datetime) -> bool:
    """Whether the lease of a job is over before its call: the message is due again, and another may have sent it.

    So it is where a process stood still (a machine that was put to sleep, a node that was cut off) and goes on.
    """
    return now >= job.held.until


async def call(channel: Channel, job: Job) -> Sent:
    """Make the one provider call a job stands for; raises ChannelError."""
    match job.action:
        case "edit":
            await channel.edit(job.address, job.provider_ref or "", job.text, job.keyboard)
            return Sent(job.provider_ref or "")
        case "answer":
            await channel.answer(job.callback_id or "", job.text)
            return Sent("")
        case "delete":
            await channel.delete(job.address, job.provider_refs)
            return Sent("")
        case "leave":
            await channel.leave(job.address)
            return Sent("")
        case "redact":
            await _redact(channel, job.provider_ref or "")
            return Sent("")
        case _:
            return await _send(channel, job)


async def _send(channel: Channel, job: Job) -> Sent:
    """Send, unless the provider says that an earlier call, whose outcome nobody knows, did get through."""
    outgoing = Outgoing(
        address=job.address,
        text=job.text,
        keyboard=job.keyboard,
        silent=job.silent,
        attempt_id=str(job.attempt_id),
        reference=str(job.delivery_id),
        subject=job.subject,
        language=job.language,
        entry=job.entry,
        recording=job.recording,
        knocks=job.knocks,
    )
    if job.doubtful_since is not None and isinstance(channel, AnswersQuestions):
        try:
            found = await channel.find(outgoing, job.doubtful_since)
        except ChannelError as error:  # a duplicate beats silence
            log.warning("provider_not_asked", code=error.code)
        else:
            if found is not None:
                return found
    return await channel.send(outgoing)


async def _redact(channel: Channel, provider_id: str) -> None:
    if not isinstance(channel, Redacts):
        raise PermanentFailure("cannot_redact", "This channel's provider cannot be made to forget.")
    await channel.redact(provider_id)
