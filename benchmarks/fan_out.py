"""Fan-out: how many pages a second leave through the Telegram channel when every one is a row before it is a call.

Beside it, in the same process and against the same stub: a bare aiohttp loop that posts the same bodies, the channel
without rows, and python-telegram-bot with the client it comes with. The limits of the provider are lifted; the lanes
are still rows that are locked and written.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import telegram

from alerts.channels.port import Button, Outgoing
from alerts.channels.telegram.channel import TelegramChannel
from alerts.channels.telegram.request import AiohttpRequest
from alerts.models import DeliveryState
from benchmarks.figures import Row
from benchmarks.home import Options, throwaway_home
from benchmarks.pages import FIRST_CHAT, count_in, queue_again, queue_pages, unfinished
from benchmarks.provider import Bot, LostError, provider
from benchmarks.sending import sending
from store.unit_of_work import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.wiring import House

AT_ONCE = 50
AT_ONCE_SLOW, LATENCY = 100, 0.05
LOOK_EVERY = 0.005
OVER_PTB, OF_RAW, OF_POSSIBLE = 4.0, 0.3, 0.5
TEXT = "NEW K7M-4TX: KZ-ALM, received 22:05 (Almaty). Somebody may be sent back. Tap Accept if you take it."
KEYBOARD = (
    (Button("Accept", data="A" * 24), Button("Decline", data="B" * 24)),
    (Button("Open", data="C" * 24),),
)


def measure(options: Options) -> list[Row]:
    """Pages a second at concurrency 50, and at 100 with 50 ms of provider latency."""
    count, runs = options.some(2000, 60), options.some(3, 1)
    with provider() as port:
        ours, others = Bot(port), Bot(port)
        with throwaway_home(options, ours) as home:
            queue_pages(home.house, count)
            contest = Contest(home.house, ours, others, count)
            fast = contest.rates(runs, AT_ONCE)
            for bot in (ours, others):
                bot.set_latency(LATENCY)
            slow = contest.rates(runs, AT_ONCE_SLOW)
    possible = AT_ONCE_SLOW / LATENCY
    unit = "pages/s"
    return [
        Row("fan-out", f"durable, {AT_ONCE} at once", fast["durable"], unit, fast["library"], "PTB's default client",
            f"≥ {OVER_PTB:g} ×", fast["durable"] >= OVER_PTB * fast["library"]),
        Row("fan-out", f"durable, {AT_ONCE} at once", fast["durable"], unit, fast["raw"], "bare aiohttp loop",
            f"≥ {OF_RAW:g} ×", fast["durable"] >= OF_RAW * fast["raw"]),
        Row("fan-out", f"the channel without rows, {AT_ONCE} at once", fast["channel"], unit, fast["raw"],
            "bare aiohttp loop"),
        Row("fan-out", f"durable, {AT_ONCE_SLOW} at once, {LATENCY * 1000:g} ms of latency", slow["durable"], unit,
            possible, "concurrency ÷ latency", f"≥ {OF_POSSIBLE:g} ×", slow["durable"] >= OF_POSSIBLE * possible),
        Row("fan-out", f"PTB's default client, {AT_ONCE_SLOW} at once, {LATENCY * 1000:g} ms", slow["library"], unit,
            possible, "concurrency ÷ latency"),
        Row("fan-out", f"bare aiohttp loop, {AT_ONCE_SLOW} at once, {LATENCY * 1000:g} ms", slow["raw"], unit,
            possible, "concurrency ÷ latency"),
    ]  # fmt: skip


class Contest:
    """The same messages through each contender in turn. Ours has a bot account to itself, so that it can be counted."""

    def __init__(self, house: House, ours: Bot, others: Bot, count: int) -> None:
        self._house = house
        self._ours = ours
        self._others = others
        self._count = count
        self._sent = 0

    def rates(self, runs: int, at_once: int) -> dict[str, float]:
        """Messages a second of each contender, the median of several runs."""
        rates: dict[str, list[float]] = {"raw": [], "channel": [], "library": [], "durable": []}
        few = max(self._count // 5, at_once)
        for _ in range(runs):
            rates["raw"].append(self._count / asyncio.run(_raw(self._others, self._count, at_once)))
            rates["channel"].append(self._count / asyncio.run(_channel(self._others, self._count, at_once)))
            rates["library"].append(few / asyncio.run(_library(self._others, few, at_once)))
            rates["durable"].append(self._count / self.durable(at_once))
        return {name: statistics.median(taken) for name, taken in rates.items()}

    def durable(self, at_once: int) -> float:
        """Seconds from the first look at the queue until the last result is committed. No key is in memory before."""
        queue_again(self._house)
        cold = replace(self._house, store=Store(self._house.store.engine, self._house.store.ring, self._house.clock))
        self._sent += self._count
        began = time.perf_counter()
        with sending(cold, at_once):
            self._ours.wait(self._sent)
            while unfinished(cold):
                time.sleep(LOOK_EVERY)
            took = time.perf_counter() - began
        if count_in(self._house, DeliveryState.SENT) != self._count:
            raise LostError("not every page was sent")
        return took


async def _raw(bot: Bot, count: int, at_once: int) -> float:
    markup = json.dumps(
        {"inline_keyboard": [[{"text": one.label, "callback_data": one.data} for one in row] for row in KEYBOARD]}
    )
    url = f"{bot.url}/bot{bot.token}/sendMessage"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:

        async def send(chat: int) -> None:
            body = {"chat_id": str(chat), "text": TEXT, "reply_markup": markup}
            async with session.post(url, data=body) as answer:
                json.loads(await answer.read())

        return await _all(send, count, at_once)


async def _channel(bot: Bot, count: int, at_once: int) -> float:
    async with AiohttpRequest() as request:
        channel = TelegramChannel(bot.token, bot.url, request)

        async def send(chat: int) -> None:
            await channel.send(Outgoing(str(chat), TEXT, KEYBOARD))

        return await _all(send, count, at_once)


async def _library(bot: Bot, count: int, at_once: int) -> float:
    rows = [[telegram.InlineKeyboardButton(one.label, callback_data=one.data) for one in row] for row in KEYBOARD]
    markup = telegram.InlineKeyboardMarkup(rows)
    async with telegram.Bot(bot.token, base_url=f"{bot.url}/bot") as library:

        async def send(chat: int) -> None:
            await library.send_message(chat, TEXT, reply_markup=markup)

        return await _all(send, count, at_once)


async def _all(send: Callable[[int], Awaitable[None]], count: int, at_once: int) -> float:
    """Seconds for ``count`` calls with ``at_once`` under way."""
    chats = iter(range(FIRST_CHAT, FIRST_CHAT + count))

    async def work() -> None:
        for chat in chats:
            await send(chat)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return time.perf_counter() - began
