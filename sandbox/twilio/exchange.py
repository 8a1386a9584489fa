"""Carries what was accepted: messages to phones and to the program, calls to whoever answers them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from aiohttp import web

from sandbox.changes import Changes, Watch
from sandbox.twilio import news, people, twiml
from sandbox.twilio.addresses import Addresses
from sandbox.twilio.conversation import Conversation
from sandbox.twilio.courier import Courier
from sandbox.twilio.faults import Faults, Voicemail
from sandbox.twilio.state import Call, CallStatus, Message, MessageStatus, Network, Service, new_sid
from sandbox.twilio.whatsapp import bare

UNKNOWN_HANDSET: Final = 30005
NOBODY_THERE: Final = 63024
DAY_IS_OVER: Final = 63016


class Exchange:
    """Works for as long as the server runs. `webhook` and `answering` name where SMS and calls go."""

    def __init__(
        self,
        network: Network,
        changes: Changes,
        faults: Faults,
        addresses: Addresses,
        *,
        webhook: Callable[[], str | None],
        answering: Callable[[], str | None],
        pace: float,
    ) -> None:
        self._network = network
        self._changes = changes
        self._faults = faults
        self._addresses = addresses
        self._webhook = webhook
        self._answering = answering
        self._pace = pace

    def add_to(self, app: web.Application) -> None:
        """Begin and end with the application."""
        app.cleanup_ctx.append(self._while_running)

    async def _while_running(self, _app: web.Application) -> AsyncIterator[None]:
        watch = Watch(self._changes, self._network.now)
        async with Courier(self._network, self._faults, self._addresses, watch) as courier:
            working = asyncio.create_task(self._work(watch, courier))
            yield
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _work(self, watch: Watch, courier: Courier) -> None:
        conversation = Conversation(self._network, self._changes, watch, courier, self._pace)
        async with asyncio.TaskGroup() as tasks:
            while True:
                await watch.until(lambda: self._network.accepted)
                with self._changes.reading():
                    accepted = self._network.accepted.popleft()
                if isinstance(accepted, Call) and accepted.is_inbound:
                    tasks.create_task(self._take(accepted, conversation))
                elif isinstance(accepted, Call):
                    tasks.create_task(self._place(accepted, watch, courier, conversation))
                elif accepted.is_inbound:
                    self._bring(accepted, courier)
                else:
                    self._deliver(accepted, courier)

    # SMS

    def _deliver(self, message: Message, courier: Courier) -> None:
        """Out to a phone: sent, then delivered or not."""
        self._move(message, MessageStatus.SENT, courier)
        trouble = self._faults.of_delivery(bare(message.recipient)) or self._trouble_with(message)
        if trouble is None:
            with self._changes.changing():
                self._network.show(message.recipient, message)
            self._move(message, MessageStatus.DELIVERED, courier)
        else:
            message.error_code = trouble
            self._move(message, MessageStatus.UNDELIVERED, courier)

    def _trouble_with(self, message: Message) -> int | None:
        line = self._network.line_at(message.recipient)
        if message.is_whatsapp:
            nobody = line is None or not line.whatsapp
            return NOBODY_THERE if nobody else None if self._network.may_write(message) else DAY_IS_OVER
        return UNKNOWN_HANDSET if line is None else None

    def _move(self, message: Message, status: MessageStatus, courier: Courier) -> None:
        with self._changes.changing():
            message.status = status
            message.sent_at = message.sent_at or self._network.now()
            self._network.touch(message)
            fields = news.of_message(self._network, message)
        if message.status_callback:
            is_last = status is not MessageStatus.SENT
            courier.post(news.Post(Service.SMS, message.sid, message.status_callback, fields, is_last))

    def _bring(self, message: Message, courier: Courier) -> None:
        """In from a phone: posted to the program, whose document may answer."""
        url = self._webhook()
        if url is None:
            self._network.problems.append("an SMS came in and nobody has said where the program is")
            return
        fields = news.of_inbound(self._network, message)
        courier.post(news.Post(Service.SMS, message.sid, url, fields, is_last=True), partial(self._reply, message))

    def _reply(self, message: Message, document: str) -> None:
        try:
            replies = twiml.read_replies(document)
        except twiml.TwimlError as error:
            self._network.problems.append(f"12100 the answer to an SMS: {error}")
            return
        with self._changes.changing():
            now = self._network.now()
            for text in replies:
                self._network.add_message(
                    Message(
                        new_sid("SM"),
                        message.recipient,
                        message.sender,
                        text,
                        "outbound-reply",
                        MessageStatus.QUEUED,
                        now,
                        now,
                    )
                )

    # Calls

    async def _take(self, call: Call, conversation: Conversation) -> None:
        """In from a phone: the program says what is heard."""
        url = self._answering()
        if url is None:
            self._network.problems.append("somebody called and nobody has said where the program is")
        else:
            call.url = url
            await conversation.hold(call)
        with self._changes.changing():
            people.ends(self._network, call, CallStatus.COMPLETED if call.answered_at else CallStatus.FAILED)

    async def _place(self, call: Call, watch: Watch, courier: Courier, conversation: Conversation) -> None:
        progress = _Progress(self._network, call, courier)
        progress.tell("initiated", "initiated")
        if self._rings(call):
            progress.tell("ringing", "ringing")
            await watch.until(lambda: call.status is not CallStatus.RINGING, at_latest=call.rings_until)
            with self._changes.changing():
                people.lets_ring(self._network, call)
        if call.answered_at is not None:
            progress.tell("answered", "in-progress")
            await conversation.hold(call)
            with self._changes.changing():
                people.ends(self._network, call, CallStatus.COMPLETED)
        progress.tell("completed", call.status.value)

    def _rings(self, call: Call) -> bool:
        """Let the phone ring, unless the call has ended already or there is no such phone."""
        fate = self._faults.of_call(call.recipient)
        with self._changes.changing():
            if call.is_over:
                return False
            call.started_at = self._network.now()
            line = self._network.lines.get(call.recipient)
            if line is None or fate is CallStatus.FAILED:
                people.ends(self._network, call, CallStatus.FAILED)
                return False
            line.calls.append(call)
            call.status = CallStatus.RINGING
            self._network.touch(call)
            if isinstance(fate, Voicemail):
                people.answers(self._network, call, by_machine=True)
            elif fate is not None:
                people.ends(self._network, call, fate)
        return fate is not CallStatus.BUSY


class _Progress:
    """Tells the program how a call goes on, as far as it asked for that."""

    def __init__(self, network: Network, call: Call, courier: Courier) -> None:
        self._network = network
        self._call = call
        self._courier = courier
        self._sequence = 0

    def tell(self, event: str, status: str) -> None:
        """One step of the call; `status` is what it was at that moment."""
        call = self._call
        if call.status_callback and event in call.events:
            fields = news.of_progress(self._network, call, status, self._sequence, self._network.now())
            is_last = event == "completed"
            self._courier.post(news.Post(Service.VOICE, call.sid, call.status_callback, fields, is_last))
        self._sequence += 1
