"""Documents, sound and films: what they tell is shown; a copy that leaves holds what is seen or heard alone."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TPE1, TSSE, TXXX
from mutagen.ogg import OggPage
from PIL import Image

from cases.cleaning import sound
from cases.cleaning.paper import PAGES
from cases.pictures import NotCleanedError, told_by, without_metadata
from tests.cases.test_pictures import picture

CANARIES = (b"Canarybrand", b"Botagoz", b"canary words", b"Lavf", b"2026")
RED = (200, 30, 30)


def telltale(content: bytes) -> list[bytes]:
    return [canary for canary in CANARIES if canary in content or canary.decode().encode("utf-16-be") in content]


# Documents


FONTS, XMP = b"<< /Font << /F1 5 0 R >> >>", b"<x:xmpmeta xmlns:x='a'>canary words</x:xmpmeta>"


def written(text: str = "", *, extra: bytes = b"", info: bytes = b"") -> bytes:
    """A document of one page on which a text stands in white, with whatever else."""
    stream = f"BT /F1 24 Tf 1 1 1 rg 20 100 Td ({text}) Tj ET\n1 0 0 rg 20 20 100 40 re f".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources " + FONTS + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< " + info + b" >>",
        b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(XMP), XMP),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


TELLS = b"/Author (Botagoz) /Creator (Canarybrand Scan) /Title (canary words) /CreationDate (D:20260301120000+05'00')"


def test_what_a_document_tells_is_read_and_its_copy_is_pictures_of_its_pages() -> None:
    original = written("canary words", info=TELLS, extra=b"/Metadata 7 0 R")
    assert told_by(original, "application/pdf") == {
        "author": "Botagoz",
        "software": "Canarybrand Scan",
        "taken": "D:20260301120000+05'00'",
        "more": True,
    }
    assert pypdfium2.PdfDocument(original)[0].get_textpage().get_text_bounded().strip() == "canary words"
    copy = without_metadata(original, "application/pdf")
    assert telltale(copy) == []
    assert told_by(copy, "application/pdf") == {}
    page = pypdfium2.PdfDocument(copy)[0]
    assert page.get_textpage().get_text_bounded() == "", "what was written in white is not there any more"
    drawn = page.render(scale=1).to_pil().convert("RGB")
    assert 200 <= drawn.width <= 202
    assert drawn.getpixel((60, 160))[0] > 200
    assert drawn.getpixel((60, 160))[1] < 60


def test_a_scan_made_by_a_telephone_loses_what_its_pictures_tell() -> None:
    """A document may hold a photograph as it came from the camera, with the place in it."""
    photo = picture()
    original = written().replace(b"%%EOF", b"%%EOF\n% " + photo)
    assert b"Canarybrand" in original
    assert telltale(without_metadata(original, "application/pdf")) == []


def many(count: int) -> bytes:
    out = io.BytesIO()
    page = Image.new("RGB", (20, 20), RED)
    page.save(out, "PDF", save_all=True, append_images=[page] * (count - 1), author="Botagoz")
    return out.getvalue()


def test_every_page_of_it_is_there_up_to_a_number_and_more_do_not_leave() -> None:
    assert len(pypdfium2.PdfDocument(without_metadata(many(3), "application/pdf"))) == 3
    with pytest.raises(NotCleanedError):
        without_metadata(many(PAGES + 1), "application/pdf")


def test_a_page_as_large_as_a_wall_is_drawn_smaller() -> None:
    wall = written().replace(b"[0 0 200 200]", b"[0 0 14400 14400]")
    copy = without_metadata(wall, "application/pdf")
    assert len(copy) < 10**6


# Sound


def opus(
    *,
    tags: dict[str, str] | None = None,
    serials: tuple[int, ...] = (77,),
    after: bytes = b"",
    vendor: str = "Lavf canary words",
) -> bytes:
    """A recording as a messenger makes it: heads, remarks, three pages of sound (which nobody decodes here)."""
    remarks = [f"{name}={value}".encode() for name, value in (tags or {}).items()]
    head = b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
    described = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor.encode() + struct.pack("<I", len(remarks))
    described += b"".join(struct.pack("<I", len(one)) + one for one in remarks)
    out = b""
    for number, packet in enumerate((head, described, *SOUND)):
        page = OggPage()
        page.serial, page.sequence = serials[number % len(serials)], number
        page.packets, page.position = [packet], number * 960
        page.first, page.last = number == 0, number == len(SOUND) + 1
        out += page.write()
    return out + after


SOUND = (b"\x01" * 50, b"\x02" * 300, b"\x03" * 20)
REMARKS = {"ARTIST": "Botagoz", "DATE": "2026-03-01", "LOCATION": "canary words"}


def packets(content: bytes) -> list[bytes]:
    reading, found = io.BytesIO(content), []
    while reading.tell() < len(content):
        found.append(OggPage(reading))
    return list(OggPage.to_packets(found))


def test_what_a_voice_message_tells_is_read_and_its_copy_is_its_sound() -> None:
    original = opus(tags=REMARKS)
    assert told_by(original, "audio/ogg") == {
        "author": "Botagoz",
        "taken": "2026-03-01",
        "more": True,
        "software": "Lavf canary words",
    }
    copy = without_metadata(original, "audio/ogg")
    assert telltale(copy) == []
    assert told_by(copy, "audio/ogg") == {}
    assert tuple(packets(copy)[2:]) == SOUND


@pytest.mark.parametrize(
    "content",
    [
        opus(after=b"canary words"),
        opus(serials=(77, 78)),
        opus(after=opus(serials=(79,))),
        opus()[:-7],
        opus().replace(b"OpusHead", b"OpusHeap"),
        b"OggS" + b"a voice" * 10,
    ],
    ids=["something behind it", "two streams", "one after the other", "cut off", "no head", "none"],
)
def test_a_recording_that_carries_more_than_its_sound_does_not_leave(content: bytes) -> None:
    with pytest.raises(NotCleanedError):
        without_metadata(content, "audio/ogg")


FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes."""
FRAMES = [FRAME[:4] + bytes([number]) * 413 for number in range(1, 20)]


