"""The limits of providers: how fast messages may leave. Facts about the world, so they are given, not built in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from alerts.policy.throttle import PACES, Pace
from alerts.sending.lanes import interval_of

TOGETHER = 4
"""How many leave together: the first reply, the first question and two pages of one report. It costs a tenth of the
rate, because no second may hold more than 30, bursts included."""


@dataclass(frozen=True)
class Limits:
    """One message each ``every``, after a burst of so many: over all conversations, and within each of them.

    ``longest_closure``: how long a provider may tell a conversation to wait; a lane booked further ahead shows a clock
    that was set back.
    """

    everybody_every: timedelta
    everybody_burst: int
    chat_every: timedelta
    chat_burst: int
    longest_closure: timedelta = timedelta(minutes=10)
    pace: Pace = ()
    """How often one reader may be asked for something before the rest is bundled; empty: always."""
    has_days: bool = False
    """Whether only who wrote within a day may be written to (:mod:`contacts.whatsapp`)."""
    knocks: bool = False
    """Whether there is an approved message by which others may be asked to write."""


TELEGRAM = Limits(
    everybody_every=interval_of(30, burst=TOGETHER),
    everybody_burst=TOGETHER,
    chat_every=timedelta(seconds=1),
    chat_burst=3,
    pace=PACES["telegram"],
)
"""About 30 messages a second over all chats, one a second in a chat where short bursts pass."""


def limits_of(channel: str, per_second: float = 1.0) -> Limits:
    """Return the limits of a channel other than Telegram, which sends ``per_second`` (positive) in all.

    For SMS and voice that is the rate of the number, as the provider's console shows it.
    """
    every = timedelta(seconds=1 / per_second)
    return Limits(
        everybody_every=every,
        everybody_burst=1 if per_second <= 1 else TOGETHER,
        chat_every=timedelta(seconds=1),
        chat_burst=2,
        pace=PACES.get(channel, ()),
    )
