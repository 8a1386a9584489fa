"""Paces as an operator writes them: ``1/1m 5/15m 11/1h`` is one a minute, five a quarter of an hour, eleven an hour."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from alerts.policy.throttle import Pace, Rule

LONGEST: Final = timedelta(hours=24)
"""A longer window would keep a phone silent through the next night for what rang in this one."""
HOW: Final = "is COUNT/TIME, several with spaces between, e.g. 1/1m 5/15m 11/1h; counts from 1, times up to 24h"
_RULE: Final = re.compile(r"(?P<limit>\d{1,4})/(?P<count>\d{1,5})(?P<unit>[smh])", re.ASCII)
_UNITS: Final = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


def read_pace(text: str) -> Pace:
    """Return the pace that is meant; ValueError, which says how one is written, for anything else.

    There is no way to write that nothing holds: whoever wants that states more than anybody will ever be asked.
    """
    rules = tuple(map(_read_rule, text.replace(",", " ").split()))
    if not rules:
        raise ValueError(HOW)
    return rules


def _read_rule(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    if found is None:
        raise ValueError(HOW)
    limit, window = int(found["limit"]), int(found["count"]) * _UNITS[found["unit"]]
    if limit < 1 or not timedelta(0) < window <= LONGEST:
        raise ValueError(HOW)
    return Rule(limit, window)


def write_pace(pace: Pace) -> str:
    """Write a pace of whole seconds; ``read_pace`` reads it back."""
    return " ".join(f"{rule.limit}/{_written(rule.window)}" for rule in pace)


def _written(window: timedelta) -> str:
    unit = next(name for name, size in reversed(_UNITS.items()) if window % size == timedelta(0))
    return f"{window // _UNITS[unit]}{unit}"
