"""What must follow an acceptance, so that “somebody has it” stays true. Pure: (spans, what happened, now) → what.

Whoever accepted gets through to the person or the family; a lawyer also files. Each milestone has a span, counted from
the acceptance. When it is over there is a reminder, then a grace of a quarter of the span (5 minutes to 2 hours), and
then the acceptance is stale: it is given back, and the search goes on.

Guaranteed, however the clock jumps:

- An acceptance that nobody follows up is reminded of and then given back. Each wait lies in the future and is no longer
  than its span, or its grace, and ``CLOCK_SLACK``.
- One whose milestones are reached before their grace is over is never given back; when all are reached, nothing
  follows.
- Nobody loses a case without having been reminded of what is missing.

The caller carries it out in one transaction: notes ``reminded_at``, or gives back (alerts/progress.py); then asks again
until it is told to wait or is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from alerts.policy.escalation import WaitUntil
from alerts.policy.waits import CLOCK_SLACK, still_ahead

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from alerts.policy.ladder import Ladder


class Milestone(StrEnum):
    """What is reached, in this order. A later one says that those before it are reached too."""

    CONTACT_MADE = "contact_made"
    """They have spoken to the person, or to those who reported."""
    FILED = "filed"
    """A paper is with the court or the authority."""


Spans = dict[Milestone, timedelta]
"""How long after the acceptance each milestone of a need must be reached."""

_CONTACT: Final = {Milestone.CONTACT_MADE: timedelta(hours=1)}

MILESTONES: Final[Mapping[str, Spans]] = {
    "coordinator": {Milestone.CONTACT_MADE: timedelta(minutes=45)},
    "lawyer": _CONTACT | {Milestone.FILED: timedelta(hours=24)},
    "second_lawyer": _CONTACT,
    "interpreter": _CONTACT,
    "observer": _CONTACT,
    "doctor": _CONTACT,
}
"""The milestones of each need, in their order, with the spans that hold where a policy says nothing."""

GRACES: Final = (timedelta(minutes=5), timedelta(hours=2))
"""The shortest and the longest time between the reminder and giving back."""


@dataclass(frozen=True, slots=True)
class Remind:
    """Say that this milestone is missing, and that the case will be given to others."""

    milestone: Milestone


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The acceptance is stale for want of this milestone: search again."""

    milestone: Milestone


@dataclass(frozen=True, slots=True)
class Done:
    """All milestones are reached: nothing will follow."""


Next = Remind | GiveBack | WaitUntil | Done


def spans_of(kind: str, ladder: Ladder) -> Spans:
    """The milestones of a need of this kind, in their order, with the spans that its policy states."""
    stated = {Milestone.CONTACT_MADE: ladder.contact_within, Milestone.FILED: ladder.filed_within}
    return {milestone: stated[milestone] or span for milestone, span in MILESTONES[kind].items()}


def grace_of(span: timedelta) -> timedelta:
    """How long somebody has after the reminder of a milestone with this span."""
    shortest, longest = GRACES
    return min(max(span / 4, shortest), longest)


def first_missing(spans: Spans, reached: Collection[Milestone]) -> Milestone | None:
    """The first milestone after the last one that was reached; None when there is none."""
    return next(iter(still_missing(spans, reached)), None)


def still_missing(spans: Spans, reached: Collection[Milestone]) -> tuple[Milestone, ...]:
    """The milestones after the last one that was reached, in their order."""
    in_order = tuple(spans)
    places = [place for place, milestone in enumerate(in_order) if milestone in reached]
    return in_order[max(places, default=-1) + 1 :]


def next_milestone(
    spans: Spans, reached: Collection[Milestone], *, accepted_at: datetime, reminded_at: datetime | None, now: datetime
) -> Next:
    """Decide; see the module for what is guaranteed. Repeating is safe.

    ``spans`` as from ``spans_of``. ``reminded_at``: when they were reminded of the milestone that is missing now, None
    if they were not; a reminder of an earlier one, or of an acceptance that was given back, does not count.
    """
    missing = first_missing(spans, reached)
    if missing is None:
        return Done()
    span, grace = spans[missing], grace_of(spans[missing])
    if reminded_at is None or reminded_at > now + CLOCK_SLACK:
        due_at = still_ahead(accepted_at + span, now, span)
        return Remind(missing) if due_at is None else WaitUntil(due_at)
    stale_at = still_ahead(reminded_at + grace, now, grace)
    return GiveBack(missing) if stale_at is None else WaitUntil(stale_at)
