"""Documents (PDF): what they tell, and copies that are pictures of their pages.

A copy of the dots alone holds no author, no date, no layer that was painted over, no earlier version, no attachment, no
program, and no picture with a place in it. Nor can anything be searched for in it: that is the price.
"""

from __future__ import annotations

import io
import re
from typing import Any

from cases.cleaning.saying import said

PAGES = 40
"""More are refused: they would take more memory and time than one file may."""
DOTS_AN_INCH = 150
DOTS_A_PAGE = 8_000_000
"""A page of a wall's size is drawn smaller."""
POINTS_AN_INCH = 72
QUALITY = 85
FIELDS = {"Author": "author", "Creator": "software", "Producer": "software", "CreationDate": "taken"}
READABLE = re.compile(rb"/(Author|Creator|Producer|CreationDate)\s*\(((?:[^()\\]|\\.){0,300})\)")


def tell(content: bytes, _media: str) -> dict[str, Any]:
    """Say what stands in a document's own description, or what of it can be read where the document does not open."""
    found = _described(content)
    for name, value in _readable(content):
        if value:
            found.setdefault(name, value)
    if b"<x:xmpmeta" in content or b"/EmbeddedFiles" in content:
        found["more"] = True
    return found


def _described(content: bytes) -> dict[str, Any]:
    import pypdfium2

    found: dict[str, Any] = {}
    try:
        told = pypdfium2.PdfDocument(content).get_metadata_dict()
    except pypdfium2.PdfiumError:
        return found
    for name, ours in FIELDS.items():
        value = said(told.get(name))
        if value:
            found.setdefault(ours, value)
    if said(told.get("Title")) or said(told.get("Keywords")) or said(told.get("Subject")):
        found["more"] = True
    return found


def _readable(content: bytes) -> list[tuple[str, str]]:
    found = []
    for name, value in READABLE.findall(content):
        encoding = "utf-16" if value.startswith((b"\xfe\xff", b"\xff\xfe")) else "utf-8"
        found.append((FIELDS[name.decode()], said(value.decode(encoding, "replace"))))
    return found


def clean(content: bytes, _media: str) -> bytes:
    """Draw every page; raises for what does not open, has a password, or has too many pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # what was filled in is drawn too
    if not 1 <= len(document) <= PAGES:
        raise ValueError
    pages = [_drawn(document[number]) for number in range(len(document))]
    out = io.BytesIO()
    pages[0].save(
        out, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS_AN_INCH, quality=QUALITY,
        creationDate=None, modDate=None,
    )  # fmt: skip
    return out.getvalue()


def _drawn(page: Any) -> Any:
    width, height = page.get_size()
    scale = DOTS_AN_INCH / POINTS_AN_INCH
    dots = width * height * scale * scale
    if not dots > 0:
        raise ValueError
    return page.render(scale=scale * min(1.0, (DOTS_A_PAGE / dots) ** 0.5)).to_pil().convert("RGB")