def mp3() -> bytes:
    """Sound with everything that can be hung on it: at its beginning, in its first frame, between, at its end."""
    made = io.BytesIO(b"".join([FRAME[:40] + b"Info LAME Canarybrand" + FRAME[61:], *FRAMES]))
    remarks = ID3()
    remarks.add(TPE1(text="Botagoz"))
    remarks.add(TSSE(text="Canarybrand"))
    remarks.add(TXXX(desc="place", text="canary words"))
    remarks.save(made, v1=2)
    ape = APEv2()
    ape["Comment"] = "canary words"
    ape.save(made)
    content = made.getvalue()
    middle = content.index(FRAMES[10])
    return content[:middle] + b"canary words\xff" + content[middle:] + b"LYRICSBEGINcanary words000019LYRICS200"


def test_what_a_sound_file_tells_is_read_and_its_copy_is_its_frames() -> None:
    original = mp3()
    told = told_by(original, "audio/mpeg")
    assert told == {"author": "Botagoz", "software": "Canarybrand", "more": True}
    copy = without_metadata(original, "audio/mpeg")
    assert telltale(copy) == []
    assert [copy[at : at + 417] for at in range(0, len(copy), 417)] == FRAMES


@given(
    st.lists(st.tuples(st.integers(0, 18), st.binary(max_size=40).filter(lambda junk: b"\xff" not in junk)), max_size=6)
)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_between_frames_is_gone_and_every_frame_with_a_neighbour_stays(
    junk: list[tuple[int, bytes]],
) -> None:
    pieces: list[bytes] = list(FRAMES)
    for place, one in junk:
        pieces[place] = one + pieces[place]
    copy = sound.clean(b"".join(pieces), "audio/mpeg")
    kept = [copy[at : at + 417] for at in range(0, len(copy), 417)]
    assert all(frame in FRAMES for frame in kept)
    torn = {0, *(place for place, one in junk if one)}
    alone = {number for number in range(19) if number in torn and (number + 1 in torn or number == 18)}
    assert kept == [
        frame for number, frame in enumerate(FRAMES) if number not in alone and not (number == 18 and 18 in torn)
    ]


