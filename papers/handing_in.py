"""What comes back from Word: a document that somebody filled in, read, freed of what is ours, and counted.

It is kept as it is but for what no authority is to see: the page of notes, the mark of a draft, and what a file tells
about who wrote it. What it says is read as well, so that people can see what was changed, and what was left open.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from papers.bundle import EPOCH
from papers.docx import GAP_FILL, LAW_COLOUR
from papers.errors import PaperError
from papers.kinds import FILING_LANGUAGES
from papers.markup import Sort
from papers.paper import Block, Mark, Paper, Run, runs_of
from papers.phrases import phrase
from store.queues import where_it_failed
from texts.catalogue import LANGUAGES, say

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger(__name__)
LARGEST: Final = 1_000_000
"""Bytes of a document …"""
LARGEST_UNPACKED: Final = 20_000_000
"""… and of what is packed in it."""
TRACKED: Final = (
    *("w:ins", "w:del", "w:moveFrom", "w:moveTo", "w:cellIns", "w:cellDel", "w:cellMerge", "w:numberingChange"),
    *(f"w:{of}Change" for of in ("rPr", "pPr", "sectPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr")),
    *("w:commentRangeStart", "w:commentReference", "w:comment"),
)
"""What bears the name of who changed something and when: words, how they look, or a remark beside them."""
TELLS: Final = frozenset({"attachedTemplate", "customXml", "thumbnail", "printerSettings"})
"""What a document is tied to and may name a computer, a user or a firm, or show its first page as it was once."""
EMPTY: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BLANK: Final = {
    "/docProps/app.xml": EMPTY
    + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "/docProps/custom.xml": EMPTY
    + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "/word/people.xml": EMPTY + b'<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/>',
}
"""Parts that name a firm or people, and what stands there instead."""


@dataclass(frozen=True)
class Document:
    """A document as it is kept. ``marked``: how many places of its draft were left as they were."""

    content: bytes = field(repr=False)
    paper: Paper = field(repr=False)
    marked: int

    @property
    def sha256(self) -> str:
        """Of the file as it is kept, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read_document(content: bytes, draft: Paper) -> Document:
    """Read what somebody made of a draft; raises PaperError for what is no such document, or tells of its making."""
    try:
        return _read_document(content, draft)
    except PaperError:
        raise
    except Exception:  # noqa: BLE001  one that was damaged on its way says so in as many ways as it has parts
        log.warning("document_not_read", trouble=where_it_failed())
        raise _no_document() from None


def _no_document() -> PaperError:
    return PaperError("this is no .docx document, or too large a one, or one with macros")


def _read_document(content: bytes, draft: Paper) -> Document:
    opened = _opened(content)
    if any(_has(root, TRACKED) for root in _roots(opened)):
        raise PaperError("it has tracked changes or comments; accept or reject all, and delete the comments")
    _without_notes(opened, draft)
    _without_marks(opened)
    _without_author(opened)
    paper = _paper(opened, draft)
    return Document(_written(opened), paper, _marked(paper, draft))


def _written(opened: Any) -> bytes:
    """Return a document as a file that is the same whenever it is written: of what was brought twice one is kept."""
    saved, dated = io.BytesIO(), io.BytesIO()
    opened.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(dated, "w") as archive:
        for name in parts.namelist():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), parts.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()


def _opened(content: bytes) -> Any:
    from docx import Document as Docx

    if len(content) > LARGEST:
        raise _no_document()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    is_one = any(part.filename == "word/document.xml" for part in parts)
    has_macros = any("vbaProject" in part.filename for part in parts)
    if not is_one or has_macros or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _no_document()
    return Docx(io.BytesIO(content))


def _roots(opened: Any) -> Iterator[Any]:
    """Everything of a document that may have words in it: its notes, and the headers of first and even pages, too."""
    from docx.opc.part import XmlPart
    from docx.oxml import parse_xml

    for part in opened.part.package.iter_parts():
        if isinstance(part, XmlPart):
            yield part.element
        elif str(part.partname).startswith("/word/") and str(part.partname).endswith(".xml"):
            yield parse_xml(part.blob)


def _has(root: Any, names: tuple[str, ...]) -> bool:
    from docx.oxml.ns import qn

    return next(root.iter(*(qn(name) for name in names)), None) is not None


