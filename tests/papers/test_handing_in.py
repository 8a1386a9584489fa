"""What comes back from Word: kept as it is but for what no authority is to see, and never approved half filled in."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml import OxmlElement

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


@pytest.mark.parametrize("spoil", [with_a_change, with_a_comment])
def test_what_was_struck_out_does_not_leave_between_the_lines(spoil: Callable[[Any], None]) -> None:
    """Whoever receives a document with tracked changes reads what counsel decided not to say."""
    paper = draft()
    document = filled(taken(paper), paper)
    spoil(document)
    with pytest.raises(PaperError, match="tracked changes"):
        read_document(saved(document), paper)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 and no more", b"x" * (LARGEST + 1)])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(PaperError, match=r"no \.docx document"):
        read_document(content, draft())


def test_one_with_a_program_in_it_is_refused() -> None:
    paper, out = draft(), io.BytesIO(saved(taken(draft())))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"a macro")
    with pytest.raises(PaperError, match="macros"):
        read_document(out.getvalue(), paper)
