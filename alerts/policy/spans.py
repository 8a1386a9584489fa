"""Lengths of time as people write them: ``90s``, ``2m``, ``1h``, ``1h30m`` for waits, ``1 week`` for turns."""

from __future__ import annotations

import re
from datetime import timedelta

_WAIT = re.compile(r"(?=\d)(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,5})m)?(?:(?P<seconds>\d{1,6})s)?")
_TURN = re.compile(r"(?P<count>\d{1,4}) (?P<unit>week|day|hour)s?")


def read_wait(text: str) -> timedelta | None:
    """The length meant by ``text``; None if it means none."""
    match = _WAIT.fullmatch(text)
    if match is None:
        return None
    return timedelta(**{unit: int(count) for unit, count in match.groupdict(default="0").items()})


def write_wait(span: timedelta) -> str:
    """The shortest way to write whole seconds; ``read_wait`` reads it back."""
    seconds = span // timedelta(seconds=1)
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def read_turn(text: str) -> timedelta | None:
    """The length of a turn on a roster; None if ``text`` means none."""
    match = _TURN.fullmatch(text)
    return None if match is None else timedelta(**{f"{match['unit']}s": int(match["count"])})


def write_turn(span: timedelta) -> str:
    """The largest unit that fits whole hours; ``read_turn`` reads it back."""
    for unit, size in (("week", timedelta(weeks=1)), ("day", timedelta(days=1))):
        if span % size == timedelta(0):
            return _counted(span // size, unit)
    return _counted(span // timedelta(hours=1), "hour")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
