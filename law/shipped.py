"""The rules that came with the program, as this process counts by them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from law.loading import RULES, read_rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from law.rules import Rulebook


@cache
def load_rules() -> Rulebook:
    """Return the rules that came with the program, under the local days of this process; raise RulesError.

    Read once, then kept.
    """
    return _shipped().with_local_days(_LOCAL_DAYS) if _LOCAL_DAYS else _shipped()


def use_local_days(days: Mapping[str, Mapping[date, bool]]) -> None:
    """Have this process count by a team's own table of days from now on, instead of any earlier one.

    Called once, when a process is wired, before anything is counted.
    """
    if days != _LOCAL_DAYS:
        _LOCAL_DAYS.clear()
        _LOCAL_DAYS.update(days)
        load_rules.cache_clear()


def counted_by() -> str:
    """Say what dates are counted by here, in 64 characters at most: rules, calendars, and the edition of time zones.

    Where any of them is another, what was counted is counted anew.
    """
    return written_down(load_rules().fingerprint, _zones())


def written_down(fingerprint: str, zones: str) -> str:
    """Return it of a fingerprint and an edition (``2026.6``). Pure."""
    return f"{fingerprint[:_TOLD]}@{zones}"


def has_older_clocks(counted: str) -> bool:
    """Whether something was counted by an older edition of time zones than ours; an unknown one counts as older."""
    return _edition(counted.partition("@")[2]) < _edition(_zones())


def _edition(zones: str) -> tuple[int, ...]:
    return tuple(int(part) for part in zones.split(".") if part.isdigit())


@cache
def _zones() -> str:
    return version("tzdata")


_TOLD: Final = 48
"""Characters of a fingerprint by which one is told from another."""
_LOCAL_DAYS: Final[dict[str, Mapping[date, bool]]] = {}


@cache
def _shipped() -> Rulebook:
    return read_rulebook(RULES)
