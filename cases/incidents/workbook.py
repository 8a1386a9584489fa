"""A workbook as somebody saved it (XLSX, ODS, XLS): rows of cells, read by a process that holds nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from contacts.csv_table import MAX_BYTES, UnreadableError

SECONDS: Final = 15.0
"""Real seconds a workbook may take."""
WORKER: Final = Path(__file__).with_name("workbook_work.py")
BEGINNINGS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a file of a spreadsheet program begins: an archive (XLSX, ODS), or the old form (XLS)."""
_WHY: Final = "this workbook cannot be read, or is too large; save the sheet with the names as CSV UTF-8"


def is_workbook(source: bytes) -> bool:
    """Whether a file is one of a spreadsheet program, by how it begins."""
    return source.startswith(BEGINNINGS)


def sheets_of(source: bytes) -> list[list[tuple[str, ...]]]:
    """Return the rows of every sheet, as text. Raises UnreadableError for what is no workbook, or too large a one."""
    if len(source) > MAX_BYTES:
        raise UnreadableError(1, _WHY)
    command = [sys.executable, "-I", str(WORKER)]
    try:
        done = subprocess.run(  # noqa: S603  our own file; the bytes go to its standard input
            command, input=source, capture_output=True, timeout=SECONDS, check=False, env={}, cwd="/"
        )
    except (OSError, subprocess.SubprocessError):
        raise UnreadableError(1, _WHY) from None
    if done.returncode != 0:
        raise UnreadableError(1, _WHY)
    return [[tuple(row) for row in sheet] for sheet in json.loads(done.stdout)]