# What cannot be cleaned


def office(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


DOCX = office(
    docProps__core_xml="<cp:coreProperties><dc:creator>Botagoz</dc:creator><dcterms:created xsi:type='x'>2026-03-01"
    "T12:00:00Z</dcterms:created></cp:coreProperties>",
    docProps__app_xml="<Properties><Application>Canarybrand Writer</Application></Properties>",
    word__document_xml="<w:t>canary words</w:t>",
)
ODT = office(
    meta_xml="<meta:initial-creator>Botagoz</meta:initial-creator><meta:creation-date>2026-03-01</meta:creation-date>"
    "<meta:generator>Canarybrand/7</meta:generator>"
)


def test_what_a_text_of_an_office_program_tells_is_read() -> None:
    assert told_by(DOCX, "application/zip") == {
        "author": "Botagoz",
        "taken": "2026-03-01T12:00:00Z",
        "software": "Canarybrand Writer",
    }
    assert told_by(ODT, "application/zip") == {"author": "Botagoz", "taken": "2026-03-01", "software": "Canarybrand/7"}
    assert told_by(office(readme="nothing"), "application/zip") == {}


W = "xmlns:w='urn:w' xmlns:a='urn:a' xmlns:mc='urn:mc'"
WORDS_OF_DOCX = (
    f"<w:document {W}><w:body w:rsidR='Canarybrand'>"
    "<w:p><w:pPr><w:pStyle w:val='Title'/></w:pPr><w:r w:author='Botagoz'><w:t>Order of </w:t></w:r>"
    "<w:ins w:author='Botagoz' w:date='2026-03-01'><w:r><w:t>removal</w:t></w:r></w:ins>"
    "<w:del w:author='Botagoz'><w:r><w:delText>canary words</w:delText><w:t>canary words</w:t></w:r></w:del></w:p>"
    "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>canary words</w:t></w:r>"
    "<w:r><w:rPr><w:rStyle w:val='Secret'/></w:rPr><w:t>canary words</w:t></w:r>"
    "<w:r><w:fldChar><w:fldData>canary words</w:fldData></w:fldChar><w:instrText>AUTHOR Botagoz</w:instrText></w:r>"
    "<w:r><a:posOffset>2026</a:posOffset></w:r>"
    "<w:moveFrom><w:r><w:t>canary words</w:t></w:r></w:moveFrom>"
    "<mc:AlternateContent><mc:Choice><w:t>seen once</w:t></mc:Choice>"
    "<mc:Fallback><w:t>canary words</w:t></mc:Fallback></mc:AlternateContent></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>name</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>\u041d\u04b1\u0440"
    "\u200b\u043b\u0430\u043d</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
)
STYLES_OF_DOCX = (
    f"<w:styles {W}><w:style w:styleId='Secret'><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:styleId='Title'><w:name w:val='Botagoz'/></w:style></w:styles>"
)
WHOLE_DOCX = office(
    docProps__core_xml="<cp:coreProperties><dc:creator>Botagoz</dc:creator></cp:coreProperties>",
    word__document_xml=WORDS_OF_DOCX,
    word__styles_xml=STYLES_OF_DOCX,
    word__comments_xml="<w:comments><w:t>canary words</w:t></w:comments>",
    word__people_xml="<w15:person w15:author='Botagoz'/>",
    word__footnotes_xml=f"<w:footnotes {W}><w:p><w:r><w:t>a footnote</w:t></w:r></w:p></w:footnotes>",
    customXml__item1_xml="<x>canary words</x>",
)
T = "xmlns:office='urn:o' xmlns:text='urn:t' xmlns:style='urn:s' xmlns:dc='urn:d' xmlns:table='urn:b'"
WHOLE_ODT = office(
    mimetype="application/vnd.oasis.opendocument.text",
    meta_xml="<meta:initial-creator>Botagoz</meta:initial-creator>",
    content_xml=f"<office:document-content {T}><office:automatic-styles><style:style style:name='P9'>"
    "<style:text-properties text:display='none'/></style:style></office:automatic-styles><office:body><office:text>"
    "<text:tracked-changes><text:p>canary words</text:p></text:tracked-changes>"
    "<text:h>Order</text:h><text:p>of<text:s/>removal<office:annotation><dc:creator>Botagoz</dc:creator>"
    "<text:p>canary words</text:p></office:annotation>, seen<text:author-name>Botagoz</text:author-name></text:p>"
    "<text:p text:style-name='P9'>canary words</text:p>"
    "<table:table><table:table-row><table:table-cell><text:p>one</text:p></table:table-cell></table:table-row>"
    "</table:table></office:text></office:body></office:document-content>",
)


def test_the_copy_of_a_text_is_the_words_its_reader_sees() -> None:
    copy = without_metadata(WHOLE_DOCX, "application/zip")
    assert telltale(copy) == []
    assert copy.decode().split() == ["Order", "of", "removal", "seen", "once", "name", "Нұрлан", "a", "footnote"]
    copy = without_metadata(WHOLE_ODT, "application/zip")
    assert telltale(copy) == []
    assert copy.decode().split() == ["Order", "of", "removal,", "seen", "one"]


@pytest.mark.parametrize(
    "content",
    [
        DOCX,
        ODT,
        office(readme="nothing"),
        office(word__document_xml="<w:document xmlns:w='urn:w'><w:p/></w:document>"),
        office(word__document_xml="<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'>]><a><t>&b;</t></a>"),
        office(word__document_xml="<a>" * 100_000 + "</a>" * 100_000),
        office(word__document_xml="<a><t>" + "0" * 40_000_000 + "</t></a>"),
        office(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<a><p>1</p></a>"),
        office(xl__workbook_xml="<a/>"),
    ],
    ids=["not xml", "no mimetype", "another archive", "no words", "entities", "deep", "a mountain", "ods", "xlsx"],
)
def test_an_archive_that_is_no_text_we_can_read_has_no_copy(content: bytes) -> None:
    with pytest.raises(NotCleanedError):
        without_metadata(content, "application/zip")


def test_texts_that_this_program_draws_itself_have_a_copy() -> None:
    from docx import Document

    written = Document()
    written.core_properties.author = "Botagoz"
    written.add_heading("Order of removal")
    written.add_paragraph("First line\tsecond")
    out = io.BytesIO()
    written.save(out)
    copy = without_metadata(out.getvalue(), "application/zip")
    assert telltale(copy) == []
    assert copy.decode() == "Order of removal\nFirst line second\n"


def test_an_archive_that_unpacks_to_a_mountain_is_read_no_further_than_a_part_of_it() -> None:
    assert told_by(office(meta_xml="0" * 200_000_000), "application/zip") == {}


def film(place: str = "+43.2389+076.8897/", seconds: int = 3_855_168_000) -> bytes:
    made = struct.pack(">I4sI", 24, b"mvhd", 0) + struct.pack(">III", seconds, 0, 1000)
    return b"\x00\x00\x00\x18ftypmp42" + made + b"\xa9xyz" + struct.pack(">HH", len(place), 0x15C7) + place.encode()


@pytest.mark.parametrize("media", ["video/mp4", "audio/mp4"])
def test_films_tell_when_and_where_and_do_not_leave(media: str) -> None:
    assert told_by(film(), media) == {"taken": "2026-03-01 00:00 UTC", "place": [43.2389, 76.8897]}
    assert told_by(film(place="+99.0000+999.0000/", seconds=0), media) == {}
    assert told_by(b"\x00\x00\x00\x18ftypmp42mvhd", media) == {}
    with pytest.raises(NotCleanedError):
        without_metadata(film(), media)


@pytest.mark.parametrize("media", ["application/pdf", "application/zip", "audio/ogg", "audio/mpeg", "video/mp4"])
@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04" + b"\xff" * 100, b"ID3" + b"\xff" * 500])
def test_what_is_broken_tells_nothing_and_does_not_leave(media: str, content: bytes) -> None:
    told: dict[str, Any] = told_by(content, media)
    assert told in ({}, {"unreadable": True})
    with pytest.raises(NotCleanedError):
        without_metadata(content, media)
