"""The rules that came with the program, as this process counts by them."""

from __future__ import annotations

from functools import cache
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


_LOCAL_DAYS: Final[dict[str, Mapping[date, bool]]] = {}


@cache
def _shipped() -> Rulebook:
    return read_rulebook(RULES)
