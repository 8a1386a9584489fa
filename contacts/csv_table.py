"""From the bytes somebody saved to rows of cells with the lines they stand on.

Knows encodings, delimiters and quotation marks; knows nothing about people.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BYTES = 5 * 1024 * 1024
MAX_COLUMNS = 100
DELIMITERS = (",", ";", "\t")

_SAVE_AS_UTF8 = 'save it again as UTF-8 (in Excel: "Save as", "CSV UTF-8 (comma delimited)")'
_TOO_LARGE = "the file is larger than 5 MB; split it and import the parts one after another"
_UNPAIRED = (
    "the quotation marks of this row do not pair up, so nothing from here on was read; "
    'a cell in quotation marks must end with one, and a quotation mark inside it is written twice ("")'
)
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", None),
    (b"\x00\x00\xfe\xff", None),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SEPARATOR_HINT = re.compile(r"sep=([;,\t|])[;,\t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)


class UnreadableError(Exception):
    """The file cannot be read from `line` on; `reason` says why and what to do, never what the file holds."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row up to the last that holds anything; `line` (from 1) is where the row begins."""

    line: int
    cells: tuple[str, ...] = field(repr=False)


def decode(source: str | bytes) -> str:
    """The file's text without a byte order mark.

    Raises UnreadableError for a file that is too large or whose encoding would have to be guessed: a guess turns
    names into other names.
    """
    _refuse_too_large(source)
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    encoding = _encoding(source)
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + source.count(b"\n", 0, error.start) if encoding == "utf-8" else 1
    raise UnreadableError(line, f"this is not valid UTF-8 text; {_SAVE_AS_UTF8}")


def rows_of(text: str, measure: Callable[[tuple[str, ...]], int]) -> Iterator[Row]:
    """Rows that hold anything, the header first; the delimiter is the one whose header `measure` counts highest.

    Raises UnreadableError while iterating when the quotation marks do not pair up.
    """
    hint = _SEPARATOR_HINT.match(text)
    if hint:
        rows = _split(text, hint[1])
        next(rows)
        return rows

    def known(delimiter: str) -> int:
        try:
            return measure(next(_split(text, delimiter)).cells)
        except (UnreadableError, StopIteration):
            return 0

    return _split(text, max(DELIMITERS, key=known))


def _split(text: str, delimiter: str) -> Iterator[Row]:
    # newline="" keeps the line breaks inside quoted cells and still counts each of them as a line.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableError(line, _UNPAIRED) from None
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise UnreadableError(line, f"this row has more than {MAX_COLUMNS} columns; is this a contacts file?")
        if cells:
            yield Row(line, tuple(cells))


def _refuse_too_large(source: str | bytes) -> None:
    if len(source) > MAX_BYTES or (
        isinstance(source, str) and len(source.encode("utf-8", "surrogatepass")) > MAX_BYTES
    ):
        raise UnreadableError(1, _TOO_LARGE)


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if encoding is None:
                raise UnreadableError(1, f"the file is saved as UTF-32; {_SAVE_AS_UTF8}")
            return encoding
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableError(1, f"this is a spreadsheet, not a CSV file; {_SAVE_AS_UTF8}")
    if b"\x00" in data:
        raise UnreadableError(1, f"the file holds zero bytes, it is probably UTF-16 without a mark; {_SAVE_AS_UTF8}")
    return "utf-8"
