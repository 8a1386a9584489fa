"""Unusual reading: an account that opens many cases in an hour may be in somebody else's hands. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

WITHIN: Final = timedelta(hours=1)
MOST: Final = 8
"""Different cases that somebody opens in an hour of work, beside those they took within it."""


def is_unusual(opened: Iterable[tuple[UUID, datetime]], taken_at: Mapping[UUID, datetime], now: datetime) -> bool:
    """Whether what was opened within the last hour is more than work explains.

    ``opened``: cases and when; ``taken_at``: when the reader took those that they have. Whoever takes many cases in a
    bad night opens them, and that is no alarm; whoever goes through old ones is. Instants are aware.
    """
    recent = {case for case, at in opened if now - WITHIN < at <= now}
    fresh = {case for case, at in taken_at.items() if now - WITHIN < at <= now}
    return len(recent - fresh) > MOST
