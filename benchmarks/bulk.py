"""Bulk: how long a custody page waits when 5,000 other messages stand before it, at Telegram's real limits.

The messages that can wait are queued first, each to a conversation of its own; they take three minutes to leave. While
they do, pages are committed one after the other. A page's clock runs from its commit to its arrival at the provider.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from alerts.messages.outbox import enqueue
from alerts.sending.limits import TELEGRAM
from benchmarks.children import child
from benchmarks.figures import MILLISECONDS, Row, percentile
from benchmarks.home import Options, throwaway_home
from benchmarks.pages import IN_A_UNIT
from benchmarks.provider import Bot, provider
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from app.wiring import House

GOAL = 1000.0
FIRST_CHAT, FIRST_READER = 500_000, 600_000
UNDER_WAY = 2.0
"""Seconds in which the queue gets going."""
BETWEEN = 0.5


def measure(options: Options) -> list[Row]:
    """The longest and the median wait of so many pages."""
    many, pages = options.some(5000, 120), options.some(40, 3)
    with provider() as port:
        bot = Bot(port)
        with throwaway_home(options, bot) as home:
            _queue(home.house, many)
            with child("-m", "benchmarks.node", "worker", "telegram", environment=home.environment, until="ready"):
                time.sleep(UNDER_WAY)
                waited = [_page(home.house, bot, FIRST_READER + number) for number in range(pages)]
                left = len(bot.journal().sent) - pages
    what = f"a page behind {many:,} queued messages"
    note = f"{left:,} of them had left by then; Telegram's limits hold, and a page takes its turn among them"
    # The next slot of the lane is at most one interval away, whoever takes it.
    slot = TELEGRAM.everybody_every.total_seconds() * MILLISECONDS
    longest = max(waited)
    return [
        Row("bulk", f"{what}, p50", percentile(waited, 0.5), "ms", slot, "one slot of the limit"),
        Row("bulk", f"{what}, the longest wait", longest, "ms", slot, "one slot of the limit",
            f"≤ {GOAL:g} ms", longest <= GOAL, note),
    ]  # fmt: skip


def _queue(house: House, count: int) -> None:
    for begin in range(0, count, IN_A_UNIT):
        with house.store.unit("bench") as unit:
            for number in range(begin, min(begin + IN_A_UNIT, count)):
                chat = find_or_open_chat(unit, "telegram", str(FIRST_CHAT + number))
                enqueue(unit, chat, "staff.news", language="en", values={"code": "K7M-4TX"})


def _page(house: House, bot: Bot, reader: int) -> float:
    with house.store.unit("bench") as unit:
        chat = find_or_open_chat(unit, "telegram", str(reader))
        enqueue(unit, chat, "staff.news", language="en", values={"code": "K7M-4TX"}, urgent=True)
    committed = time.monotonic()
    bot.wait(1, reader)
    arrived = bot.journal().first_to(reader, 0)
    time.sleep(BETWEEN)
    return (arrived - committed) * MILLISECONDS
