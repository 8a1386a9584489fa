"""Writes the template of .docx papers anew: ``python -m papers.letterhead``. A team may edit it in Word instead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

TO: Final = Path(__file__).parent / "templates" / "paper.docx"
BODY, SMALL, TITLE, HEADING = 10.5, 8, 15, 11.5
"""Points."""
IN_CELL, BETWEEN = 2, 6
"""Points below the words of a cell; and the empty line that keeps a table from what follows it."""
MARGIN, HEAD, WIDTHS = 2.3, 7.5, (5.6, 10.8)
"""Centimetres; whom a paper is addressed to stands at the right, as courts want it; labels are short."""
STYLES: Final = frozenset(
    {
        *("Normal", "Default Paragraph Font", "Normal Table", "No List"),
        *("Title", "Title Char", "Heading 1", "Heading 1 Char", "List Bullet", "Table Grid"),
        *("Header", "Header Char", "Footer", "Footer Char"),
    }
)
"""The styles that papers use, and those which these are made of."""
UNUSED: Final = frozenset({"stylesWithEffects", "thumbnail", "customXml"})
"""Parts of a document that no paper has a use for, by what they are to it."""
HEADER: Final = "{{ banner }}{% if reference %} · {{ reference }}{% endif %}"


def write_template(path: Path) -> None:
    """Write the template: styles, a header that says whether it is a draft, and the marks of docxtpl."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(MARGIN)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Serif", Pt(BODY)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.0  # what python-docx brings takes a page of notes to a second one
    _from_the_right(normal, BODY)
    for name, size in (("Title", TITLE), ("Heading 1", HEADING)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Noto Serif", Pt(size), True
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = Pt(12)
        style.paragraph_format.space_after = Pt(6)
        _from_the_right(style, size)
        for tag in ("w:pBdr", "w:kern"):
            for one in list(style.element.iter(qn(tag))):
                one.getparent().remove(one)
        for one in list(style.element.iter(qn("w:rPr"))):  # letters that are set apart do not join
            for spacing in one.findall(qn("w:spacing")):
                one.remove(spacing)
    for of, text in ((section.header, HEADER), (section.footer, "{{ mark }}")):
        said = of.paragraphs[0].add_run(text)
        said.font.size = Pt(SMALL)
    section.header.paragraphs[0].runs[0].font.color.rgb = RGBColor(0xA1, 0x12, 0x12)
    _page_number(section.footer.add_paragraph())
    _notes(document)
    _paragraphs(document, ["{%p for line in to %}", "{{ line }}", "{%p endfor %}"])
    _paragraphs(document, ["{%p for block in head %}"])
    head = document.add_paragraph("{{r block.words }}").paragraph_format
    head.left_indent, head.space_after = Cm(HEAD), Pt(2)
    _paragraphs(document, ["{%p endfor %}"])
    document.add_paragraph("{{ title }}", style="Title")
    _blocks(document, "blocks")
    document.core_properties.author = document.core_properties.comments = ""
    _without_what_nobody_needs(document)
    document.save(str(path))


def _page_number(paragraph: Any) -> None:
    """Say which page of how many it is. Word counts them, so that they fit when the notes are taken out."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for before, what in (("{{ page }} ", "PAGE"), (" / ", "NUMPAGES")):
        paragraph.add_run(before).font.size = Pt(SMALL)
        for sort in ("begin", what, "end"):
            run = paragraph.add_run()
            run.font.size = Pt(SMALL)
            if sort == what:
                instruction = OxmlElement("w:instrText")
                instruction.text = what
                run._r.append(instruction)  # noqa: SLF001  python-docx knows no fields
            else:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), sort)
                run._r.append(mark)  # noqa: SLF001


def _without_what_nobody_needs(document: Any) -> None:
    """Leave out a picture, old effects and some 150 styles that python-docx brings: they would be in each paper."""
    from docx.oxml.ns import qn

    used = {style.style_id for style in document.styles if style.name in STYLES}
    for style in list(document.styles.element.findall(qn("w:style"))):
        if style.get(qn("w:styleId")) not in used:
            style.getparent().remove(style)
    for of in (document.part.rels, document.part.package.rels):
        for key, one in list(of.items()):
            if one.reltype.rpartition("/")[2] in UNUSED:
                del of[key]


def _from_the_right(style: Any, size: float) -> None:
    """Give letters that are read from the right, and Chinese, their own fonts: Word looks them up apart from others."""
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # they would win over the names
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:cs"), "Noto Naskh Arabic")
    fonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    for old in properties.findall(qn("w:szCs")):
        properties.remove(old)
    sized = properties.makeelement(qn("w:szCs"), {qn("w:val"): str(int(size * 2))})
    properties.insert_element_before(sized, "w:highlight", "w:u", "w:rtl", "w:cs", "w:lang")
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    spoken = properties.makeelement(qn("w:lang"), {qn("w:eastAsia"): "zh-CN"})  # else full stops as in Taiwan
    properties.insert_element_before(spoken, "w:eastAsianLayout", "w:specVanish", "w:oMath")
    if style.font.bold:
        style.font.cs_bold = True


def _notes(document: Any) -> None:
    from docx.enum.text import WD_BREAK

    document.add_paragraph("{%p if notes %}")
    document.add_paragraph("{{ notes_title }}", style="Heading 1")
    _blocks(document, "notes")
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("{%p endif %}")


def _blocks(document: Any, name: str) -> None:
    from docx.shared import Pt

    _paragraphs(document, [f"{{%p for block in {name} %}}", "{%p if block.sort == 'heading' %}"])
    document.add_paragraph("{{r block.words }}", style="Heading 1")
    document.add_paragraph("{%p elif block.sort == 'point' %}")
    document.add_paragraph("{{r block.words }}", style="List Bullet")
    document.add_paragraph("{%p elif block.sort == 'table' %}")
    _table(document)
    between = document.add_paragraph().paragraph_format
    between.space_after, between.line_spacing = Pt(0), Pt(BETWEEN)
    document.add_paragraph("{%p elif block.sort == 'sign' %}")
    document.add_paragraph("{{r block.words }}").paragraph_format.space_before = Pt(18)
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{r block.words }}")
    _paragraphs(document, ["{%p endif %}", "{%p endfor %}"])


def _table(document: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=3, cols=2, style="Table Grid")
    table.autofit = False
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)
        cannot_split = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(cannot_split)  # noqa: SLF001  python-docx knows no other way
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Cm(width)
    table.cell(0, 0).text = "{%tr for row in block.rows %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{r row.label }}", "{{r row.value }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    for cell in table.rows[1].cells:
        cell.paragraphs[0].paragraph_format.space_after = Pt(IN_CELL)


def _paragraphs(document: Any, lines: Iterable[str]) -> None:
    for line in lines:
        document.add_paragraph(line)


if __name__ == "__main__":
    write_template(TO)
