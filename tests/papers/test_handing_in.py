"""What comes back from Word: kept as it is but for what no authority is to see, and never approved half filled in."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn

from papers.composing import compose
from papers.docx import draw_docx
from papers.drawing import sheet_of
from papers.errors import PaperError
from papers.fitting import offer_of
from papers.handing_in import LARGEST, read_document
from papers.kinds import load_kinds
from papers.notes import notes_of
from papers.paper import Mark, runs_of
from tests.papers.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from papers.paper import Paper

KINDS = load_kinds()
RELATED = RELATIONSHIP_TYPE.SETTINGS.rpartition("/")[0]
THUMBNAIL = RELATIONSHIP_TYPE.THUMBNAIL
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
W = nsdecls("w")


def draft(kind: str = "wgad_urgent", language: str = "en") -> Paper:
    return compose(KINDS[kind], language, record())


def taken(paper: Paper) -> Any:
    """The draft as it is opened in Word, with its page of notes."""
    notes = notes_of(offer_of(KINDS[paper.kind], record(), KINDS.values()), paper, record(), "ru")
    drawn = draw_docx(sheet_of(replace(paper, notes=notes), "K7M-4TX", number=2, reader="ru"))
    return docx.Document(io.BytesIO(drawn))


def paragraphs(document: Any) -> list[Any]:
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return [*document.paragraphs, *(one for cell in cells for one in cell.paragraphs)]


def filled(document: Any, paper: Paper, words: str = "On 1 March, by two officers.") -> Any:
    """Somebody types over each place that is marked."""
    gaps = {f"[{run.text}]" for run in runs_of(paper.blocks) if run.mark is Mark.GAP}
    for paragraph in paragraphs(document):
        for run in paragraph.runs:
            if run.text in gaps:
                run.text = words
    return document


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "language"), [("wgad_urgent", "en"), ("cat_interim", "en"), ("kz_stay", "kk")])
def test_what_was_filled_in_comes_back_and_nothing_of_ours_with_it(kind: str, language: str) -> None:
    paper = draft(kind, language)
    document = filled(taken(paper), paper)
    document.core_properties.author = "Dana Invented"
    for one in paragraphs(document):
        for run in one.runs:
            if "[ТЕКСЕРІЛМЕГЕН]" in run.text:
                run.text = run.text.replace("[ТЕКСЕРІЛМЕГЕН] ", "")
    kept = read_document(saved(document), paper)
    assert kept.marked == 0
    assert kept.paper.title == paper.title
    assert kept.paper.to == paper.to
    assert "On 1 March, by two officers." in "\n".join(kept.paper.lines())
    opened = docx.Document(io.BytesIO(kept.content))
    around = [one for section in opened.sections for one in (*section.header.paragraphs, *section.footer.paragraphs)]
    said = "\n".join(one.text for one in (*paragraphs(opened), *around))
    for ours in ("DRAFT", "ЖОБА", "K7M-4TX", "Эту страницу убрать", "SHA-256"):
        assert ours not in said
    assert not opened.core_properties.author
    with zipfile.ZipFile(io.BytesIO(kept.content)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Dana Invented</dc:creator>" not in everything
    assert b"dotted" not in archive_part(kept.content)


def archive_part(content: bytes, name: str = "word/document.xml") -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def test_what_was_left_open_is_counted() -> None:
    paper = draft()
    assert read_document(saved(taken(paper)), paper).marked == paper.gaps
    stays = draft("kz_stay", "ru")
    left = read_document(saved(filled(taken(stays), stays)), stays)
    assert left.marked > 0, "sentences of law for which nobody vouches are still marked as such"


@pytest.mark.parametrize(("kind", "language"), [("wgad_urgent", "en"), ("kz_stay", "kk"), ("notice_of_defence", "tr")])
def test_the_page_of_notes_goes_also_where_its_end_was_deleted(kind: str, language: str) -> None:
    paper = draft(kind, language)
    document = filled(taken(paper), paper)
    for one in document.paragraphs:
        for run in one.runs:
            if not run.text.strip():
                run.text = ""
    kept = read_document(saved(document), paper)
    assert kept.paper.to == paper.to
    heads = [[block for block in one.blocks if block.sort == "to"] for one in (kept.paper, paper)]
    assert len(heads[0]) == len(heads[1])
    assert "notes" not in "\n".join(kept.paper.lines()[:3])


def with_a_change(document: Any) -> None:
    document.element.body[0].append(OxmlElement("w:ins"))


def with_a_comment(document: Any) -> None:
    document.element.body[0].append(OxmlElement("w:commentReference"))


def with_a_change_of_looks(document: Any) -> None:
    document.element.body[0].get_or_add_pPr().append(OxmlElement("w:pPrChange"))


def with_a_change_in_a_first_header(document: Any) -> None:
    document.sections[0].different_first_page_header_footer = True
    document.sections[0].first_page_header.part.element.append(OxmlElement("w:del"))


def beside(document: Any, name: str, words: str) -> None:
    """Another part of the document, that python-docx does not look into."""
    part = Part(PackURI(f"/word/{name}.xml"), f"{WORD}.{name}+xml", f"<w:{name} {W}>{words}</w:{name}>".encode())
    document.part.relate_to(part, f"{RELATED}/{name}")


def with_a_change_in_a_footnote(document: Any) -> None:
    beside(document, "footnotes", '<w:footnote w:id="2"><w:p><w:ins w:author="Dana Invented"/></w:p></w:footnote>')


@pytest.mark.parametrize(
    "spoil",
    [
        with_a_change,
        with_a_comment,
        with_a_change_of_looks,
        with_a_change_in_a_first_header,
        with_a_change_in_a_footnote,
    ],
)
def test_what_was_struck_out_does_not_leave_between_the_lines(spoil: Callable[[Any], None]) -> None:
    """Whoever receives a document with tracked changes reads what counsel decided not to say."""
    paper = draft()
    document = filled(taken(paper), paper)
    spoil(document)
    with pytest.raises(PaperError, match="tracked changes"):
        read_document(saved(document), paper)


def test_nothing_tells_on_whose_machine_it_was_written_and_when() -> None:
    paper = draft()
    document = filled(taken(paper), paper)
    about = document.core_properties
    about.author = about.identifier = about.content_status = "Saule Imagined"
    about.created = about.modified = about.last_printed = datetime(2026, 3, 1, 7, 7, 7, tzinfo=UTC)
    template = document.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS).relate_to(
        "file:///C:/Users/saule.imagined/letter.dotm", f"{RELATED}/attachedTemplate", is_external=True
    )
    attached = OxmlElement("w:attachedTemplate")
    attached.set(qn("r:id"), template)
    document.settings.element.append(attached)
    picture = Part(PackURI("/docProps/thumbnail.jpeg"), "image/jpeg", b"the page of notes, as it was", None)
    document.part.package.relate_to(picture, THUMBNAIL)
    sharing = Part(PackURI("/customXml/item1.xml"), "application/xml", b"<by>Saule Imagined</by>", None)
    document.part.relate_to(sharing, f"{RELATED}/customXml")
    before = saved(document)
    kept = read_document(before, paper).content
    for told in (b"Saule Imagined", b"saule.imagined", b"07:07:07", b"as it was"):
        assert told in everything_in(before)
        assert told not in everything_in(kept)
    assert "On 1 March, by two officers." in "\n".join(one.text for one in paragraphs(docx.Document(io.BytesIO(kept))))
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        dates = {one.date_time for one in archive.infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}, "nor when it was handed in: the same document is the same file"
    assert read_document(before, paper).content == kept


def everything_in(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 and no more", b"x" * (LARGEST + 1)])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(PaperError, match=r"no \.docx document"):
        read_document(content, draft())


def test_one_that_was_damaged_on_its_way_is_refused_wherever_it_was() -> None:
    paper, whole = draft(), saved(taken(draft()))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
        at = archive.getinfo("word/document.xml").header_offset + 100
    broken = [whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]]
    for name in ("[Content_Types].xml", "word/document.xml", "word/styles.xml"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for one, kept in (parts | {name: b"<a/>"}).items():
                archive.writestr(one, kept)
        broken.append(out.getvalue())
    for document in broken:
        with pytest.raises(PaperError, match=r"no \.docx document"):
            read_document(document, paper)


def test_one_with_a_program_in_it_is_refused() -> None:
    paper, out = draft(), io.BytesIO(saved(taken(draft())))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"a macro")
    with pytest.raises(PaperError, match="macros"):
        read_document(out.getvalue(), paper)
