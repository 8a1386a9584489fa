"""When a clock is to be reminded of, and how loudly. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cases.urgency import Urgency

if TYPE_CHECKING:
    from datetime import datetime

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LADDERS: Final[dict[str, tuple[timedelta, ...]]] = {
    "user_action": (7 * DAY, 3 * DAY, 1 * DAY, 6 * HOUR, 1 * HOUR),
    "authority_limit": (6 * HOUR,),
    "harm": (7 * DAY, 3 * DAY, 1 * DAY, 6 * HOUR, 1 * HOUR),
    "operational": (1 * DAY, 6 * HOUR, 1 * HOUR),
}
"""How long before its safe date a clock is reminded of: what we must do, and what harms when it comes, oftener than
what the State must; what our own rules want within a day from its first hour on. When the safe date itself has come,
and again when the arguable one has, there is one more."""
ALARMING: Final = 1 * DAY
"""With less than this left nothing waits for the morning."""


@dataclass(frozen=True)
class Reminder:
    """Remind now. ``rung`` is how many reminders have begun with this one; ``over`` when even the arguable date is."""

    rung: int
    urgency: Urgency
    over: bool = False


@dataclass(frozen=True)
class LookAgain:
    """Nothing to say before ``at``."""

    at: datetime


@dataclass(frozen=True)
class Over:
    """Everything has been said that there is to say."""


Next = Reminder | LookAgain | Over


def next_reminder(
    severity: str,
    safe_at: datetime,
    arguable_at: datetime,
    rung: int,
    now: datetime,
    *,
    moved_at: datetime | None = None,
) -> Next:
    """Decide about a clock of which ``rung`` reminders have begun.

    Reminders that were missed, because it was entered late or we stood still, come as one: the latest of them, now.
    That a hearing has moved, as was known at ``moved_at``, is said however far away its new time is.
    """
    instants = _instants(severity, safe_at, arguable_at)
    if moved_at is not None:
        instants = sorted({*instants, moved_at})
    due = sum(at <= now for at in instants)
    if due > rung:
        urgency = _urgency(safe_at - now)
        if moved_at is not None and rung == 0 and urgency is Urgency.LATER:
            urgency = Urgency.SOON
        return Reminder(due, urgency, over=arguable_at <= now)
    return LookAgain(instants[rung]) if rung < len(instants) else Over()


def alarming_from(safe_at: datetime) -> datetime:
    """Return from when on nothing about a clock waits for the morning any more."""
    return safe_at - ALARMING


def _instants(severity: str, safe_at: datetime, arguable_at: datetime) -> list[datetime]:
    """Every instant at which a clock is reminded of, in order; each once."""
    before = {safe_at - ahead for ahead in LADDERS.get(severity, LADDERS["user_action"])}
    return sorted({*before, safe_at, arguable_at})


def _urgency(left: timedelta) -> Urgency:
    if left <= ALARMING:
        return Urgency.NOW
    return Urgency.SOON if left <= 3 * DAY else Urgency.LATER
