"""Within which time somebody may be written to who wrote to us by WhatsApp. Pure.

Meta lets a business write freely for 24 hours after each message of the other side, and afterwards only what it has
approved beforehand. What leaves at the last moment may arrive too late, and then it is lost: so our day is shorter.
Source: https://www.twilio.com/docs/api/errors/63016
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(hours=24)
MARGIN: Final = timedelta(minutes=10)
"""What clocks differ, and what a message may wait on its way."""


def open_until(heard_at: datetime) -> datetime:
    """Return until when somebody may be written to who wrote last at an instant (both aware)."""
    return heard_at + DAY - MARGIN


def may_write(heard_at: datetime | None, now: datetime) -> bool:
    """Whether somebody may be written to now; None: they never wrote."""
    return heard_at is not None and now < open_until(heard_at)


def found_closed(heard_at: datetime) -> datetime:
    """Return when they must have written last, for all we know, if the provider says that their day is over."""
    return heard_at - DAY
