"""Single values of a document: names, lists of words, lengths of time. Each fault is noted, and a stand-in given."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeVar

from alerts.policy.spans import read_wait, write_wait
from contacts.csv_text import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import timedelta

    from yaml.nodes import Node

    from alerts.policy.marked import Faults

T = TypeVar("T")

LONGEST_NAME = 200
_NOT_IN_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def count(faults: Faults, node: Node | None, allowed: range, what: str, unsaid: int) -> int:
    """A whole number out of ``allowed``; ``unsaid`` where none is written. ``what`` says what it counts."""
    advice = f"{what}, {allowed[0]} to {allowed[-1]}"
    said = None if node is None else faults.text(node, advice)
    if node is None or said is None:
        return unsaid
    if said in map(str, allowed):
        return int(said)
    faults.add(node, f"write {advice}")
    return unsaid


def present(values: Iterable[T | None]) -> tuple[T, ...]:
    """Those that could be read."""
    return tuple(value for value in values if value is not None)


def name_in(faults: Faults, node: Node, entries: dict[str, Node], whose: str) -> str | None:
    """The value of the key ``name``."""
    if "name" not in entries:
        faults.add(node, f"give the {whose} a `name`")
        return None
    return name_of(faults, entries["name"])


def name_of(faults: Faults, node: Node) -> str | None:
    """One line of text without control characters, spelt as a contact's: marks that show nothing are left out."""
    said = faults.text(node, "a name")
    if said is None:
        return None
    name = unicodedata.normalize("NFC", visible(said)).strip()
    if not name:
        faults.add(node, "write a name here that can be seen: this one holds nothing but marks that show nothing")
        return None
    if len(name) > LONGEST_NAME or any(unicodedata.category(sign) in _NOT_IN_NAMES for sign in name):
        faults.add(node, f"a name is one line of at most {LONGEST_NAME} characters")
        return None
    return name


def words(faults: Faults, node: Node, known: Collection[str], what: str) -> tuple[str, ...]:
    """A list of known words, each once, in the order they are written."""
    nodes = faults.items(node, f"these: {', '.join(known)}")
    found = present(faults.word(one, known, what) for one in nodes)
    if len(set(found)) < len(found):
        faults.add(node, f"a {what} is written twice: keep one")
    return found


def span(faults: Faults, node: Node | None, limits: tuple[timedelta, timedelta], unsaid: timedelta) -> timedelta:
    """A length of time within limits; ``unsaid`` where none is written."""
    said = None if node is None else faults.text(node, "a length of time: 90s, 2m or 1h")
    if node is None or said is None:
        return unsaid
    length, (shortest, longest) = read_wait(said), limits
    if length is None:
        faults.add(node, "write a length of time as 90s, 2m or 1h")
    elif not shortest <= length <= longest:
        faults.add(node, f"write {write_wait(shortest)} to {write_wait(longest)}")
    else:
        return length
    return unsaid
