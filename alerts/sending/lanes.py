"""How fast a lane may go: the generic cell rate algorithm, one instant of memory a lane. Pure.

``free_at`` is the instant at which the lane will have paid for everything it admitted; None for a lane never used.
Guaranteed: in any window of length T, measured by a clock that does not go back, at most ``burst + T / interval``
are admitted. When somebody always waits, a lane whose waker is late by less than ``(burst - 1) * interval`` loses
nothing of its rate; with a burst of 1 every late wake-up is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TICK = timedelta(microseconds=1)
NEVER_CLOSED = timedelta(0)


@dataclass(frozen=True)
class Admission:
    """``allowed``: how many may go now. ``new_free_at``: what to remember. ``ready_at``: when the next one may go."""

    allowed: int
    new_free_at: datetime
    ready_at: datetime


def interval_of(limit: int, per: timedelta = timedelta(seconds=1), *, burst: int = 1) -> timedelta:
    """The fastest pace at which no window of length ``per``, bursts included, ever holds more than ``limit``.

    ValueError unless 1 <= burst <= limit.
    """
    if not 1 <= burst <= limit:
        raise ValueError("a burst is one at least, and no more than the limit")
    return per // (limit + 1 - burst) + TICK


def admit(
    free_at: datetime | None,
    now: datetime,
    interval: timedelta,
    burst: int,
    *,
    wanted: int = 1,
    longest_closure: timedelta = NEVER_CLOSED,
) -> Admission:
    """How many of ``wanted`` may go now: as many as the lane holds, perhaps none.

    A lane that is booked further ahead than it books itself was closed (see ``close_lane``) for ``longest_closure`` at
    most; beyond that the clock was set back. It is then treated as just emptied: it neither stands still until the
    clock has caught up nor grants anything twice. ValueError if interval or burst are not positive.
    """
    if interval < TICK or burst < 1:
        raise ValueError("a lane needs a positive interval and room for one at least")
    room = burst * interval
    booked = max(free_at or now, now)
    if booked > now + room + longest_closure:
        booked = now + room
    allowed = max(0, min(wanted, (now + room - booked) // interval))
    booked += allowed * interval
    return Admission(allowed, booked, max(now, booked + interval - room))


def close_lane(free_at: datetime | None, until: datetime, interval: timedelta, burst: int) -> datetime:
    """The ``free_at`` of a lane that admits nothing before ``until``; never opens a lane earlier than it was.

    For a provider that said when to come back. At ``until`` exactly one may go, then the lane keeps its pace.
    """
    closed = until + (burst - 1) * interval
    return closed if free_at is None else max(free_at, closed)
