"""Telegram's limits on sending, by the business clock: 30 messages a second in all, one a second in a chat.

A short burst into one chat passes; a group takes twenty a minute.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sandbox.telegram.errors import RefusedError, too_many_requests
from sandbox.telegram.state import Chat, ChatKind


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many more each second."""

    burst: float
    per_second: float


OVERALL: Final = Rate(30, 30)
PRIVATE_CHAT: Final = Rate(3, 1)
GROUP: Final = Rate(20, 20 / 60)


@dataclass(slots=True)
class Bucket:
    """What is left of a rate at a moment."""

    rate: Rate
    left: float = field(init=False)
    at: datetime | None = None

    def __post_init__(self) -> None:
        self.left = self.rate.burst

    def seconds_until_free(self, now: datetime) -> float:
        """Zero when one more may pass now."""
        if self.at is not None:
            passed = max(0.0, (now - self.at).total_seconds())
            self.left = min(self.rate.burst, self.left + passed * self.rate.per_second)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.rate.per_second

    def take(self) -> None:
        """Let one pass."""
        self.left -= 1


class Limits:
    """Counts what one bot sends; with `enforced` off everything passes."""

    def __init__(self, *, enforced: bool) -> None:
        self.enforced = enforced
        self._overall: dict[int, Bucket] = {}
        self._chats: dict[tuple[int, int], Bucket] = {}

    def refusal(self, bot_id: int, chat: Chat | None, now: datetime) -> RefusedError | None:
        """None and counted, or a 429 that says after how many whole seconds to come back (and not counted)."""
        if not self.enforced or chat is None:
            return None
        rate = PRIVATE_CHAT if chat.kind is ChatKind.PRIVATE else GROUP
        buckets = (
            self._overall.setdefault(bot_id, Bucket(OVERALL)),
            self._chats.setdefault((bot_id, chat.id), Bucket(rate)),
        )
        wait = max(bucket.seconds_until_free(now) for bucket in buckets)
        if wait > 0:
            return too_many_requests(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.take()
        return None
