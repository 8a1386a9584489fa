"""What pictures tell about themselves is shown to the team and does not leave with a copy; bombs go off elsewhere."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from cases.pictures import NotCleanedError, look_at_files, told_by, what_it_tells, without_metadata
from store.data_keys import SYSTEM
from store.files import FileWriter, StoredFile, begin_file

if TYPE_CHECKING:
    from store.unit_of_work import Store

DEVICE, PLACE = "Canarybrand Phone 9", [43.23894, -76.88971]
CANARIES = (b"Canarybrand", b"Phone 9", b"Botagoz", b"2026:03:01", b"canary words", b"Exif", b"xmpmeta")
RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(form: str = "JPEG", *, orientation: int = 1) -> bytes:
    """A picture that tells everything: red on its left, blue on its right."""
    image = Image.new("RGB", (64, 32), RED)
    image.paste(BLUE, (32, 0, 64, 32))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B], exif[0x0131] = "Canarybrand", "Phone 9", "Botagoz", "canary words"
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 12:00:00"
    exif.get_ifd(0x8769)[0x9011] = "+05:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (43.0, 14.0, 20.19), "W", (76.0, 53.0, 22.95)
    out = io.BytesIO()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">canary words</x:xmpmeta>'
    match form:
        case "PNG":
            text = PngImagePlugin.PngInfo()
            text.add_text("Author", "Botagoz")
            text.add_itxt("XML:com.adobe.xmp", xmp.decode())
            image.save(out, "PNG", exif=exif, pnginfo=text)
        case "WEBP":
            image.save(out, "WEBP", exif=exif, xmp=xmp, quality=90)
        case _:
            image.save(out, "JPEG", exif=exif, xmp=xmp, comment=b"canary words", quality=90)
    return out.getvalue()


MEDIA = [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]


@pytest.mark.parametrize(("form", "media"), MEDIA)
def test_what_a_picture_tells_is_read_and_gone_from_its_copy(form: str, media: str) -> None:
    original = picture(form)
    told = told_by(original, media)
    assert told["device"] == DEVICE
    assert told["taken"] == "2026:03:01 12:00:00 +05:00"
    assert told["place"] == PLACE
    assert told["author"] == "Botagoz"
    copy = without_metadata(original, media)
    assert told_by(copy, media) == {}
    assert [canary for canary in CANARIES if canary in copy] == []
    with Image.open(io.BytesIO(copy)) as opened:
        assert (opened.format, opened.size) == (form, (64, 32))
        assert opened.convert("RGB").getpixel((5, 5))[0] > 150  # type: ignore[index]  # of an RGB picture: a triple


def test_a_copy_stands_as_the_camera_was_held() -> None:
    copy = without_metadata(picture(orientation=6), "image/jpeg")
    with Image.open(io.BytesIO(copy)) as opened:
        assert opened.size == (32, 64)
        assert opened.getpixel((16, 5))[0] > 150  # type: ignore[index]


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that unpacks to side × side dots."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def animation() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (bomb(50_000), "image/png"),
        (bomb(7_000), "image/png"),
        (picture()[:400], "image/jpeg"),
        (b"\xff\xd8\xff" + b"no picture" * 50, "image/jpeg"),
        (b"", "image/jpeg"),
        (picture("PNG"), "image/jpeg"),
        (animation(), "image/webp"),
        (b"%PDF-1.7 /Author (Botagoz)", "application/pdf"),
        (b"OggS", "audio/ogg"),
        (bytes(22 * 1024 * 1024), "image/jpeg"),
    ],
    ids=["bomb", "unpacks short", "cut off", "none", "empty", "another format", "moves", "PDF", "voice", "too large"],
)
def test_what_cannot_be_cleaned_does_not_leave(content: bytes, media: str) -> None:
    with pytest.raises(NotCleanedError):
        without_metadata(content, media)


def test_a_document_tells_what_stands_readable_in_it() -> None:
    document = b"%PDF-1.7\n1 0 obj << /Author (Botagoz) /CreationDate (D:20260301) /Producer (Canarybrand) >>"
    assert told_by(document, "application/pdf") == {
        "author": "Botagoz",
        "taken": "D:20260301",
        "software": "Canarybrand",
    }


def test_a_picture_that_lies_about_itself_tells_one_short_line() -> None:
    image, out, exif = Image.new("RGB", (8, 8)), io.BytesIO(), Image.Exif()
    exif[0x010F] = "x" * 5000 + "\u202e\n<script>"
    exif.get_ifd(0x8825)[2] = (900.0, 0.0, 0.0)
    exif.get_ifd(0x8825)[1] = "N"
    image.save(out, "JPEG", exif=exif)
    told = told_by(out.getvalue(), "image/jpeg")
    assert told == {"device": "x" * 120}


def test_files_are_looked_at_once_and_what_they_tell_is_ciphertext(store: Store) -> None:
    for content in (picture(), b"\xff\xd8\xff nothing", b"OggS" + b"a voice" * 10):
        with store.unit("test") as unit:
            file_id = begin_file(unit, SYSTEM)
        writer = FileWriter(
            store,
            file_id,
            SYSTEM,
            media_of=lambda first: "image/jpeg" if first[:1] == b"\xff" else "audio/flac",
            limit=10**6,
        )
        writer.write(content)
        with store.unit("test") as unit:
            writer.finish(unit)
    assert look_at_files(store) == 2
    assert look_at_files(store) == 0
    with store.read() as unit:
        rows = unit.session.scalars(select(StoredFile).order_by(StoredFile.finished_at, StoredFile.id)).all()
        told = [what_it_tells(unit, row) for row in rows]
        assert sorted(len(one) for one in told) == [0, 1, 6], told
        assert not any(b"Canarybrand" in (row.about or b"") for row in rows)
