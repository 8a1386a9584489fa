"""First words → the page leaves: what lies between a relative's message and a coordinator's phone, on an idle system.

From the moment the Bot API hands out the update to the moment the ``sendMessage`` for the coordinator arrives there;
both instants are the stub's. Between them: the raw input is committed, handled, planned, escalated, queued and sent,
each in a transaction of its own.
"""

from __future__ import annotations

import time

from benchmarks.children import child
from benchmarks.figures import MILLISECONDS, Row, median_of
from benchmarks.home import COORDINATOR, Options, seat_team, throwaway_home
from benchmarks.provider import Bot, provider

WORDS = "they took my brother"
FIRST_CHAT = 50_000
SETTLE = 0.25
"""Seconds between samples in which everything that follows the page comes to rest: the system is idle again."""
P50_GOAL, P99_GOAL = 60.0, 250.0


def measure(options: Options) -> list[Row]:
    """Milliseconds at the median and at the 99th percentile, beside the bare handler."""
    ours, bare = [], []
    with provider() as port:
        for _ in range(options.some(3, 1)):
            ours.append(_program(options, port, options.some(100, 4)))
            bare.append(_bare(port, options.some(100, 4)))
    return [
        _row("p50", median_of(ours, 0.5), median_of(bare, 0.5), P50_GOAL),
        _row("p99", median_of(ours, 0.99), median_of(bare, 0.99), P99_GOAL),
    ]


def _row(share: str, ours: float, bare: float, goal: float) -> Row:
    return Row(
        "first-words",
        f"first words → page leaves, {share}",
        ours,
        "ms",
        bare,
        "bare PTB handler",
        f"≤ baseline + {goal:g} ms",
        ours - bare <= goal,
        "lanes lifted, so that samples may follow each other faster than one a second" if share == "p50" else "",
    )


def _program(options: Options, port: int, samples: int) -> list[float]:
    bot = Bot(port)
    with throwaway_home(options, bot) as home:
        seat_team(home.house)
        with child("-m", "benchmarks.node", "bot,worker", "lifted", environment=home.environment, until="ready"):
            return _sample(bot, samples, paged=COORDINATOR)


def _bare(port: int, samples: int) -> list[float]:
    bot = Bot(port)
    with child("-m", "benchmarks.bare_bot", bot.url, bot.token, until="ready"):
        return _sample(bot, samples, paged=None)


def _sample(bot: Bot, samples: int, *, paged: int | None) -> list[float]:
    """One first message after the other, each from a new chat; the very first warms up and is not counted."""
    bot.wait(0, polls=1)
    taken: list[float] = []
    told = 0
    for number in range(samples + 1):
        chat = FIRST_CHAT + number
        reader = chat if paged is None else paged
        (update,) = bot.push((chat, WORDS))
        bot.wait(told + 1, reader)
        time.sleep(SETTLE)
        journal = bot.journal()
        told = journal.count_to(reader) if paged is not None else 0  # they hear of more: that very many write
        handed = journal.handed[update]
        taken.append((journal.first_to(reader, handed) - handed) * MILLISECONDS)
    return taken[1:]
