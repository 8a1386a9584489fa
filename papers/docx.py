"""Papers as .docx, to be edited in Word or LibreOffice: the team's own letterhead is a change of one template.

``templates/paper.docx`` is an ordinary document with marks of docxtpl in it; ``python -m papers.letterhead`` writes the
one that comes with the program anew.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from papers.composing import Mark
from papers.drawing import as_data

if TYPE_CHECKING:
    from papers.drawing import Sheet

TEMPLATE: Final = "paper.docx"
YELLOW: Final = "FFEC8B"
Looks = dict[str, dict[str, Any]]
LOOKS: Final[Looks] = {
    Mark.GAP: {"highlight": YELLOW},
    Mark.UNSURE: {"underline": "dotted"},
    Mark.LAW: {"color": "8A3B00"},
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
            "notes": _blocks(data["notes"], rtl=data["reader-rtl"], looks=LOOKS),
            "blocks": _blocks(data["blocks"], rtl=data["rtl"], looks=LOOKS if sheet.is_draft else FINAL),
        },
        autoescape=True,
    )
    if sheet.paper.right_to_left:
        _turn(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _blocks(blocks: list[dict[str, Any]], *, rtl: bool, looks: Looks) -> list[dict[str, Any]]:
    return [
        {
            "sort": block["sort"],
            "words": _words(block["runs"], rtl=rtl, looks=looks),
            "rows": [
                {"label": _words(a, rtl=rtl, looks=looks), "value": _words(b, rtl=rtl, looks=looks)}
                for a, b in block["rows"]
            ],
        }
        for block in blocks
    ]


def _words(runs: list[dict[str, str]], *, rtl: bool, looks: Looks) -> Any:
    from docxtpl import RichText

    text = RichText()
    for run in runs:
        said = f"[{run['text']}]" if run["mark"] == Mark.GAP else run["text"]
        text.add(said, rtl=rtl, **looks.get(run["mark"], {}))
    return text


def _turn(document: Any) -> None:
    """Have every paragraph and table read from the right; elements stand in the order in which Word wants them."""
    from docx.oxml import OxmlElement

    body = document.docx.element.body
    for paragraph in body.iter(f"{{{body.nsmap['w']}}}p"):
        paragraph.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
    for table in body.iter(f"{{{body.nsmap['w']}}}tbl"):
        table.bidiVisual_val = True


@cache
def _template() -> bytes:
    return (files("papers") / "templates" / TEMPLATE).read_bytes()
