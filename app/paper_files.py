"""Files for this user alone; papers among them, each as .docx and PDF."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from papers.desk import Desk
    from papers.drawing import Sheet

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def write_papers(out: Path, desk: Desk, sheets: Iterable[Sheet]) -> None:
    """Draw each paper into a folder, which is made where there is none. Nothing is written over."""
    from papers.docx import draw_docx
    from papers.kinds import load_kinds
    from papers.pdf import draw_pdf
    from papers.taking import file_name

    out.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    for sheet in sheets:
        name = file_name(desk, load_kinds()[sheet.paper.kind], sheet.paper.language)
        write_private(out / f"{name}.pdf", [draw_pdf(sheet)])
        write_private(out / f"{name}.docx", [draw_docx(sheet)])


def write_private(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that this user alone can read; raises FileExistsError where there is one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            file.write(piece)
