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

from papers.drawing import as_data
from papers.markup import Sort
from papers.paper import Mark

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from jinja2 import Template, nodes

    from papers.drawing import Sheet

TEMPLATE: Final = "paper.docx"
GAP_FILL: Final = "FFEC8B"
LAW_COLOUR: Final = "8A3B00"
NOTES: Final = 19
"""Half points: as small as in the PDF, so that notes are one page."""
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
    template = DocxTemplate(io.BytesIO(_template()))
    template.render(
        {
            **{name: data[name] for name in ("banner", "reference", "mark", "page", "title", "to")},
            "notes_title": data["notes-title"] if data["notes"] else "",
            "notes": _blocks(data["notes"], looks=LOOKS, size=NOTES),
            "head": _blocks(data["head"], looks=LOOKS if sheet.is_draft else FINAL),
            "blocks": _blocks(data["blocks"], looks=LOOKS if sheet.is_draft else FINAL),
        },
        _environment(),
    )
    document = template.docx
    _read_anew(document)
    _turn(document, notes=data["reader-rtl"] if data["notes"] else None, paper=data["rtl"])
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


@cache
def _environment() -> Any:
    """What fills the template: each part of it is compiled once, which takes longer than to fill it."""
    from jinja2 import Environment

    compiled: dict[str, Template] = {}

    class Compiled(Environment):
        def from_string(
            self,
            source: str | nodes.Template,
            globals: MutableMapping[str, Any] | None = None,  # noqa: A002  as Jinja has it
            template_class: type[Template] | None = None,
        ) -> Template:
            words = str(source)
            if words not in compiled:
                compiled[words] = super().from_string(source, globals, template_class)
            return compiled[words]

    return Compiled(autoescape=True)


def _read_anew(document: Any) -> None:
    """Read the body once more: docxtpl leaves one of plain elements, which python-docx cannot work with."""
    from docx.opc.oxml import serialize_part_xml
    from docx.oxml import parse_xml

    body = document.element.body
    document.element.replace(body, parse_xml(serialize_part_xml(body)))


def _blocks(blocks: list[dict[str, Any]], *, looks: Looks, size: int | None = None) -> list[dict[str, Any]]:
    """``size``: of all words but headings, in half points; None: as the template has it."""
    return [
        {
            "sort": block["sort"],
            "words": _words(block["runs"], looks, None if block["sort"] == Sort.HEADING else size),
            "rows": [{"label": _words(a, looks, size), "value": _words(b, looks, size)} for a, b in block["rows"]],
        }
        for block in blocks
    ]


def _words(runs: list[dict[str, str]], looks: Looks, size: int | None) -> Any:
    from docxtpl import RichText

    text = RichText()
    for run in runs:
        said = f"[{run['text']}]" if run["mark"] == Mark.GAP else run["text"]
        text.add(said, size=size, **looks.get(run["mark"], {}))
    return text


def _turn(document: Any, *, notes: bool | None, paper: bool) -> None:
    """Have each paragraph and table be read from its side, and each run by its letters, also in header and footer.

    ``notes``: whether the notes are read from the right, None where there are none; they end with a page.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    from_the_right = paper if notes is None else notes
    for element in document.element.body:
        _turn_all(element, from_the_right=from_the_right)
        if any(one.get(qn("w:type")) == "page" for one in element.iter(qn("w:br"))):
            from_the_right = paper
    for one in document.part.rels.values():  # its sections know those that were there before the template was filled
        if one.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER):
            _turn_all(one.target_part.element, from_the_right=paper)


def _turn_all(element: Any, *, from_the_right: bool) -> None:
    """Turn what is in an element; properties stand in the order in which Word wants them."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.text.run import Run

    for paragraph in element.iter(qn("w:p")):
        if from_the_right:
            paragraph.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
        for run in paragraph.iter(qn("w:r")):
            if _is_from_the_right(_words_in(run), paragraph=from_the_right):
                Run(run, paragraph).font.rtl = True
    if from_the_right:
        for table in element.iter(qn("w:tbl")):
            table.bidiVisual_val = True


def _words_in(run: Any) -> str:
    from docx.oxml.ns import qn

    return "".join(one.text or "" for one in run.iter(qn("w:t")))


def _is_from_the_right(text: str, *, paragraph: bool) -> bool:
    """Whether words are read from the right: by their letters, and as their paragraph where they have none. Pure."""
    sides = {unicodedata.bidirectional(one) for one in text}
    return bool(sides & {"R", "AL"}) or (paragraph and "L" not in sides)


@cache
def _template() -> bytes:
    return (files("papers") / "templates" / TEMPLATE).read_bytes()
