"""Surge: a night with many alarms at once, by a simulated clock, against the limits of providers.

Sixty helpers and nineteen cases that come in the same instant (a raid, and everybody is needed for each), and one
message to each of 1,300. The rules are the program's own: the lanes of a channel and of a conversation
(alerts/sending/lanes.py), what one person can bear (alerts/policy/throttle.py), and that what was held back leaves as
one message. Providers are taken to answer at once, and nobody accepts. A person *knows* when their phone has rung for
everything.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alerts.policy.throttle import may_go
from alerts.sending.crowd import MOST_TOGETHER
from alerts.sending.lanes import admit
from alerts.sending.limits import TELEGRAM, Limits, limits_of
from app.channels import MAILS_PER_SECOND, OTHERS_PER_SECOND
from benchmarks.figures import Row, percentile
from contacts.values import ChannelName

if TYPE_CHECKING:
    from benchmarks.home import Options

BEGIN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
RATES = {
    ChannelName.SMS: 1.0,
    ChannelName.VOICE: 1.0,
    ChannelName.EMAIL: MAILS_PER_SECOND,
    ChannelName.OTHER: OTHERS_PER_SECOND,
}
"""Messages a second over all, as the settings have them when nobody says otherwise."""
SHAPES = ((60, 19), (1300, 1))
SHARE = 0.95


@dataclass(frozen=True)
class Told:
    """When a person's phone first rang, when it had rung for everything (seconds), and how often it rang."""

    first: float
    last: float
    rings: int


@dataclass
class _Person:
    waiting: int
    free_at: datetime | None = None
    rang: list[datetime] = field(default_factory=list)


@dataclass
class _Channel:
    limits: Limits
    free_at: datetime | None = None

    def ready_at(self, person: _Person, now: datetime) -> datetime | None:
        """When the lanes let a message pass; None for now, and then it has passed them."""
        mine = admit(person.free_at, now, self.limits.chat_every, self.limits.chat_burst)
        all_ = admit(self.free_at, now, self.limits.everybody_every, self.limits.everybody_burst)
        refused = [one.ready_at for one in (mine, all_) if not one.allowed]
        if refused:
            return max(refused)
        person.free_at, self.free_at = mine.new_free_at, all_.new_free_at
        return None


def limits_on(channel: ChannelName) -> Limits:
    """The limits a channel is used with."""
    return TELEGRAM if channel is ChannelName.TELEGRAM else limits_of(channel, RATES[channel])


def surge(people: int, cases: int, limits: Limits) -> list[Told]:
    """Let ``cases`` alerts be queued for each of so many people in one instant, and play what happens.

    The first alert of each person is held back by no throttle; one that was held back takes along what else waits.
    """
    crowd, channel = [_Person(cases) for _ in range(people)], _Channel(limits)
    queue = [(BEGIN, number, False) for number in range(people * cases)]
    while queue:
        now, number, held_back = heapq.heappop(queue)
        case, who = divmod(number, people)
        person = crowd[who]
        if not person.waiting:
            continue  # a message that stood for several said it
        calm_at = may_go(now, person.rang, limits.pace) if case and limits.pace else None
        if calm_at is not None:
            heapq.heappush(queue, (calm_at, number, True))
            continue
        ready_at = channel.ready_at(person, now)
        if ready_at is not None:
            heapq.heappush(queue, (ready_at, number, held_back))
            continue
        person.rang.append(now)
        person.waiting -= min(person.waiting, MOST_TOGETHER) if held_back else 1
    return [_told(person) for person in crowd]


def _told(person: _Person) -> Told:
    first, last = ((at - BEGIN) / timedelta(seconds=1) for at in (person.rang[0], person.rang[-1]))
    return Told(first, last, len(person.rang))


def measure(options: Options) -> list[Row]:
    """Seconds until the first, the 95th and the last of a hundred people know everything, for each channel."""
    shapes = ((6, 3), (20, 1)) if options.quick else SHAPES
    return [row for people, cases in shapes for channel in ChannelName for row in _rows(people, cases, channel)]


def _rows(people: int, cases: int, channel: ChannelName) -> list[Row]:
    limits = limits_on(channel)
    told = surge(people, cases, limits)
    # What the provider's limits alone allow: everybody's messages one after another, each alert one message.
    alone = (people * cases - limits.everybody_burst) * limits.everybody_every / timedelta(seconds=1)
    what = f"{people:,} people x {cases} cases by {channel}"
    rings = max(one.rings for one in told)
    heard = max(one.first for one in told)
    return [
        Row("surge", f"{what}: the first knows everything", min(one.last for one in told), "s"),
        Row("surge", f"{what}: {SHARE:.0%} know", percentile([one.last for one in told], SHARE), "s"),
        Row("surge", f"{what}: the last knows", max(one.last for one in told), "s", alone or None, "a message each",
            note=f"everybody's phone has rung once after {heard:.0f} s, and the busiest rang {rings} times"),
    ]  # fmt: skip
