"""What was read of a list, as it is read back in a chat: a message holds four thousand characters, a list may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cases.incidents.told import places_of
from texts.bidi import isolate
from texts.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases.aside import Sent

ROOM_FOR_PEOPLE: Final = 2200
ROOM_FOR_OTHERS: Final = 700
"""Characters; what is left of a message says what is asked."""
LONGEST_LINE: Final = 90


def people_in(sent: Sent, language: str) -> list[str]:
    """Who was read, numbered, with what stands beside the name; how many more there are."""
    numbered = enumerate(sent.people, start=1)
    lines = [f"{number}. {_cut(', '.join(filter(None, (one.name, one.remark))))}" for number, one in numbered]
    return list(_as_many_as_fit(lines, ROOM_FOR_PEOPLE, language))


def beside_in(sent: Sent, language: str) -> list[str]:
    """What was not read as people."""
    lines = [f"– {_cut(written)}" for written in sent.unread]
    return list(_as_many_as_fit(lines, ROOM_FOR_OTHERS, language))


def places_in(sent: Sent, language: str) -> list[str]:
    """Which known places are named."""
    del language
    return [_cut(", ".join(places_of(sent.pieces)))]


def _as_many_as_fit(lines: list[str], room: int, language: str) -> Iterator[str]:
    for done, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield say("staff.list_more", language, count=str(len(lines) - done))
            return
        yield line


def _cut(line: str) -> str:
    """One line of what somebody wrote, in its own direction, no longer than a line."""
    plain = " ".join(line.split())
    return isolate(plain if len(plain) <= LONGEST_LINE else f"{plain[: LONGEST_LINE - 1]}…")
