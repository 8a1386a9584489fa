"""Which channel of one person rings next. Pure: (order, gap, ways, what rang, since when, now) → what rings.

Guaranteed, whatever fails and however the clock jumps:

- No way is given here that has rung already: none rings twice by itself.
- The first named way rings at once; in turn, the n-th after it n gaps after the asking, not counting those that failed.
  So, by a clock that does not go back, the first failure of each way starts the next one in the same instant.
- Ways that the step does not name are a fallback: they ring only when every named one is dead or has failed, one after
  the other, each as soon as the one before it has failed.
- As long as a way is to come by itself there is an instant to look again, later than ``now`` and no further away than a
  gap for each named way, and ``CLOCK_SLACK``. Asked again then and at each failure, and carried out, every living way
  has been tried before the person counts as lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from alerts.policy.ladder import Order
from alerts.policy.waits import CLOCK_SLACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a person.

    ``alive``: it is verified, and nobody has said that it leads nowhere. ``named``: the step names its channel.
    """

    id: UUID
    channel: str
    alive: bool
    named: bool


class Rung(StrEnum):
    """What has come of a way that rang."""

    UNDER_WAY = "under way"
    """It is queued, being sent, sent or delivered: the person may answer."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have arrived or not. The next way does not wait for that; but the person is not lost yet."""


@dataclass(frozen=True, slots=True)
class Rings:
    """The ways that ring at once, in their order, and when to look again by itself; None: nothing comes by itself."""

    now: tuple[UUID, ...] = ()
    look_again_at: datetime | None = None


def next_rings(
    order: Order, gap: timedelta, ways: Sequence[Way], rung: Mapping[UUID, Rung], *, asked_at: datetime, now: datetime
) -> Rings:
    """Decide; see the module for what is guaranteed.

    ``ways`` in the order in which they are to ring; ``rung`` has an entry for each that did, for this asking. The
    person was asked at ``asked_at``; should that lie further ahead than ``CLOCK_SLACK``, the clock was set back, and
    nothing waits.
    """
    named = [way for way in ways if way.named]
    if all(_failed(way, rung) for way in named):
        return _next_fallback(ways, rung)
    waits = order is Order.IN_TURN and asked_at <= now + CLOCK_SLACK
    return _next_named(named, rung, gap if waits else AT_ONCE, asked_at, now)


def lost(ways: Sequence[Way], rung: Mapping[UUID, Rung]) -> bool:
    """Whether this person cannot be reached: each way has failed, or is dead and never rang. True without any way."""
    return all(_failed(way, rung) and rung.get(way.id) is not Rung.UNKNOWN for way in ways)


def _failed(way: Way, rung: Mapping[UUID, Rung]) -> bool:
    """Whether the next one must not wait for this one. What rings on a way that died meanwhile has its own answer."""
    return rung[way.id] is not Rung.UNDER_WAY if way.id in rung else not way.alive


def _next_named(
    named: Sequence[Way], rung: Mapping[UUID, Rung], gap: timedelta, asked_at: datetime, now: datetime
) -> Rings:
    """Those whose turn has come. Turns are counted without what has failed, so a failure moves the rest a turn up."""
    ringing: list[UUID] = []
    for turn, way in enumerate(way for way in named if not _failed(way, rung)):
        if way.id in rung:
            continue
        wait = turn * gap
        if wait and asked_at + wait > now:
            return Rings(tuple(ringing), asked_at + wait)
        ringing.append(way.id)
    return Rings(tuple(ringing))


def _next_fallback(ways: Sequence[Way], rung: Mapping[UUID, Rung]) -> Rings:
    """The first that has not failed; none of those that the step names is among them."""
    first = next((way for way in ways if not _failed(way, rung)), None)
    return Rings() if first is None or first.id in rung else Rings((first.id,))
