"""Papers as files: a PDF of as many pages as it needs, a document that Word opens, no template mark left in either."""

from __future__ import annotations

import io
import re

import docx
import pytest

from papers.composing import Block, Mark, Paper, Run, compose
from papers.docx import draw_docx
from papers.drawing import Sheet, sheet_of
from papers.fitting import offer_of
from papers.kinds import load_kinds
from papers.letterhead import write_template
from papers.notes import notes_of
from papers.pdf import draw_pages, draw_pdf
from tests.papers.records import record

KINDS = load_kinds()
HOSTILE = '{{ 7*7 }} {% for x in y %} #import "x" $a$ *b* \\u{41} <w:p/> & ]]> \u202eevil'
PNG = b"\x89PNG"
LEFT = re.compile(r"\{[{%#]|[%#}]\}")


def sheet(kind: str, language: str, *, approved: bool = False) -> Sheet:
    known = record()
    paper = compose(KINDS[kind], language, known)
    notes = notes_of(offer_of(KINDS[kind], known, KINDS.values()), paper, known, "ru")
    paper = Paper(paper.kind, paper.language, paper.title, paper.to, paper.blocks, notes, paper.fields)
    return sheet_of(paper, "K7M-4TX", number=1, reader="ru", approved=("Dana", "today") if approved else None)


def words_in(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    around = [one.text for part in document.sections for one in (*part.header.paragraphs, *part.footer.paragraphs)]
    return "\n".join([*(one.text for one in document.paragraphs), *cells, *around])


@pytest.mark.parametrize(
    ("kind", "language"), [("cat_interim", "en"), ("kz_appeal", "kk"), ("tr_lawsuit", "tr"), ("family_sheet", "ug")]
)
def test_a_paper_is_drawn_as_both(kind: str, language: str) -> None:
    drawn = sheet(kind, language)
    assert draw_pdf(drawn).startswith(b"%PDF")
    said = words_in(draw_docx(drawn))
    assert not LEFT.search(said)
    for line in (drawn.paper.title, drawn.banner, "K7M-4TX", *drawn.paper.to):
        assert line in said
    for block in drawn.paper.blocks:
        for run in block.runs:
            assert run.text in said


def test_a_document_in_uyghur_is_read_from_the_right() -> None:
    document = docx.Document(io.BytesIO(draw_docx(sheet("family_sheet", "ug"))))
    paragraphs = [one for one in document.paragraphs if one.text.strip()]
    assert all(one._p.pPr is not None and "bidi" in one._p.pPr.xml for one in paragraphs)  # noqa: SLF001  no other way
    assert all(table._tbl.bidiVisual_val for table in document.tables)  # noqa: SLF001


def test_an_approved_paper_has_no_notes_and_says_by_whom() -> None:
    draft, approved = sheet("cat_interim", "en"), sheet("cat_interim", "en", approved=True)
    assert "Эту страницу убрать" in words_in(draw_docx(draft))
    said = words_in(draw_docx(approved))
    assert "Эту страницу убрать" not in said
    assert "Wording approved by Dana" in said
    assert len(draw_pages(approved, dots=30)) < len(draw_pages(draft, dots=30))


def test_what_people_wrote_is_never_read_as_a_template() -> None:
    paper = Paper("note", "en", HOSTILE, (HOSTILE,), (Block("text", (Run(HOSTILE, Mark.VALUE),)),))
    drawn = sheet_of(paper, "K7M-4TX", number=None, reader="en")
    assert draw_pdf(drawn).startswith(b"%PDF")
    assert words_in(draw_docx(drawn)).count("7*7") == 3


def test_each_page_is_a_picture_to_look_at() -> None:
    pages = draw_pages(sheet("first_hour", "ru"), dots=30)
    assert len(pages) >= 2
    assert all(one.startswith(PNG) for one in pages)


def test_the_template_in_the_house_is_the_one_that_is_written(tmp_path: object) -> None:
    from pathlib import Path

    written = Path(str(tmp_path)) / "paper.docx"
    write_template(written)
    ours = Path("papers/templates/paper.docx").read_bytes()
    assert words_in(written.read_bytes()) == words_in(ours)
