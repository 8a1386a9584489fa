"""Reads the cells of a workbook, in a process of its own: strangers made the bytes.

Run by path (``python -I workbook_work.py``, bytes on standard input), so that nothing of ours is loaded beside the
decoder: no key, no database. It may use so much memory and time, and may write no file; what it is fed can at worst end
it. Formulas are never worked out: of a cell that has one the value is taken that was saved beside it.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MEMORY = 512 * 1024 * 1024
"""A workbook of a few kilobytes can claim a thousand million cells."""
CPU_SECONDS = 5
MOST_ROWS = 2000
MOST_COLUMNS = 60
LONGEST = 2000
"""Characters of one cell."""
CANNOT = 3
"""Exit status: this cannot be read, or is too large."""


def bounded() -> None:
    """Take away what a decoder does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def sheets_in(content: bytes) -> list[list[list[str]]]:
    """Return the cells of every sheet, hidden ones too, as text; raises for what is too large or none."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    left = MOST_ROWS
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.height > left or sheet.width > MOST_COLUMNS:
            raise ValueError
        rows = [[said(cell) for cell in row] for row in sheet.to_python()]
        left -= len(rows)
        sheets.append([row for row in rows if any(row)])
    return sheets


def said(cell: object) -> str:
    """Return a cell as it would be read aloud: a day without a time, a whole number without a point."""
    if isinstance(cell, datetime):
        cell = cell.date() if not any((cell.hour, cell.minute, cell.second)) else cell
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    if len(text) > LONGEST:
        raise ValueError
    return " ".join(kept(text))


def kept(text: str) -> Iterable[str]:
    """Return the words of a text, without what controls a terminal."""
    return "".join(one if one.isprintable() else " " for one in text).split()


def main() -> int:
    """Do the one piece of work; standard output holds the result only where the exit status is 0."""
    bounded()
    try:
        done = json.dumps(sheets_in(sys.stdin.buffer.read())).encode()
    except BaseException:  # noqa: BLE001  whatever it is, what it says may repeat what is in the workbook
        return CANNOT
    sys.stdout.buffer.write(done)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
