"""What people hear while it is locked: who writes, that it is kept and unread; coordinators, that something came in."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from alerts.channels.port import ChannelError, Outgoing
from bot.updates import MalformedUpdateError, Message, Press, read_update
from texts.catalogue import say, say_plain
from texts.locale import guess_language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from alerts.channels.port import Channel
    from app.channels import Opened
    from app.locked.callers import Way
    from store.inbox import RawInput

log = structlog.get_logger(__name__)
TELEGRAM = "telegram"
SAID_AGAIN_AFTER = 3600.0
"""Seconds after which somebody who writes on is told once more."""
CALLED_AGAIN_AFTER = 900.0
"""Seconds after which coordinators are told once more, if more has come."""
PAUSE = 0.05
"""Seconds between two answers: Telegram takes no more than thirty a second."""
STANDS_FOR = 23 * 3600.0
"""Seconds after which our answer is taken out of a chat again."""
LOOK_EVERY = 60.0
LONGEST_LINE = 2000
"""Updates that wait for an answer; whoever comes after them is kept as well, and told nothing."""


@dataclass(frozen=True)
class Heard:
    """Somebody to be answered: in their conversation, or by the press that they made."""

    address: str
    language: str
    press: str | None = None


def heard_in(given: RawInput) -> Heard | None:
    """Return whom an input lets us answer; None for groups, blocks and whatever nobody waits behind."""
    try:
        update = read_update(given.payload)
    except (MalformedUpdateError, ValueError, RecursionError):
        return None
    if given.address is None:
        return None
    if isinstance(update, Message):
        return Heard(given.address, guess_language(update.text, update.client_language))
    if isinstance(update, Press):
        return Heard(given.address, guess_language(None, _language_of_press(given.payload)), update.callback_id)
    return None


def _language_of_press(payload: str) -> str | None:
    who = json.loads(payload)["callback_query"].get("from")
    language = who.get("language_code") if isinstance(who, dict) else None
    return language if isinstance(language, str) else None


class Answering:
    """Answers what was kept, outside of every transaction, as well as it can: nothing here is promised or repeated.

    ``clock`` gives real seconds. ``doors`` open channels by name, each at its first use. ``hotlines``: whom else
    somebody can call.
    """

    def __init__(
        self,
        doors: Mapping[str, Callable[[], Opened]],
        ways: Sequence[Way],
        clock: Callable[[], float],
        *,
        hotlines: str | None = None,
    ) -> None:
        self._doors = doors
        self._ways = ways
        self._clock = clock
        self._hotlines = hotlines
        self._line: asyncio.Queue[RawInput] = asyncio.Queue(LONGEST_LINE)
        self._said: dict[str, float] = {}
        self._standing: deque[tuple[float, str, str]] = deque()
        self._called_at: float | None = None
        self._opened: dict[str, Channel] = {}

    def take(self, inputs: Sequence[RawInput]) -> None:
        """Put what was committed in line. For the event loop's own thread."""
        for given in inputs:
            if not self._line.full():
                self._line.put_nowait(given)

    async def answered(self) -> None:
        """Wait until all that stood in line is answered."""
        await self._line.join()

    async def run(self) -> None:
        """Answer until cancelled; then take back what we said, because the usual answer comes now."""
        async with AsyncExitStack() as stack:
            try:
                while True:
                    await self._take_back(self._clock() - STANDS_FOR)
                    with suppress(TimeoutError):
                        given = await asyncio.wait_for(self._line.get(), LOOK_EVERY)
                        try:
                            await self._call(stack)
                            await self._answer(stack, heard_in(given))
                        finally:
                            self._line.task_done()
            finally:
                await self._take_back(self._clock())

    async def _call(self, stack: AsyncExitStack) -> None:
        """Tell every coordinator, once a while, that something came in; one that fails does not keep the others."""
        now = self._clock()
        if self._called_at is not None and now - self._called_at < CALLED_AGAIN_AFTER:
            return
        self._called_at = now
        log.warning("locked_intake_told", ways=len(self._ways))
        for way in self._ways:
            if way.channel in self._doors:
                words = say_plain("duty.locked", way.language)
                message = Outgoing(way.address, words, subject=words, language=way.language)
                await self._try(way.channel, partial(self._send, stack, way.channel, message))

    async def _answer(self, stack: AsyncExitStack, heard: Heard | None) -> None:
        if heard is None:
            return
        if heard.press is not None:
            await self._try(TELEGRAM, partial(self._answer_press, stack, heard.press, heard.language))
        elif self._clock() - self._said.get(heard.address, -SAID_AGAIN_AFTER) >= SAID_AGAIN_AFTER:
            self._said[heard.address] = self._clock()
            message = Outgoing(heard.address, self._words(heard.language), silent=True)
            sent = await self._try(TELEGRAM, partial(self._send, stack, TELEGRAM, message))
            if sent:
                self._standing.append((self._clock(), heard.address, sent))
        await asyncio.sleep(PAUSE)

    def _words(self, language: str) -> str:
        if self._hotlines:
            return say("reply.locked_hotlines", language, hotlines=self._hotlines)
        return say("reply.locked", language)

    async def _take_back(self, until: float) -> None:
        """Erase our answers up to an instant, on both sides: no chat keeps them for longer than others of ours."""
        while self._standing and self._standing[0][0] <= until:
            _, address, number = self._standing.popleft()
            channel = self._opened[TELEGRAM]
            await self._try(TELEGRAM, partial(channel.delete, address, [number]))

    async def _try(self, name: str, call: Callable[[], Awaitable[str | None]]) -> str | None:
        try:
            return await call()
        except ChannelError as error:
            log.warning("locked_not_told", channel=name, code=error.code)
            return None

    async def _send(self, stack: AsyncExitStack, name: str, message: Outgoing) -> str:
        return (await (await self._channel(stack, name)).send(message)).provider_id

    async def _answer_press(self, stack: AsyncExitStack, press: str, language: str) -> None:
        await (await self._channel(stack, TELEGRAM)).answer(press, say_plain("reply.locked_press", language))

    async def _channel(self, stack: AsyncExitStack, name: str) -> Channel:
        if name not in self._opened:
            self._opened[name] = await stack.enter_async_context(self._doors[name]())
        return self._opened[name]
