"""What people hear while it is locked: who writes, that it is kept and unread; coordinators, that something came in."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from alerts.channels.port import AddressMoved, ChannelError, Outgoing, PermanentFailure, RateLimited
from bot.updates import MalformedUpdateError, Message, Press, read_update
from store.queues import where_it_failed
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
TOGETHER = 4
"""Calls at once by one channel, and seconds that each waits afterwards: Telegram takes no more than thirty a second."""
PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)
"""Seconds after which what did not get through is tried again; the last of them again and again."""
STANDS_FOR = 23 * 3600.0
"""Seconds after which our answer is taken out of a chat again."""
TAKING_BACK = 6.0
"""Seconds in which it is taken out of every chat when it is over, before the usual work begins."""
TRIED_AGAIN = 0.5
LOOK_EVERY = 60.0
AT_ONCE = 50
"""Updates that are heard together."""
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


@dataclass
class _Owed:
    """Something that somebody is to be told, or rid of. ``pay`` does it, and notes that it was done."""

    channel: str
    pay: Callable[[Channel], Awaitable[None]]
    given_up: Callable[[], object]
    """What is noted when it cannot be done, however often it is tried."""
    due_at: float
    failures: int = 0


class Answering:
    """Answers what was kept, outside of every transaction. What did not get through is tried until it does.

    All of it is in memory: nobody is promised an answer by a process that may end.

    ``clock`` gives real seconds. ``doors`` open channels by name, each at its first use. ``hotlines``: whom else
    somebody can call. ``told``: when somebody was told, where several of a process share it.
    """

    def __init__(
        self,
        doors: Mapping[str, Callable[[], Opened]],
        ways: Sequence[Way],
        clock: Callable[[], float],
        *,
        hotlines: str | None = None,
        told: dict[tuple[str, ...], float] | None = None,
    ) -> None:
        self._doors = doors
        self._ways = ways
        self._clock = clock
        self._hotlines = hotlines
        self._line: asyncio.Queue[RawInput] = asyncio.Queue(LONGEST_LINE)
        self._owed: dict[tuple[str, ...], _Owed] = {}
        self._told: dict[tuple[str, ...], float] = {} if told is None else told
        """When somebody was told, or could not be, by what was owed to them."""
        self._standing: dict[tuple[str, ...], tuple[float, str, str]] = {}
        """What we said in chats and have not taken out of them yet: when, where, which message."""
        self._opened: dict[str, Channel] = {}
        self._paying: asyncio.Future[None] | None = None

    def take(self, inputs: Sequence[RawInput]) -> None:
        """Put what was committed in line. For the event loop's own thread."""
        for given in inputs:
            if not self._line.full():
                self._line.put_nowait(given)

    async def answered(self) -> None:
        """Wait until all that stood in line was answered, or tried once."""
        await self._line.join()

    async def run(self) -> None:
        """Answer until cancelled; then take back what we said, as far as that is done in a few seconds."""
        async with AsyncExitStack() as stack:
            try:
                while True:
                    await self._pay_all(stack)
                    with suppress(TimeoutError):
                        given = [await asyncio.wait_for(self._line.get(), self._until_next())]
                        while not self._line.empty() and len(given) < AT_ONCE:
                            given.append(self._line.get_nowait())
                        try:
                            self._hear(given)
                            await self._pay_all(stack)
                        finally:
                            for _ in given:
                                self._line.task_done()
            finally:
                with suppress(TimeoutError):
                    async with asyncio.timeout(TAKING_BACK):
                        await self._take_all_back(stack)
                await self._stop_paying()

    def _until_next(self) -> float:
        """Seconds until something has to be looked at again."""
        now = self._clock()
        return min((max(one.due_at - now, PAUSE) for one in self._owed.values()), default=LOOK_EVERY)

    def _hear(self, inputs: Sequence[RawInput]) -> None:
        """Owe what follows from what came in. What makes no sense to us keeps nobody else from being answered."""
        self._owe_calls()
        for given in inputs:
            try:
                self._owe_answer(heard_in(given))
            except Exception:  # whatever somebody sends: it is kept, and others wait
                log.exception("locked_not_understood", number=given.number, trouble=where_it_failed())

    def _owe_calls(self) -> None:
        """Owe every coordinator, once a while and by every way, that something came in."""
        for way in self._ways:
            words = say_plain("duty.locked", way.language)
            message = Outgoing(way.address, words, subject=words, language=way.language)
            key = ("call", way.channel, way.address)
            self._owe(key, way.channel, partial(self._call, key, message), again_after=CALLED_AGAIN_AFTER)

    async def _call(self, key: tuple[str, ...], message: Outgoing, channel: Channel) -> None:
        await channel.send(message)
        self._told[key] = self._clock()
        log.warning("locked_intake_told", channel=key[1])

    def _owe_answer(self, heard: Heard | None) -> None:
        if heard is None:
            return
        if heard.press is not None:
            self._owe(("press", heard.press), TELEGRAM, partial(self._answer_press, heard.press, heard.language))
            return
        key = ("answer", heard.address)
        message = Outgoing(heard.address, self._words(heard.language), silent=True)
        self._owe(key, TELEGRAM, partial(self._answer, key, message), again_after=SAID_AGAIN_AFTER)

    async def _answer(self, key: tuple[str, ...], message: Outgoing, channel: Channel) -> None:
        number = (await channel.send(message)).provider_id
        now = self._clock()
        self._told[key] = now
        self._standing["back", message.address, number] = (now, message.address, number)

    async def _answer_press(self, press: str, language: str, channel: Channel) -> None:
        await channel.answer(press, say_plain("reply.locked_press", language))

    def _words(self, language: str) -> str:
        if self._hotlines:
            return say("reply.locked_hotlines", language, hotlines=self._hotlines)
        return say("reply.locked", language)

    def _owe_taking_back(self, until: float) -> None:
        """Owe the erasing of our answers up to an instant: no chat shall keep them for longer than others of ours."""
        for key, (at, address, number) in self._standing.items():
            if at <= until:
                forget = partial(self._standing.pop, key, None)
                self._owe(key, TELEGRAM, partial(self._take_back, key, address, number), given_up=forget)

    async def _take_back(self, key: tuple[str, ...], address: str, number: str, channel: Channel) -> None:
        await channel.delete(address, [number])
        self._standing.pop(key, None)

    async def _take_all_back(self, stack: AsyncExitStack) -> None:
        """Try until nothing of ours stands anywhere. What was being sent is waited for: it would be left standing."""
        if self._paying is not None:
            await self._paying
        self._owed.clear()
        while self._standing:
            self._owe_taking_back(self._clock())
            for one in self._owed.values():
                one.due_at = self._clock()
            await self._pay_all(stack)
            if self._standing:
                await asyncio.sleep(TRIED_AGAIN)

    async def _stop_paying(self) -> None:
        """Let nothing go on by itself: the channels are closed next."""
        if self._paying is not None and not self._paying.done():
            self._paying.cancel()
            await asyncio.wait({self._paying})

    def _owe(
        self,
        key: tuple[str, ...],
        channel: str,
        pay: Callable[[Channel], Awaitable[None]],
        *,
        again_after: float | None = None,
        given_up: Callable[[], object] | None = None,
    ) -> None:
        """Owe something from now on, unless it is owed already, was done within ``again_after``, or has no channel."""
        now = self._clock()
        told = self._told.get(key)
        if key in self._owed or channel not in self._doors:
            return
        if again_after is not None and told is not None and now - told < again_after:
            return
        self._owed[key] = _Owed(channel, pay, given_up or partial(self._told.__setitem__, key, now), now)

    async def _pay_all(self, stack: AsyncExitStack) -> None:
        """Try all that is due, a few at once for each channel. Goes on to its end although we are told to stop."""
        self._paying = asyncio.ensure_future(self._pay(stack))
        await asyncio.shield(self._paying)

    async def _pay(self, stack: AsyncExitStack) -> None:
        now = self._clock()
        self._owe_taking_back(now - STANDS_FOR)
        due = [(key, one) for key, one in self._owed.items() if one.due_at <= now]
        side_by_side = {one.channel: asyncio.Semaphore(TOGETHER) for _, one in due}
        for name in side_by_side:
            await self._open(stack, name)
        await asyncio.gather(*(self._try(key, one, side_by_side[one.channel]) for key, one in due))

    async def _try(self, key: tuple[str, ...], one: _Owed, side_by_side: asyncio.Semaphore) -> None:
        """Try one; what it comes to keeps no other from being tried."""
        channel = self._opened.get(one.channel)
        async with side_by_side:
            try:
                if channel is not None:
                    await one.pay(channel)
                    self._owed.pop(key, None)
                    await asyncio.sleep(PAUSE)
                    return
                wait = None
            except (PermanentFailure, AddressMoved) as error:
                log.warning("locked_not_told", channel=one.channel, code=error.code)
                one.given_up()
                self._owed.pop(key, None)
                return
            except ChannelError as error:
                wait = error.retry_after.total_seconds() if isinstance(error, RateLimited) else None
                log.warning("locked_not_told", channel=one.channel, code=error.code, times=one.failures + 1)
            except Exception:
                wait = None
                log.exception("locked_not_told", channel=one.channel, trouble=where_it_failed())
        one.failures += 1
        one.due_at = self._clock() + (wait or PAUSES[min(one.failures, len(PAUSES)) - 1])

    async def _open(self, stack: AsyncExitStack, name: str) -> None:
        """Open a door at its first use; one that does not open is tried again with what is owed by it."""
        if name in self._opened:
            return
        try:
            self._opened[name] = await stack.enter_async_context(self._doors[name]())
        except Exception:
            log.exception("locked_door_not_opened", channel=name, trouble=where_it_failed())
