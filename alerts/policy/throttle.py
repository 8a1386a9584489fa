"""How often one person may be rung: so many within a sliding window, for each channel. Pure.

A throttle keeps a phone usable on a night with many alarms. It delays, it never drops.

Guaranteed, by a clock that does not go back:

- No window of any rule, its first instant included and its last not, holds more than the rule's limit.
- What must wait is told the very instant at which it may go. Asking again before then gives the same instant, and at
  that instant it goes, if nothing else went meanwhile.
- Another send never makes it earlier, and neither does another rule.

However the clock jumps, that instant is never further away than the longest window and ``CLOCK_SLACK``. A send further
ahead than the slack shows that the clock was set back. Until it has caught up, every limit counts twice: what went
before is in the way a second time and cannot be told from what goes now, and it must not silence a phone for as long
as the clock was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from alerts.policy.waits import CLOCK_SLACK
from contacts.values import ChannelName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """At most ``limit`` within any ``window``. ValueError unless both are more than nothing."""

    limit: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.limit < 1 or self.window <= timedelta(0):
            raise ValueError("a pace lets one go at least, within a window longer than nothing")


Pace = tuple[Rule, ...]
"""Rules that all hold; without any, everything goes at once."""

_MINUTE = timedelta(minutes=1)
_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)

PACES: Final[Mapping[str, Pace]] = {
    ChannelName.SMS: (Rule(1, _MINUTE), Rule(5, _QUARTER), Rule(11, _HOUR)),
    ChannelName.VOICE: (Rule(1, _MINUTE), Rule(3, _QUARTER), Rule(7, _HOUR)),
    ChannelName.EMAIL: (Rule(1, _MINUTE),),
    ChannelName.OTHER: (Rule(2, _MINUTE), Rule(8, _QUARTER)),
    ChannelName.TELEGRAM: (Rule(10, _MINUTE), Rule(40, _QUARTER)),
}
"""What holds where nobody has said anything else: for the pages to one person on one channel."""


def may_go(now: datetime, sent: Sequence[datetime], pace: Pace) -> datetime | None:
    """None: one may go now. Otherwise the earliest instant at which one may, if none goes before; later than ``now``.

    ``sent``: when each went, in any order (aware); those older than ``memory`` change nothing.
    """
    set_back = any(at > now + CLOCK_SLACK for at in sent)
    counted = sorted(at for at in sent if at <= (now if set_back else now + CLOCK_SLACK))
    times = 2 if set_back else 1
    full = [rule for rule in pace if len(counted) >= times * rule.limit]
    opens_at = max((counted[-times * rule.limit] + rule.window for rule in full), default=now)
    return opens_at if opens_at > now else None


def memory(pace: Pace) -> timedelta:
    """How far back sends count: the longest window; nothing without a rule."""
    return max((rule.window for rule in pace), default=timedelta(0))
