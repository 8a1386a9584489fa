"""From the bytes of somebody's list to lines of fields: what is mapped to what is said, nothing is guessed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cases.registry.vocabulary import FIELDS, NAMES, OWN_ID, FieldError, First, value_of
from contacts.csv_table import UnreadableError, decode, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contacts.csv_table import Row

MOST_LINES: Final = 20_000
LONGEST_ID: Final = 200
TOO_MANY: Final = f"there are more than {MOST_LINES} lines; nothing from here on was read, split the list"


class MappingError(ValueError):
    """The list cannot be read as it was said; the message says what to do."""


@dataclass(frozen=True)
class Reading:
    """How a list is to be read: of which column each field is, what a word stands for, what holds for every line.

    ``first``: whether day or month stands first in dates with slashes.
    """

    headings: Mapping[str, str]
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    first: First | None = None


@dataclass(frozen=True)
class Line:
    """One line that can be taken in. ``own_id`` is the source's; of ``values`` none is empty."""

    number: int
    own_id: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Refusal:
    """A line that cannot: which, and why, without anything of what stands there."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


@dataclass(frozen=True)
class Listing:
    """What a list holds. ``told``: the fields it says something about, so that an empty cell takes a value back.

    ``read``: which column each field is of, by number; ``left``: headings of columns that are not read.
    """

    digest: bytes
    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...]
    told: frozenset[str]
    read: Mapping[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def read_listing(data: bytes, how: Reading) -> Listing:
    """Read a list. Raises MappingError where it cannot be read at all; what is wrong with a line refuses that line."""
    _refuse_unknown_fields(how)
    lines: dict[str, Line] = {}
    refused: list[Refusal] = []
    columns: dict[str, int] = {}
    told, left = frozenset[str](), tuple[str, ...]()
    try:
        rows = rows_of(decode(data), lambda cells: sum(_plain(cell) in _wanted(how) for cell in cells))
        header = next(rows, None)
        columns, told = _columns(header, how)
        left = _left(header, columns)
        for count, row in enumerate(rows):
            if count == MOST_LINES:
                refused.append(Refusal(row.line, TOO_MANY))
                break
            _take(row, columns, how, lines, refused)
    except UnreadableError as error:
        refused.append(Refusal(error.line, error.reason))
    refused.sort(key=_place)
    return Listing(sha256(data).digest(), tuple(lines.values()), tuple(refused), told, columns, left)


def _place(refusal: Refusal) -> int:
    return refusal.line


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _wanted(how: Reading) -> set[str]:
    return {_plain(heading) for heading in how.headings.values()} | {OWN_ID, *FIELDS}


def _refuse_unknown_fields(how: Reading) -> None:
    named = {*how.headings, *how.constants, *(name for name, _ in how.values)}
    unknown = sorted(named - {OWN_ID, *FIELDS})
    if unknown:
        raise MappingError(f"there is no field {unknown[0]}; there are {', '.join((OWN_ID, *FIELDS))}")
    for name, value in how.constants.items():
        try:
            value_of(name, value, how.first)
        except FieldError as error:
            raise MappingError(f"{name}: {error}") from None


def _columns(header: Row | None, how: Reading) -> tuple[dict[str, int], frozenset[str]]:
    """Find the column of each field: as it was said, or by its own name. What is not asked for is not read."""
    if header is None:
        raise MappingError("the list is empty; its first line must name the columns")
    headings = [_plain(cell) for cell in header.cells]
    columns: dict[str, int] = {}
    for name in (OWN_ID, *FIELDS):
        wanted = _plain(how.headings.get(name, name))
        if headings.count(wanted) > 1:
            raise MappingError(f"{name}: there are several columns of this heading")
        if wanted in headings:
            columns[name] = headings.index(wanted)
        elif name in how.headings:
            raise MappingError(f"{name}: there is no column of the heading that was given for it")
    if OWN_ID not in columns:
        raise MappingError("say by which column the source knows its entries: --map id=HEADING")
    if not set(NAMES) & set(columns):
        raise MappingError("say which column holds the name: --map name=HEADING")
    if "basis" not in columns and "basis" not in how.constants:
        raise MappingError("say on what basis these entries may be kept: --map basis=HEADING or --set basis=public")
    return columns, frozenset(set(columns) - {OWN_ID} | set(how.constants))


def _left(header: Row | None, columns: Mapping[str, int]) -> tuple[str, ...]:
    cells = () if header is None else header.cells
    headings = ("".join(filter(str.isprintable, " ".join(cell.split()))) for cell in cells)
    return tuple(heading for at, heading in enumerate(headings) if at not in columns.values() and heading)


def _take(row: Row, columns: Mapping[str, int], how: Reading, lines: dict[str, Line], refused: list[Refusal]) -> None:
    cells = {name: row.cells[at] if at < len(row.cells) else "" for name, at in columns.items()}
    own_id = " ".join(cells.pop(OWN_ID).split())
    try:
        values = dict(_values(cells, how))
    except FieldError as error:
        refused.append(Refusal(row.line, str(error)))
        return
    if not own_id or len(own_id) > LONGEST_ID:
        refused.append(Refusal(row.line, "it has no id of its own" if not own_id else "its id is too long"))
    elif own_id in lines:
        refused.append(Refusal(row.line, f"it has the same id as line {lines[own_id].number}"))
    elif not any(name in values for name in NAMES):
        refused.append(Refusal(row.line, "it has no name"))
    elif "basis" not in values:
        refused.append(Refusal(row.line, "it says no basis on which it may be kept"))
    else:
        lines[own_id] = Line(row.line, own_id, values)


def _values(cells: Mapping[str, str], how: Reading) -> Iterator[tuple[str, str]]:
    meant = {(name, _plain(word)): value for (name, word), value in how.values.items()}
    for name in FIELDS:
        written = cells.get(name, "").strip() or how.constants.get(name, "")
        try:
            value = value_of(name, meant.get((name, _plain(written)), written), how.first)
        except FieldError as error:
            raise FieldError(f"{name}: {error}") from None
        if value:
            yield name, value
