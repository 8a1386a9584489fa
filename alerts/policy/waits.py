"""Waits that a clock set back cannot make endless. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

CLOCK_SLACK = timedelta(seconds=30)
"""Clocks of several nodes may differ by this much. A beginning further in the future means that the clock was set
back: what would have been a wait of unknown length is then over at once."""


def still_ahead(at: datetime, now: datetime, longest: timedelta) -> datetime | None:
    """``at`` if it is ahead and no further than a wait of this length can be; None if there is nothing to wait for."""
    return at if now < at <= now + longest + CLOCK_SLACK else None
