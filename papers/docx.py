"""Papers as .docx, to be edited in Word or LibreOffice: the team's own letterhead is a change of one template.

``templates/paper.docx`` is an ordinary document with marks of docxtpl in it; ``python -m papers.letterhead`` writes the
one that comes with the program anew.
"""

from __future__ import annotations

import io
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from papers.composing import Mark
from papers.drawing import as_data

if TYPE_CHECKING:
    from papers.drawing import Sheet

TEMPLATE: Final = "paper.docx"
GAP_FILL: Final = "FFEC8B"
LAW_COLOUR: Final = "8A3B00"
Looks = dict[str, dict[str, Any]]
LOOKS: Final[Looks] = {
    Mark.GAP: {"highlight": GAP_FILL},
    Mark.UNSURE: {"underline": "dotted"},
    Mark.LAW: {"color": LAW_COLOUR},
}
"""How what is not of the form looks, in a draft …"""
AFTER_BIDI: Final = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr")
"""What may stand behind the direction in the properties of a paragraph."""
FINAL: Final[Looks] = {Mark.GAP: LOOKS[Mark.GAP]}
"""… and once it is approved: only what is to be filled in."""


def draw_docx(sheet: Sheet) -> bytes:
    """Draw a paper as .docx."""
    from docxtpl import DocxTemplate

    data = as_data(sheet)
    document = DocxTemplate(io.BytesIO(_template()))
    document.render(
        {
            **{name: data[name] for name in ("banner", "reference", "mark", "title", "to")},
            "notes_title": data["notes-title"] if data["notes"] else "",
            "notes": _blocks(data["notes"], looks=LOOKS),
            "blocks": _blocks(data["blocks"], looks=LOOKS if sheet.is_draft else FINAL),
        },
        autoescape=True,
    )
    return _turned(_saved(document), notes=data["reader-rtl"] if data["notes"] else None, paper=data["rtl"])


def _saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _blocks(blocks: list[dict[str, Any]], *, looks: Looks) -> list[dict[str, Any]]:
    return [
        {
            "sort": block["sort"],
            "words": _words(block["runs"], looks=looks),
            "rows": [{"label": _words(a, looks=looks), "value": _words(b, looks=looks)} for a, b in block["rows"]],
        }
        for block in blocks
    ]


def _words(runs: list[dict[str, str]], *, looks: Looks) -> Any:
    from docxtpl import RichText

    text = RichText()
    for run in runs:
        said = f"[{run['text']}]" if run["mark"] == Mark.GAP else run["text"]
        text.add(said, **looks.get(run["mark"], {}))
    return text


def _turned(content: bytes, *, notes: bool | None, paper: bool) -> bytes:
    """Have each paragraph and table be read from its side, and each run by its letters, also in header and footer.

    ``notes``: whether the notes are read from the right, None where there are none; they end with a page.
    """
    from docx import Document
    from docx.oxml.ns import qn

    document = Document(io.BytesIO(content))
    from_the_right = paper if notes is None else notes
    for element in document.element.body:
        _turn_all(element, from_the_right=from_the_right)
        if any(one.get(qn("w:type")) == "page" for one in element.iter(qn("w:br"))):
            from_the_right = paper
    for section in document.sections:
        for around in (section.header, section.footer):
            _turn_all(around._element, from_the_right=paper)  # noqa: SLF001  python-docx knows no other way
    return _saved(document)


def _turn_all(element: Any, *, from_the_right: bool) -> None:
    """Turn what is in an element; properties stand in the order in which Word wants them."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.text.run import Run

    for paragraph in element.iter(qn("w:p")):
        if from_the_right:
            paragraph.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
        for run in paragraph.iter(qn("w:r")):
            if _is_from_the_right(run.text, paragraph=from_the_right):
                Run(run, paragraph).font.rtl = True
    if from_the_right:
        for table in element.iter(qn("w:tbl")):
            table.bidiVisual_val = True


def _is_from_the_right(text: str, *, paragraph: bool) -> bool:
    """Whether words are read from the right: by their letters, and as their paragraph where they have none. Pure."""
    sides = {unicodedata.bidirectional(one) for one in text}
    return bool(sides & {"R", "AL"}) or (paragraph and "L" not in sides)


@cache
def _template() -> bytes:
    return (files("papers") / "templates" / TEMPLATE).read_bytes()
