"""One alert on an idle system: from its commit to the moment it arrives at the provider.

Committed in the sender's own process (as in ``panah up``), and by another process (as on a machine with a process for
each role), where the sender hears of it through the database.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from alerts.messages.outbox import enqueue
from benchmarks.children import child
from benchmarks.figures import MILLISECONDS, Row, median_of
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot, provider
from benchmarks.sending import sending
from store.chats import Chat, find_or_open_chat

if TYPE_CHECKING:
    from app.wiring import House

READER = 2001
PAUSE = 0.05
P50_GOAL, P99_GOAL = 10.0, 50.0


def measure(options: Options) -> list[Row]:
    """Milliseconds at the median and at the 99th percentile."""
    here, elsewhere = [], []
    with provider() as port:
        for _ in range(options.some(3, 1)):
            here.append(_same_process(options, Bot(port), options.some(200, 10)))
            elsewhere.append(_other_process(options, Bot(port), options.some(200, 10)))
    return [
        _row("p50", median_of(here, 0.5), P50_GOAL),
        _row("p99", median_of(here, 0.99), P99_GOAL),
        Row("one-alert", "the same, committed by another process, p50", median_of(elsewhere, 0.5), "ms"),
        Row("one-alert", "the same, committed by another process, p99", median_of(elsewhere, 0.99), "ms"),
    ]


def _row(share: str, ours: float, goal: float) -> Row:
    what = f"committed → handed to the provider, {share}"
    return Row("one-alert", what, ours, "ms", goal=f"≤ {goal:g} ms", met=ours <= goal)


def _same_process(options: Options, bot: Bot, samples: int) -> list[float]:
    with throwaway_home(options, bot) as home, sending(home.house):
        return _sample(home.house, bot, samples)


def _other_process(options: Options, bot: Bot, samples: int) -> list[float]:
    with (
        throwaway_home(options, bot) as home,
        child("-m", "benchmarks.node", "worker", "lifted", environment=home.environment, until="ready"),
    ):
        return _sample(home.house, bot, samples)


def _sample(house: House, bot: Bot, samples: int) -> list[float]:
    with house.store.unit("bench") as unit:
        chat = find_or_open_chat(unit, "telegram", str(READER))
    committed = []
    for number in range(samples + 1):
        committed.append(_commit_one(house, chat))
        bot.wait(number + 1, READER)
        time.sleep(PAUSE)
    arrived = [at for _, at in bot.journal().sent]
    return [(came - left) * MILLISECONDS for left, came in zip(committed, arrived, strict=True)][1:]


def _commit_one(house: House, chat: Chat) -> float:
    """Queue one message; return the instant its commit was announced in this process."""
    rung: list[float] = []
    house.store.wake.listen(listener := lambda: rung.append(time.monotonic()))
    try:
        with house.store.unit("bench") as unit:
            enqueue(unit, chat, "staff.news", language="en", values={"code": "K7M-4TX"}, urgent=True)
        ended = time.monotonic()
    finally:
        house.store.wake.forget(listener)
    return min(rung[0], ended)
