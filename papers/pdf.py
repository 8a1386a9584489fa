"""Papers as PDF, by Typst: a compiler inside the program, without the network and without reading any file but ours."""

from __future__ import annotations

import json
import threading
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from papers.drawing import as_data

if TYPE_CHECKING:
    from papers.drawing import Sheet

TEMPLATE: Final = "paper.typ"
_drawing = threading.Lock()
"""One compiler for all, used by one at a time: it keeps the fonts, whose reading costs more than a paper."""


def draw_pdf(sheet: Sheet) -> bytes:
    """Draw a paper as PDF."""
    drawn: bytes = _draw(sheet, "pdf")
    return drawn


def draw_pages(sheet: Sheet, *, dots: float = 110.0) -> list[bytes]:
    """Draw a paper as pictures (PNG), one a page: for looking at."""
    done = _draw(sheet, "png", ppi=dots)
    return done if isinstance(done, list) else [done]


def _draw(sheet: Sheet, form: str, **options: Any) -> Any:
    given = {"paper": json.dumps(as_data(sheet), ensure_ascii=False)}
    with _drawing:
        return _compiler().compile(_template(), format=form, sys_inputs=given, **options)


@cache
def _template() -> bytes:
    return (files("papers") / "templates" / TEMPLATE).read_bytes()


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler()
