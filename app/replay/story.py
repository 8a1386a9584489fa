"""A story as a file tells it. Everything that cannot be read is an error that says where."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

if TYPE_CHECKING:
    from pathlib import Path

SPAN = re.compile(r"^(\d+)\s*([smhd])$")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DAILY = re.compile(r"^daily contact expected at (\d{2}):(\d{2})")
SEALED = re.compile(r"sealed file")
"""What somebody may do besides writing and entering."""
CHECKS = frozenset({"paged", "not_sent", "clock", "risk", "watch", "history", "people", "merged"})


class StoryFileError(ValueError):
    """A story that cannot be read; the message says which, where and why."""


@dataclass(frozen=True)
class Step:
    """Something that happens at ``at`` (aware UTC). ``given`` are its other keys, as written."""

    at: datetime
    by: str
    given: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Expectation:
    """What must be true in the end; without checks a human must look."""

    text: str
    checks: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """One story. Times in it are of ``zone``."""

    id: str
    zone: str
    jurisdiction: str | None
    threatened_state: str | None
    steps: tuple[Step, ...]
    expectations: tuple[Expectation, ...]

    def instant(self, written: object) -> datetime:
        """The instant that a time of the story means; of a day its first."""
        return instant(written, self.zone)


def read_stories(path: Path) -> list[Story]:
    """Read every story of a file; raises StoryFileError for the first that makes no sense."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StoryFileError(f"{path.name} is no YAML: {type(error).__name__}") from None
    if not isinstance(told, list):
        raise StoryFileError(f"{path.name} must be a list of stories, each with id, timezone, steps and expect")
    return [_story(one, number) for number, one in enumerate(told, 1)]


def _story(told: Any, number: int) -> Story:
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise StoryFileError(f"story {number} has no id")
    zone = str(told.get("timezone", "UTC"))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise StoryFileError(f"{told['id']}: {zone!r} is no time zone; names are like Asia/Almaty") from None
    try:
        steps = tuple(_step(one, zone) for one in told.get("steps", ()))
        expectations = tuple(_expectation(one) for one in told.get("expect", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise StoryFileError(f"{told['id']}: {error}") from None
    if [step.at for step in steps] != sorted(step.at for step in steps):
        raise StoryFileError(f"{told['id']}: the steps are not in the order of their times")
    return Story(told["id"], zone, told.get("jurisdiction"), told.get("threatened_return_to"), steps, expectations)


def _step(told: dict[str, Any], zone: str) -> Step:
    given = {str(key): value for key, value in told.items() if key not in ("at", "by")}
    if "does" in given and not any(known.search(str(given["does"])) for known in (DAILY, SEALED)):
        raise ValueError(f"nobody knows how to do {given['does']!r}")
    return Step(instant(told["at"], zone), str(told.get("by", "nobody")), given)


def _expectation(told: dict[str, Any]) -> Expectation:
    checks = dict(told.get("check", {}))
    unknown = set(checks) - CHECKS
    if unknown:
        raise ValueError(f"unknown check {', '.join(sorted(unknown))}; there are {', '.join(sorted(CHECKS))}")
    return Expectation(str(told["text"]), checks)


def instant(written: object, zone: str) -> datetime:
    """Return the instant (aware UTC) that a wall-clock time or day means in a zone."""
    try:
        wall = datetime.fromisoformat(str(written).strip(' "'))
    except ValueError:
        raise ValueError(f"{written!r} is no time; write 2030-12-31T10:00") from None
    return (wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def is_day(written: object) -> bool:
    """Whether only a day was written."""
    return len(str(written)) == len("2030-12-31")


def span(written: object) -> timedelta:
    """Return how long ``60s``, ``5m``, ``12h`` or ``3d`` is."""
    found = SPAN.match(str(written))
    if found is None:
        raise ValueError(f"{written!r} is no span of time; write 60s, 5m, 12h or 3d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
