"""The contacts file: reading what a team keeps in a spreadsheet, and writing it back unharmed.

Everything a person has to correct is reported at once, each with line, column, what is wrong and what to do;
a reason never repeats a name, number or note.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from contacts.csv_cells import COLUMNS
from contacts.csv_table import Row, UnreadableError, decode, rows_of
from contacts.csv_text import JOINERS, RejectedError, clean
from contacts.values import ContactCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_ROWS: Final = 20_000
REQUIRED: Final = ("name", "role")

_KNOWN = f"known columns: {', '.join(COLUMNS)}"
# A spreadsheet takes a cell that begins with one of these for a formula; it may begin a cell wherever the file is
# split by another delimiter than ours, and behind blanks or quotation marks. An apostrophe makes it text.
_FORMULA = re.compile(r"""(^|[;,\t\r\n])([ "]*)('*[=+\-@＝＋－＠])""")
_ESCAPED = re.compile(r"""(^|[;,\t\r\n])([ "]*)'('*[=+\-@＝＋－＠])""")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person has to correct.

    `line` is the physical line (from 1) on which the row begins; `column` is the column's name, `column N` for one
    without a known name, or None when the whole row or file is meant.
    """

    line: int
    column: str | None
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.column is None else f"line {self.line}, {self.column}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: the cards of the rows in which nothing is wrong, and all problems, both by line."""

    cards: tuple[ContactCard, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    """Which position holds which column; `passed_over` are positions already reported."""

    columns: dict[int, str]
    passed_over: frozenset[int]


def read_contacts(source: str | bytes) -> Reading:
    """Read a contacts file; any text or bytes give a Reading, nothing is raised.

    Of two rows with the same name or number the later one is reported and gives no card: a person is called on by
    name, and an answer is known by its number.
    """
    problems: list[Problem] = []
    numbered: list[tuple[int, ContactCard]] = []
    try:
        rows = rows_of(decode(source), lambda cells: sum(_folded(cell) in COLUMNS for cell in cells))
        header, faults = _read_header(rows)
        problems += faults
        for row in _limited(rows):
            values, faults = _read_row(row, header)
            if faults:
                problems += faults
            else:
                numbered.append((row.line, ContactCard(**values)))
    except UnreadableError as error:
        problems.append(Problem(error.line, None, error.reason))
    cards, repeats = _without_repeats(numbered)
    problems.extend(repeats)
    return Reading(cards, tuple(sorted(problems, key=lambda problem: problem.line)))


def write_contacts(cards: Iterable[ContactCard]) -> str:
    """A contacts file with every column, header first, each row ended by a line feed, no byte order mark.

    No cell can run as a formula in a spreadsheet, whichever delimiter it splits by, and reading the text again
    gives the same cards. Expects cards as `read_contacts` returns them.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(_written(getattr(card, column))) for column in COLUMNS] for card in cards)
    return out.getvalue()


def _read_header(rows: Iterator[Row]) -> tuple[_Header, list[Problem]]:
    row = next(rows, None)
    if row is None:
        raise UnreadableError(1, f"the file is empty; its first line must name the columns ({_KNOWN})")
    names = [_folded(cell) for cell in row.cells]
    missing = [column for column in REQUIRED if column not in names]
    if missing:
        raise UnreadableError(
            row.line, f"the first line must name the columns and lacks {' and '.join(missing)} ({_KNOWN})"
        )
    columns: dict[int, str] = {}
    problems: list[Problem] = []
    for position, name in enumerate(names):
        if name in COLUMNS and name not in columns.values():
            columns[position] = name
        elif name:
            problems.append(Problem(row.line, f"column {position + 1}", _header_fault(name)))
    passed_over = frozenset(range(len(names))) - columns.keys()
    return _Header(columns, frozenset(p for p in passed_over if names[p])), problems


def _header_fault(name: str) -> str:
    # The heading itself is not repeated: in a file without a header it could be anything, also somebody's name.
    if name in COLUMNS:
        return "a second column of this name; keep one of them"
    similar = difflib.get_close_matches(name, COLUMNS, n=1)
    hint = f"did you mean {similar[0]}?" if similar else "rename or delete it"
    return f"its heading is not a known column; {hint} ({_KNOWN})"


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count == MAX_ROWS:
            raise UnreadableError(
                row.line, f"there are more than {MAX_ROWS} rows; nothing from here on was read, split the file"
            )
        yield row


def _read_row(row: Row, header: _Header) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for position, cell in enumerate(row.cells):
        if position in header.passed_over:
            continue
        column = header.columns.get(position)
        try:
            value = _read_cell(column, cell)
        except RejectedError as error:
            problems.append(Problem(row.line, column or f"column {position + 1}", error.reason))
        else:
            if column is not None and value is not None:
                values[column] = value
    tried = values.keys() | {problem.column for problem in problems}
    problems += [Problem(row.line, column, "it is empty; fill it in") for column in REQUIRED if column not in tried]
    return values, problems


def _read_cell(column: str | None, cell: str) -> object | None:
    written = clean(_unescape(cell))
    if not written:
        return None
    if column is None:
        raise RejectedError(
            "there is no heading above this cell; a cell that holds the delimiter needs quotation marks"
        )
    return COLUMNS[column](written)


def _without_repeats(numbered: list[tuple[int, ContactCard]]) -> tuple[tuple[ContactCard, ...], list[Problem]]:
    cards: list[ContactCard] = []
    problems: list[Problem] = []
    line_of_card: dict[ContactCard, int] = {}
    line_of_key: dict[tuple[str, str], int] = {}
    for line, card in numbered:
        if card in line_of_card:
            reason = f"the same row as line {line_of_card[card]}; delete one of them"
            problems.append(Problem(line, None, reason))
            continue
        line_of_card[card] = line
        repeats = _repeats(card, line, line_of_key)
        problems += repeats
        if not repeats:
            cards.append(card)
    return tuple(cards), problems


def _repeats(card: ContactCard, line: int, line_of_key: dict[tuple[str, str], int]) -> list[Problem]:
    """What an earlier line already says; remembers the rest. One number for text and voice is no repeat."""
    name = unicodedata.normalize("NFKC", card.name).casefold().translate(dict.fromkeys(map(ord, JOINERS)))
    keys = {
        "name": ("name", name),
        "telegram": ("telegram", (card.telegram or "").lower()),
        "sms": ("number", card.sms or ""),
        "voice": ("number", card.voice or ""),
    }
    problems = []
    for column, key in keys.items():
        first = line_of_key.setdefault(key, line)
        if key[1] and first != line:
            advice = "add what tells them apart" if column == "name" else "correct the wrong one"
            problems.append(Problem(line, column, f"line {first} has the same {key[0]}; {advice}"))
    return problems


def _folded(heading: str) -> str:
    try:
        plain = unicodedata.normalize("NFKC", clean(heading))
    except RejectedError:
        return "\ufffd"  # never a known column
    return "_".join(re.split(r"[\s_-]+", plain.casefold()))


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(value)
    return value.value if isinstance(value, StrEnum) else str(value)


def harmless(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1\2'\3", value)


def _unescape(cell: str) -> str:
    # Same places as in harmless, so that exactly what was added is taken away again.
    return _ESCAPED.sub(r"\1\2\3", cell.replace("\r\n", "\n").replace("\r", "\n"))
