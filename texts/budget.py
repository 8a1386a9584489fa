"""How long a text may be that leaves by SMS: the parts it may take, and how it is filled to see (`budgets.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from texts.catalogue import Entry, entries, keys, placeholders, say_plain, typed
from texts.dates import local_time
from texts.segments import segments

_A_MOMENT: Final = datetime(2026, 9, 23, 17, 5, tzinfo=UTC)
_ZONE: Final = "Asia/Kuala_Lumpur"  # long in every language
_UNKNOWN: Final = "x" * 14


@dataclass(frozen=True)
class Budgets:
    """What `budgets.yaml` says."""

    by_sms: tuple[str, ...]
    usual: int
    parts: Mapping[str, int]
    values: Mapping[str, str]
    longest: Mapping[str, list[str]]
    moments: frozenset[str]
    link_ending: str
    link: str


@cache
def budgets() -> Budgets:
    """Read the budgets, once per process."""
    read = yaml.safe_load((files("texts") / "budgets.yaml").read_text(encoding="utf-8"))
    return Budgets(**{**read, "by_sms": tuple(read["by_sms"]), "moments": frozenset(read["moments"])})


def leaves_by_sms(key: str) -> bool:
    """Say whether a text may leave by SMS."""
    return key.startswith(budgets().by_sms)


def parts_allowed(key: str) -> int:
    """Return in how many parts a text may leave."""
    return budgets().parts.get(key, budgets().usual)


def parts_taken(key: str, language: str, entry: Entry) -> int:
    """Return in how many parts an entry of a catalogue would leave, filled with what is usually long."""
    text = entry.text
    for name in entry.placeholders:
        text = text.replace(f"{{{name}}}", _value(name, language))
    if key.endswith(budgets().link_ending):
        text = f"{text}\n{budgets().link}"
    return segments(typed(text))


def unknown_budgets() -> frozenset[str]:
    """Return keys that have a budget and are none: they were renamed, or never go by SMS."""
    return frozenset(key for key in budgets().parts if key not in keys() or not leaves_by_sms(key))


def _value(name: str, language: str) -> str:
    known = budgets()
    if name in known.moments:
        return local_time(_A_MOMENT, _ZONE, language, with_date=True)
    if name in known.longest:
        beginnings = tuple(known.longest[name])
        said = (
            say_plain(key, language) for key in entries("en") if key.startswith(beginnings) and not placeholders(key)
        )
        return max(said, key=len)
    return known.values.get(name, _UNKNOWN)
