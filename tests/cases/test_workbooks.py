"""Workbooks of strangers: what they say is read as text, and what they do is refused, in a process of its own."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from cases.incidents.tables import read_table
from cases.incidents.workbook import sheets_of
from contacts.csv_table import MAX_BYTES, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
</Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(*sheets: str, **more: bytes) -> bytes:
    """A small XLSX file of sheets whose rows are given as XML."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
    book = (
        f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{office}">'
        f"<sheets>{names}</sheets></workbook>"
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", rels)
        for number, rows in enumerate(sheets, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", SHEET.format(rows))
        for name, content in more.items():
            archive.writestr(name, content)
    return out.getvalue()


def rows(*lines: Sequence[str]) -> str:
    """Rows of cells with text in them."""
    made = []
    for number, cells in enumerate(lines, 1):
        shown = "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for place, cell in enumerate(cells)
            if cell
        )
        made.append(f'<row r="{number}">{shown}</row>')
    return "".join(made)


def test_people_are_read_from_every_sheet_by_the_names_of_its_columns() -> None:
    first = rows(["Список задержанных"], [], ["№", "ФИО", "Возраст"], ["1", "Асқар Б.", "34"], ["2", "سەرىك د", "19"])
    second = rows(["1", "努尔兰·赛力克"], ["2", "Guldana T."])
    read = read_table(workbook(first, second))
    assert [one.name for one in read if one.is_person] == ["Асқар Б.", "سەرىك د", "努尔兰·赛力克", "Guldana T."]
    assert [one.age for one in read if one.is_person] == [34, 19, None, None]
    assert [one.written for one in read if not one.is_person] == ["Список задержанных"]


def test_numbers_and_days_are_read_as_people_write_them() -> None:
    name = '<c r="A1" t="inlineStr"><is><t>Serik D</t></is></c>'
    cells = f'<row r="1">{name}<c r="B1"><v>34</v></c><c r="C1"><v>1.5</v></c></row>'
    assert sheets_of(workbook(cells)) == [[("Serik D", "34", "1.5")]]


def test_formulas_are_never_worked_out() -> None:
    """What was saved beside them is taken, and where nothing was, nothing."""
    told = '<row r="1"><c r="A1" t="str"><f>HYPERLINK("https://example.org/"&amp;B1)</f><v>Serik D</v></c></row>'
    bare = '<row r="1"><c r="A1" t="inlineStr"><is><t>Aigul K</t></is></c><c r="B1"><f>1+1</f></c></row>'
    assert sheets_of(workbook(told, bare)) == [[("Serik D",)], [("Aigul K",)]]


BLANKS = 300_000_000
HUGE = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "made",  # by the test that needs it: the bomb takes seconds, which every worker would spend while it collects
    [
        lambda: b"PK\x03\x04 a workbook",
        lambda: b"\xd0\xcf\x11\xe0" + bytes(600),
        lambda: workbook(HUGE),
        lambda: workbook(rows(*(["x"] for _ in range(2001)))),
        lambda: workbook(rows(["x" * 3000])),
        lambda: workbook(rows(["a"]), **{"xl/sharedStrings.xml": b"<sst>" + b" " * BLANKS + b"</sst>"}),
        lambda: workbook(rows(["a"]))[:200],
        lambda: b"PK\x03\x04" + bytes(MAX_BYTES),
    ],
    ids=["none", "old_none", "claims_much", "long", "long_cell", "bomb", "cut", "large"],
)
def test_what_is_hostile_is_refused_and_harms_nobody(made: Callable[[], bytes]) -> None:
    content = made()
    began = time.monotonic()
    with pytest.raises(UnreadableError):
        read_table(content)
    assert time.monotonic() - began < 30


def test_entities_reach_nothing(tmp_path: object) -> None:
    """An entity that names a file of ours is not followed."""
    secret = f"{tmp_path}/secret"
    with open(secret, "w", encoding="utf-8") as file:  # noqa: PTH123  the path is put into the sheet as text
        file.write("apricots")
    sheet = f'<!DOCTYPE x [<!ENTITY y SYSTEM "file://{secret}">]>' + SHEET.format(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&y;</t></is></c></row>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(rows(["a"])))) as known, zipfile.ZipFile(out, "w") as archive:
        for name in known.namelist():
            archive.writestr(name, sheet if name.endswith("sheet1.xml") else known.read(name))
    try:
        read = sheets_of(out.getvalue())
    except UnreadableError:
        return
    assert "apricots" not in str(read)
