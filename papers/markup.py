"""How the text of a form is written: a line is a heading, a sentence, a point, a row, or what the docket or law says.

    > whom it is addressed to, or by whom: the head of a paper, above its title, line by line
    # Heading
    A sentence with {field} in it, and [[what only counsel can write]].
    - a point
    | field                     a row of a table: what the field is called, and its value
    | field: another label      the same under another name
    @dates                      the dates of the docket that are filed, and no others
    @docket                     all of them, in a paper that stays with the team
    @law id                     what the law says under this id, as far as somebody has signed it
    ?field line                 a line that stands only where the field is known and is not no; it is one line
    ?!field line                one that stands only where nobody knows the field: to say what is to be asked

Lines that follow each other are one paragraph; an empty line ends it, and ``;`` or ``.`` at the end of a line a point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from papers.errors import FormError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIECE: Final = re.compile(r"\{(?P<field>[a-z_]+)\}|\[\[(?P<gap>.+?)\]\]")
_IF: Final = re.compile(r"\?(?P<unless>!?)(?P<field>[a-z_]+) (?P<rest>.+)", re.DOTALL)
_ENDS: Final = ";.]"
"""How a point ends; what follows is a paragraph of its own."""
_ROW: Final = re.compile(r"\| *(?P<field>[a-z_]+)(?:: *(?P<label>.+))?")


class Sort(StrEnum):
    """What a line is."""

    TO = "to"
    """Of the head: whom it is addressed to, and by whom."""
    HEADING = "heading"
    TEXT = "text"
    POINT = "point"
    ROW = "row"
    MADE = "made"
    """Of the docket or the law: ``name`` says which, ``text`` what of it."""


@dataclass(frozen=True)
class Line:
    """One line of a form, whole paragraphs joined.

    ``only_if``: a field that must be known and not no; ``only_unknown``: one that nobody may know.
    """

    sort: Sort
    text: str
    name: str = ""
    only_if: str = ""
    only_unknown: str = ""


def read_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a form's text; raises FormError for a row that names nothing."""
    waiting: list[str] = []
    for raw in [*text.splitlines(), ""]:
        line = raw.strip()
        starts = not line or line[0] in ">#-|@?" or _is_over(waiting)
        if starts and waiting:
            yield _line(" ".join(waiting))
            waiting = []
        if not line:
            continue
        if line[0] in ">#|@?":
            yield _line(line)
        else:
            waiting.append(line)


def _is_over(waiting: list[str]) -> bool:
    """Whether what waits is a point that has come to its end."""
    return bool(waiting) and waiting[0].startswith("-") and waiting[-1][-1] in _ENDS


def _line(text: str) -> Line:
    if found := _IF.fullmatch(text):
        line = _line(found["rest"])
        named = found["field"]
        return replace(line, only_unknown=named) if found["unless"] else replace(line, only_if=named)
    match text[0]:
        case ">" | "#":
            return Line(Sort.TO if text[0] == ">" else Sort.HEADING, text[1:].strip())
        case "-":
            return Line(Sort.POINT, text[1:].strip())
        case "@":
            name, _, rest = text[1:].partition(" ")
            return Line(Sort.MADE, rest.strip(), name)
        case "|":
            row = _ROW.fullmatch(text)
            if row is None:
                raise FormError(f"a row names a field, as in `| court`; this does not: {text}")
            return Line(Sort.ROW, (row["label"] or "").strip(), row["field"])
    return Line(Sort.TEXT, text)


def fields_in(lines: Iterable[Line]) -> Iterator[str]:
    """Yield every field that lines name."""
    for line in lines:
        yield from (one["field"] for one in PIECE.finditer(line.text) if one["field"])
        if line.sort is Sort.ROW:
            yield line.name
        yield from (name for name in (line.only_if, line.only_unknown) if name)
