"""A team's own table of single days, which outweighs every calendar: what a government moved by order, for example."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import yaml

from law.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

LocalDays = dict[str, dict[date, bool]]
"""Jurisdiction to day to whether one works on it."""
WORDS: Final = {"working": True, "off": False}


def read_local_days(path: Path, known: Collection[str]) -> LocalDays:
    """Read a table of the form ``KZ: {"2027-03-20": working, "2027-03-22": off}``; ``known`` are the jurisdictions.

    Raises RulesError with every fault, one a line, each with the line of the file and what to do about it.
    """
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}"
        raise RulesError(f"{path.name}{where}: this is not YAML; look at indentation, quotes and colons") from None
    except RecursionError:
        raise RulesError(f"{path.name}: what stands in it is nested too deeply") from None
    except (OSError, UnicodeDecodeError):
        raise RulesError(f"{path}: the table of local days cannot be read; look at its place and permissions") from None
    days: LocalDays = {}
    faults = [f"{path.name}, line {line}: {what}" for line, what in _gather(tree, known, days)]
    if faults:
        raise RulesError("\n".join(faults))
    return days


def _gather(tree: yaml.Node | None, known: Collection[str], days: LocalDays) -> Iterator[tuple[int, str]]:
    """Fill ``days``, and yield what is wrong with the rest."""
    if tree is None:
        return
    if not isinstance(tree, yaml.MappingNode):
        yield _line(tree), "begin with a jurisdiction and a colon, as in KZ:"
        return
    for key, table in tree.value:
        name = str(key.value)
        if name not in known or name in days:
            yield _line(key), f"name one of {', '.join(sorted(known))} here, and each only once"
        elif not isinstance(table, yaml.MappingNode):
            yield _line(table), 'below a jurisdiction stand days, as in "2027-03-20": working'
        else:
            days[name] = {}
            yield from _gather_days(table, days[name])


def _gather_days(table: yaml.MappingNode, days: dict[date, bool]) -> Iterator[tuple[int, str]]:
    for key, value in table.value:
        try:
            day = date.fromisoformat(str(key.value))
        except ValueError:
            yield _line(key), "write the day as 2027-03-20"
            continue
        word = str(value.value)
        if word not in WORDS:
            yield _line(value), "write working or off behind the day"
        elif day in days:
            yield _line(key), f"{day} stands here twice; take one of them away"
        else:
            days[day] = WORDS[word]


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def in_words(days: Mapping[str, Mapping[date, bool]]) -> list[str]:
    """Return a table as lines, by jurisdiction and day."""
    return [
        f"{name} {day} ({day:%A}): {'working' if works else 'off'}"
        for name, table in sorted(days.items())
        for day, works in sorted(table.items())
    ]
