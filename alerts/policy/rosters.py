"""Rosters of a policy document: who takes turns, how long, when turns change, and who stands in for whom."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.policy.model import OverrideSpec, RosterSpec
from alerts.policy.spans import read_turn
from alerts.policy.values import name_in, name_of, present

if TYPE_CHECKING:
    from yaml.nodes import Node

    from alerts.policy.marked import Faults

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TURNS = (timedelta(hours=1), timedelta(weeks=52))
KEYS = ("every", "handoff", "members")
OVERRIDE_KEYS = ("member", "from", "until")
LONGEST_OVERRIDE = timedelta(weeks=52)
"""Longer is a mistyped year, and would silence everybody else's turns."""

_HANDOFF = re.compile(r"(?:(?P<day>[A-Za-z]{3}) )?(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])")
_WALL = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")
_WEEK = timedelta(weeks=1)


def read_roster(faults: Faults, node: Node) -> RosterSpec | None:
    """Read one roster; None (and faults) if it is not complete."""
    entries = faults.entries(node, ("name", "timezone", "rotation", "overrides"))
    name = name_in(faults, node, entries, "roster")
    zone = _zone(faults, node, entries)
    overrides = _overrides(faults, entries.get("overrides"))
    rotation = _rotation(faults, node, entries)
    if rotation is None:
        return None
    every = _turn(faults, rotation["every"])
    weekday, at = _handoff(faults, rotation["handoff"], weekly=every is not None and every % _WEEK == timedelta(0))
    members = present(name_of(faults, one) for one in faults.items(rotation["members"], "names of contacts"))
    if name is None or zone is None or every is None or at is None:
        return None
    return RosterSpec(name, zone, every, at, weekday, members, overrides)


def _rotation(faults: Faults, node: Node, entries: dict[str, Node]) -> dict[str, Node] | None:
    if "rotation" not in entries:
        faults.add(node, "say who takes turns: `rotation` with `every`, `handoff` and `members`")
        return None
    rotation = faults.entries(entries["rotation"], KEYS)
    missing = [key for key in KEYS if key not in rotation]
    if missing:
        faults.add(entries["rotation"], f"the rotation lacks {', '.join(missing)}")
        return None
    return rotation


def _zone(faults: Faults, node: Node, entries: dict[str, Node]) -> str | None:
    if "timezone" not in entries:
        faults.add(node, "give the roster a `timezone`, as Asia/Almaty")
        return None
    said = faults.text(entries["timezone"], "a time zone, as Asia/Almaty")
    if said is None or _is_zone(said):
        return said
    faults.add(entries["timezone"], "this time zone does not exist: write its IANA name, as Asia/Almaty")
    return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, as "Asia"
        return False
    return True


def _turn(faults: Faults, node: Node) -> timedelta | None:
    said = faults.text(node, "how long a turn lasts: 1 week, 3 days or 12 hours")
    if said is None:
        return None
    turn, (shortest, longest) = read_turn(said), TURNS
    if turn is None or not shortest <= turn <= longest:
        faults.add(node, "write how long a turn lasts: 1 week, 3 days or 12 hours; a year at most")
        return None
    return turn


def _handoff(faults: Faults, node: Node, *, weekly: bool) -> tuple[int | None, time | None]:
    """The weekday, if one is named, and the local time; no time if it cannot be read."""
    said = faults.text(node, "when turns change: Mon 09:00")
    if said is None:
        return None, None
    match = _HANDOFF.fullmatch(said)
    day = (match["day"] or "").lower() if match else ""
    if match is None or day not in ("", *WEEKDAYS):
        faults.add(node, 'write a weekday and a local time: "Mon 09:00"; for turns in days or hours also "09:00"')
        return None, None
    if weekly and not day:
        faults.add(node, 'turns that last weeks need a weekday: "Mon 09:00"')
    return WEEKDAYS.index(day) if day else None, time(int(match["hour"]), int(match["minute"]))


def _overrides(faults: Faults, node: Node | None) -> tuple[OverrideSpec, ...]:
    what = "times in which somebody else stands in: `member`, `from` and `until`"
    nodes = [] if node is None else faults.items(node, what)
    return present(_override(faults, one) for one in nodes)


def _override(faults: Faults, node: Node) -> OverrideSpec | None:
    entries = faults.entries(node, OVERRIDE_KEYS)
    missing = [key for key in OVERRIDE_KEYS if key not in entries]
    if missing:
        faults.add(node, f"the override lacks {', '.join(missing)}")
        return None
    member = name_of(faults, entries["member"])
    from_, until = _wall(faults, entries["from"]), _wall(faults, entries["until"])
    if member is None or from_ is None or until is None:
        return None
    if not from_ < until <= from_ + LONGEST_OVERRIDE:
        faults.add(entries["until"], "an override ends after it begins, a year later at most: mend `from` or `until`")
        return None
    return OverrideSpec(member, from_, until)


def _wall(faults: Faults, node: Node) -> datetime | None:
    """A day and a time as the clock on the wall shows them in the roster's zone."""
    said = faults.text(node, "a day and a local time: 2026-03-08 09:00")
    if said is None:
        return None
    with suppress(ValueError):  # the 31st of June
        if _WALL.fullmatch(said):
            return datetime.fromisoformat(said)
    faults.add(node, "write a day that exists and the roster's local time: 2026-03-08 09:00")
    return None
