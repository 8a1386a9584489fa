"""Papers as files: a PDF of as many pages as it needs, a document that Word opens, no template mark left in either."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn

from papers.composing import compose
from papers.docx import draw_docx
from papers.drawing import Sheet, sheet_of
from papers.fitting import offer_of
from papers.kinds import load_kinds
from papers.letterhead import write_template
from papers.notes import notes_of
from papers.paper import Block, Mark, Paper, Run
from papers.pdf import draw_pages, draw_pdf
from tests.papers.records import VALUES, record

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

KINDS = load_kinds()
HOSTILE = '{{ 7*7 }} {% for x in y %} #import "x" $a$ *b* \\u{41} <w:p/> & ]]> \u202eevil'
PNG = b"\x89PNG"
LEFT = re.compile(r"\{[{%#]|[%#}]\}")


def sheet(kind: str, language: str, *, approved: bool = False) -> Sheet:
    known = record()
    paper = compose(KINDS[kind], language, known)
    notes = notes_of(offer_of(KINDS[kind], known, KINDS.values()), paper, known, "ru")
    paper = Paper(paper.kind, paper.language, paper.title, paper.to, paper.blocks, notes, paper.fields)
    return sheet_of(paper, "K7M-4TX", number=1, reader="ru", approved=approved)


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
    title = next(n for n, one in enumerate(paragraphs) if one.style is not None and one.style.name == "Title")
    notes, paper = paragraphs[:title], paragraphs[title:]
    assert not any(is_turned(one) for one in notes), "whoever files it reads Russian"
    assert all(is_turned(one) for one in paper)
    assert document.tables[-1]._tbl.bidiVisual_val  # noqa: SLF001  no other way
    around = [one for section in document.sections for one in (*section.header.paragraphs, *section.footer.paragraphs)]
    assert all(is_turned(one) for one in around)
    for one in [*paper, *around]:
        for run in one.runs:
            if any("\u0600" <= letter <= "\u06ff" for letter in run.text):
                assert run.font.rtl, run.text


@pytest.mark.parametrize(("kind", "language"), [("kz_appeal", "ru"), ("notice_of_defence", "kk"), ("tr_lawsuit", "tr")])
def test_whom_a_filing_is_addressed_to_stands_above_its_title_as_courts_want_it(kind: str, language: str) -> None:
    drawn = sheet(kind, language, approved=True)
    head = ["".join(run.text for run in one.runs) for one in drawn.paper.blocks if one.sort == "to"]
    assert len(head) > 1
    document = docx.Document(io.BytesIO(draw_docx(drawn)))
    said = [one.text.replace("[", "").replace("]", "") for one in document.paragraphs if one.text.strip()]
    assert said[: len(head) + 1] == [*head, drawn.paper.title]


def test_a_document_counts_its_pages_itself_so_that_they_fit_when_the_notes_are_taken_out() -> None:
    content = zipfile.ZipFile(io.BytesIO(draw_docx(sheet("kz_appeal", "ru"))))
    footer = next(name for name in content.namelist() if "footer" in name)
    assert all(what in content.read(footer).decode() for what in (">PAGE<", ">NUMPAGES<", "стр."))


def test_a_name_in_arabic_letters_is_one_also_in_a_paper_in_english() -> None:
    document = docx.Document(io.BytesIO(draw_docx(sheet("cat_interim", "en"))))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    native = [one for cell in cells for one in cell.paragraphs if one.text == VALUES["name_native"]]
    assert native
    for one in native:
        assert not is_turned(one)
        assert all(run.font.rtl for run in one.runs if run.text)
    assert not any(run.font.rtl for one in document.paragraphs for run in one.runs if run.text.isascii())


def is_turned(paragraph: Paragraph) -> bool:
    """Whether Word reads a paragraph from the right."""
    return paragraph._p.pPr is not None and "w:bidi" in paragraph._p.pPr.xml  # noqa: SLF001  no other way


def test_an_approved_paper_is_as_it_is_filed() -> None:
    """No notes, no banner, no code of ours, no name of who approved it, no mark of what was unsure."""
    draft, approved = sheet("cat_interim", "en"), sheet("cat_interim", "en", approved=True)
    assert "Эту страницу убрать" in words_in(draw_docx(draft))
    said = words_in(draw_docx(approved))
    assert "Эту страницу убрать" not in said
    assert "DRAFT" in words_in(draw_docx(draft))
    for ours in ("DRAFT", "K7M-4TX", "cat_interim", "UNVERIFIED", "dotted"):
        assert ours not in said
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


def layout_of(content: bytes) -> list[object]:
    """How far apart lines and paragraphs stand."""
    document = docx.Document(io.BytesIO(content))
    formats = [document.styles["Normal"].paragraph_format, *(one.paragraph_format for one in document.paragraphs)]
    return [(one.line_spacing, one.space_before, one.space_after) for one in formats]


def test_the_template_in_the_house_is_the_one_that_is_written(tmp_path: object) -> None:
    from pathlib import Path

    written = Path(str(tmp_path)) / "paper.docx"
    write_template(written)
    ours = Path("papers/templates/paper.docx").read_bytes()
    assert words_in(written.read_bytes()) == words_in(ours)
    assert layout_of(written.read_bytes()) == layout_of(ours)


def test_a_document_in_chinese_has_the_letters_of_the_mainland() -> None:
    """Without a font and a language for them Word and LibreOffice may set full stops as in Taiwan."""
    document = docx.Document(io.BytesIO(draw_docx(sheet("family_sheet", "zh"))))
    for name in ("Normal", "Title", "Heading 1"):
        of = document.styles[name].element
        assert [one.get(qn("w:eastAsia")) for one in of.iter(qn("w:rFonts"))] == ["Noto Serif CJK SC"]
        assert [one.get(qn("w:eastAsia")) for one in of.iter(qn("w:lang"))] == ["zh-CN"]