def _without_notes(opened: Any, draft: Paper) -> None:
    """Take the page of notes out, where it was left in; it ends with the page, or where the paper begins."""
    from docx.oxml.ns import qn

    body = opened.element.body
    titles = {say("papers.notes", language) for language in LANGUAGES}
    elements = [one for one in body if one.tag != qn("w:sectPr")]
    start = next((n for n, one in enumerate(elements) if _text(one) in titles), None)
    if start is None:
        return
    behind = range(start + 1, len(elements))
    ends = next((n + 1 for n in behind if _is_break(elements[n])), None)
    begins = next((n for n in behind if _is_first(_text(elements[n]), draft)), start + 1)
    for one in elements[start : begins if ends is None else ends]:
        body.remove(one)


def _is_first(words: str, draft: Paper) -> bool:
    """Whether a paper begins with these words: its title, or whom it is addressed to, whatever was filled in there."""
    head = [one.runs[0].text for one in draft.blocks[:1] if one.sort == Sort.TO and one.runs[0].mark is Mark.FORM]
    return words in {*draft.to, draft.title} or any(words.startswith(one) for one in head)


def _text(element: Any) -> str:
    from docx.oxml.ns import qn

    return "".join(one.text or "" for one in element.iter(qn("w:t")))


def _is_break(element: Any) -> bool:
    from docx.oxml.ns import qn

    return any(one.get(qn("w:type")) == "page" for one in element.iter(qn("w:br")))


def _without_marks(opened: Any) -> None:
    """Take out what a draft bears around it, and how it shows what was unsure, unsigned, or has been filled in."""
    from docx.oxml.ns import qn

    marks = [phrase(name, language) for name in ("draft", "gap_legend") for language in FILING_LANGUAGES]
    for section in opened.sections:
        for around in (section.header, section.footer):
            for paragraph in around.paragraphs:
                if any(mark in paragraph.text for mark in marks):
                    paragraph.clear()
    for properties in opened.element.body.iter(qn("w:rPr")):
        for one in list(properties):
            if _is_ours(one):
                properties.remove(one)


def _is_ours(one: Any) -> bool:
    from docx.oxml.ns import qn

    looks = {"w:u": ("w:val", "dotted"), "w:color": ("w:val", LAW_COLOUR), "w:shd": ("w:fill", GAP_FILL)}
    return any(one.tag == qn(tag) and one.get(qn(name)) == value for tag, (name, value) in looks.items())


def _without_author(opened: Any) -> None:
    """Take out who wrote it, when, how often it was saved and printed, and on what."""
    from docx.oxml.ns import qn

    about = opened.core_properties._element  # noqa: SLF001  python-docx knows no other way
    for one in list(about):
        about.remove(one)
    for one in list(opened.settings.element.iter(qn("w:attachedTemplate"))):
        one.getparent().remove(one)
    package = opened.part.package
    for of in (package, *package.iter_parts()):
        for key, tied in list(of.rels.items()):
            if tied.reltype.rpartition("/")[2] in TELLS:
                del of.rels[key]
    for part in package.iter_parts():
        blank = BLANK.get(str(part.partname))
        if blank is not None:
            part._blob = blank  # noqa: SLF001  python-docx knows no other way


def _paper(opened: Any, draft: Paper) -> Paper:
    """Read what it says, piece by piece."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    title, to, blocks = "", list[str](), list[Block]()
    for one in opened.iter_inner_content():
        if isinstance(one, Table):
            rows = tuple(((Run(row.cells[0].text),), (Run(row.cells[-1].text),)) for row in one.rows)
            blocks.append(Block("table", rows=rows))
        elif isinstance(one, Paragraph) and one.text.strip():
            style = "" if one.style is None else str(one.style.name)
            if style == "Title" and not title:
                title, to = one.text, [_words(block) for block in blocks[: len(draft.to)]]
                blocks = [replace(block, sort=str(Sort.TO)) for block in blocks[len(draft.to) :]]
            else:
                blocks.append(Block(_sort(style), (Run(one.text),)))
    return Paper(draft.kind, draft.language, title, tuple(to), tuple(blocks), fields=draft.fields, laws=draft.laws)


def _words(block: Block) -> str:
    return "".join(run.text for run in block.runs)


def _sort(style: str) -> str:
    if style.startswith("Heading"):
        return "heading"
    return "point" if style.startswith("List") else "text"


def _marked(paper: Paper, draft: Paper) -> int:
    """Count what was to be filled in, or looked at, and stands there as it stood in the draft."""
    said = "\n".join(paper.lines())
    gaps = {f"[{run.text}]" for run in runs_of(draft.blocks) if run.mark is Mark.GAP}
    return sum(said.count(one) for one in {*gaps, phrase("unverified", draft.language)})
