"""What happens next in the search for one need. Pure: (ladder, progress, now) → decision.

Guaranteed, whatever the order of events and however the clock jumps:

- A need that is neither accepted nor closed always gets a step to page, an exhaustion to announce, or a wake-up that
  lies in the future and no further away than the running wait (or the pause of overtime) plus ``CLOCK_SLACK``.
- Between two waits there are only finitely many decisions: each step of a round at most once, and one exhaustion.
- Steps follow in their order. A step on which somebody may still answer is never left before its wait is over.
- Who declined is not asked again before overtime; in overtime a refusal holds for the rest of its round.
- While somebody who said a provisional yes is waited for, nobody else is asked; that wait is ``LONGEST_HOLD`` at most.
- Exhaustion is announced after the last round, or after any round that reached nobody. It is not an end: rounds go on
  in the beat of ``overtime`` for as long as nobody accepts, and one that reaches nobody is announced again.

The caller carries a decision out in one transaction: ``begin_step`` with whoever ``to_ask`` leaves (perhaps nobody), or
``announce_exhaustion``; then asks again at once, until it is told to wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.policy.waits import still_ahead

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.policy.ladder import Ladder
    from alerts.progress import Progress

OVERTIME = timedelta(minutes=10)
LONGEST_HOLD = timedelta(minutes=10)


@dataclass(frozen=True)
class Settled:
    """Somebody accepted, or the need is gone: nothing to do."""


@dataclass(frozen=True)
class WaitUntil:
    """Nothing to do before ``at`` (aware, later than the ``now`` that was asked about)."""

    at: datetime


@dataclass(frozen=True)
class PageStep:
    """Ask whoever is on this step now. ``round`` counts from 1 and is never used twice for the same step."""

    round: int
    step: int


@dataclass(frozen=True)
class Exhausted:
    """Tell everybody reachable that nobody has accepted; ``again`` if that was said before."""

    again: bool = False


Decision = Settled | WaitUntil | PageStep | Exhausted


def next_step(ladder: Ladder, progress: Progress, now: datetime, *, overtime: timedelta = OVERTIME) -> Decision:
    """Decide; see the module for what is guaranteed. ValueError if ``overtime`` is not positive.

    The ladder may be another one than the progress was made on: a step that no longer exists is over.
    """
    if overtime <= timedelta(0):
        raise ValueError("overtime must be longer than nothing, or rounds would follow each other without a pause")
    if progress.closed or progress.accepted_by is not None:
        return Settled()
    held_until = progress.held_until and still_ahead(progress.held_until, now, LONGEST_HOLD)
    if held_until is not None:
        return WaitUntil(held_until)
    if progress.between_rounds:
        return _open_round(ladder, progress, now, overtime)
    ends_at = _step_ends_at(ladder, progress, now)
    if ends_at is not None:
        return WaitUntil(ends_at)
    if progress.step + 1 < len(ladder.steps):
        return PageStep(progress.round, progress.step + 1)
    return _close_round(ladder, progress, now, overtime)


def to_ask(progress: Progress, page: PageStep, candidates: frozenset[UUID]) -> frozenset[UUID]:
    """Who of the candidates is asked on this step: nobody who declined, unless a new round of overtime begins."""
    asks_afresh = progress.overtime and page.round != progress.round
    return candidates if asks_afresh else candidates - progress.refusing


def _step_ends_at(ladder: Ladder, progress: Progress, now: datetime) -> datetime | None:
    """When the running step ends; None if it is over, because of time or because nobody on it can still answer."""
    if progress.step >= len(ladder.steps) or progress.began_at is None or not progress.awaited:
        return None
    wait = ladder.steps[progress.step].wait
    return still_ahead(progress.began_at + wait, now, wait)


def _open_round(ladder: Ladder, progress: Progress, now: datetime, overtime: timedelta) -> Decision:
    bell = _next_bell(progress, now, overtime)
    if bell is not None:
        return WaitUntil(bell)
    if not ladder.steps:
        return Exhausted(again=progress.overtime)
    return PageStep(progress.round + 1, 0)


def _close_round(ladder: Ladder, progress: Progress, now: datetime, overtime: timedelta) -> Decision:
    rounds_left = progress.overtime or progress.round - progress.rounds_before < ladder.rounds
    if progress.reached_in_round and rounds_left:
        return _open_round(ladder, progress, now, overtime)
    return Exhausted(again=progress.overtime)


def _next_bell(progress: Progress, now: datetime, overtime: timedelta) -> datetime | None:
    """When the next round of overtime begins; None if at once, as every ordinary round does.

    Bells ring every ``overtime`` counted from the exhaustion, backwards too: its instant only sets the beat, so that a
    clock set back by hours cannot silence them. The one that counts is the first after the last step or pause began.
    """
    if progress.exhausted_at is None or progress.began_at is None:
        return None
    beats = (progress.began_at - progress.exhausted_at) // overtime + 1
    return still_ahead(progress.exhausted_at + beats * overtime, now, overtime)
