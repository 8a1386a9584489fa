"""A table of people, as a CSV file or a workbook: a person for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cases.incidents.reading import LONGEST_TEXT, ListError, Piece, as_in_a_row
from cases.incidents.workbook import is_workbook, sheets_of
from contacts.csv_table import decode, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "full name", "surname", "family name", "last name", "given name", "first name", "patronymic",
             "фио", "имя", "фамилия", "отчество", "ф.и.о.", "аты", "аты-жөні", "тегі", "есімі", "әкесінің аты",
             "ئىسمى", "姓名", "名字"),
    "born": ("born", "birth", "date of birth", "birth date", "birth year", "year of birth", "dob", "age",
             "дата рождения", "год рождения", "д.р.", "возраст", "туған күні", "туған жылы", "жасы", "出生日期",
             "年龄"),
    "number": ("№", "n", "no", "no.", "#", "nr", "п/п", "№ п/п", "р/с", "序号"),
}  # fmt: skip
"""How the columns of a table are called, in small letters; any other column is a remark."""
HEAD_WITHIN: Final = 6
"""Rows among which the names of the columns are looked for: a title may stand above them."""


def read_table(source: bytes) -> tuple[Piece, ...]:
    """Return a person for each row of a CSV file or a workbook, by the names of its columns.

    Where none is called a name, it is the first that has letters. A row without a name, or above the names of the
    columns, is a piece that is no person. Of a workbook every sheet counts, each with its own columns. Raises
    ListError, or UnreadableError of the file's own form.
    """
    if is_workbook(source):
        sheets = sheets_of(source)
        length = sum(len(cell) for sheet in sheets for row in sheet for cell in row)
    else:
        text = decode(source)
        length = len(text)
        sheets = [] if length > LONGEST_TEXT else [[row.cells for row in rows_of(text, len)]]
    if length > LONGEST_TEXT:
        raise ListError("the list is too long; upload it in two parts")
    return tuple(piece for sheet in sheets for piece in _of_sheet(sheet))


def _of_sheet(rows: Sequence[Sequence[str]]) -> Iterator[Piece]:
    head = next((place for place, row in enumerate(rows[:HEAD_WITHIN]) if "name" in map(_column, row)), None)
    if head is None:
        columns = _without_names(rows[0]) if rows else []
        yield from (_row(row, columns) for row in rows)
        return
    columns = [_column(cell) for cell in rows[head]]
    for place, row in enumerate(rows):
        if place != head:
            yield _row(row, columns if place > head else ())


def _without_names(first: Sequence[str]) -> list[str]:
    place = next((place for place, cell in enumerate(first) if any(map(str.isalpha, cell))), 0)
    return [*["number"] * place, "name"]


def _column(cell: str) -> str:
    plain = " ".join(cell.casefold().split())
    return next((column for column, names in _HEADERS.items() if plain in names), "remark")


def _row(cells: Sequence[str], columns: Sequence[str]) -> Piece:
    kept = [" ".join(cell.split()) for cell in cells]
    by_column: dict[str, list[str]] = {"name": [], "born": [], "remark": [], "number": []}
    for place, cell in enumerate(kept):
        if cell:
            by_column[columns[place] if place < len(columns) else "remark"].append(cell)
    written, name = ", ".join(one for one in kept if one), " ".join(by_column["name"])
    if not any(character.isalpha() for character in name):
        return Piece(written)
    return as_in_a_row(written, name, ", ".join(by_column["born"]), ", ".join(by_column["remark"]))
