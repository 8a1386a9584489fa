"""Recovery: the sender is killed (SIGKILL) amid a fan-out and started again at once.

Everything must arrive. What arrives twice must be a call whose result was not committed when the process died.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from alerts.models import Attempt, DeliveryState
from benchmarks.children import child
from benchmarks.figures import Row
from benchmarks.home import Home, Options, throwaway_home
from benchmarks.pages import count_in, queue_pages, unfinished
from benchmarks.provider import Bot, LostError, provider
from store.claims import LEASE

KILL_AFTER = 0.3
"""Share of the messages after which the process dies."""
PATIENCE = 300.0
START = 3.0
"""Seconds a new process may take until it looks at its queue."""


@dataclass(frozen=True)
class Recovery:
    """What one kill came to."""

    seconds: float
    """From the kill until the last message whose call was cut off had arrived."""
    undisturbed: float
    """What the messages that were left would have taken anyway, at the pace before the kill."""
    open_calls: int
    """Calls that had begun and whose result was not committed when the process died."""
    twice: int
    """Messages that arrived twice."""


def measure(options: Options) -> list[Row]:
    """Seconds until all is delivered, beside the lease; LostError if any message is missing."""
    count = options.some(10_000, 100)
    with provider() as port:
        runs = [_run(options, Bot(port), count) for _ in range(options.some(3, 1))]
    seconds = statistics.median(run.seconds for run in runs)
    allowed = LEASE.total_seconds() + statistics.median(run.undisturbed for run in runs)
    doubled, cut = sum(run.twice for run in runs), sum(run.open_calls for run in runs)
    return [
        Row("recovery", f"kill -9 with {count:,} rows in flight → all delivered", seconds, "s", allowed,
            "lease + what was left at the old pace", f"≤ + {START:g} s for the start", seconds <= allowed + START,
            note=f"over {len(runs)} kills {cut} calls were cut off; {doubled} messages came twice, all of those"),
    ]  # fmt: skip


def _run(options: Options, bot: Bot, count: int) -> Recovery:
    with throwaway_home(options, bot) as home:
        queue_pages(home.house, count)
        killed, cut = _kill_amid(home, bot, count)
        before = len(bot.journal().sent)
        with child("-m", "benchmarks.node", "worker", "lifted", environment=home.environment, until="ready"):
            _wait_until_done(home)
        journal = bot.journal()
        times = Counter(chat for chat, _ in journal.sent)
        twice = sum(number - 1 for number in times.values())
        if len(times) != count or count_in(home.house, DeliveryState.SENT) != count:
            raise LostError(f"{count - len(times)} of {count} messages never came")
        if twice > cut:
            raise LostError(f"{twice} messages came twice, but only {cut} calls were cut off")
        pace = before / (killed - journal.sent[0][1])
        return Recovery(journal.sent[-1][1] - killed, (count - before) / pace, cut, twice)


def _kill_amid(home: Home, bot: Bot, count: int) -> tuple[float, int]:
    """Let some messages leave, kill the sender; return the instant, and how many calls had no recorded result."""
    with child("-m", "benchmarks.node", "worker", "lifted", environment=home.environment, until="ready") as (node, _):
        bot.wait(int(count * KILL_AFTER))
        node.kill()
        killed = time.monotonic()
        node.wait()
    with home.house.store.read() as unit:
        open_calls = unit.session.scalar(select(func.count()).where(Attempt.ended_at.is_(None))) or 0
    return killed, open_calls


def _wait_until_done(home: Home) -> None:
    ends_at = time.monotonic() + PATIENCE
    while unfinished(home.house):
        if time.monotonic() > ends_at:
            raise LostError("not everything was sent")
        time.sleep(0.05)
