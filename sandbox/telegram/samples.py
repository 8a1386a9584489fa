"""Small real files for what a phone can send: they open in ordinary programs and contain nobody."""

import struct
from base64 import b64decode
from functools import cache

OPUS_SILENCE = b"\xf8\xff\xfe"  # one 20 ms frame of nothing
OPUS_RATE = 48_000


@cache
def voice_note(seconds: int = 4) -> bytes:
    """An Ogg Opus recording of silence."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, OPUS_RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 7) + b"sandbox" + struct.pack("<I", 0)
    pages = [_ogg_page([head], 0, 0, flags=2), _ogg_page([tags], 1, 0)]
    for second in range(seconds):
        flags = 4 if second == seconds - 1 else 0
        pages.append(_ogg_page([OPUS_SILENCE] * 50, second + 2, (second + 1) * OPUS_RATE, flags=flags))
    return b"".join(pages)


@cache
def paper() -> bytes:
    """A one-page PDF with one line of text."""
    drawing = b"BT /F1 18 Tf 72 720 Td (An invented paper, for trying things out) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(body),
    )


@cache
def photo() -> bytes:
    """A small JPEG picture."""
    return b64decode(_PHOTO)


@cache
def video() -> bytes:
    """The beginning of an MP4 file: enough for programs that look at the first bytes, not for a player."""
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp42") + struct.pack(">I4s", 8, b"mdat")


def _ogg_page(packets: list[bytes], number: int, granule: int, *, flags: int = 0) -> bytes:
    lengths = bytes(len(packet) for packet in packets)
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, number, 0, len(packets)) + lengths
    page = header + b"".join(packets)
    return page[:22] + struct.pack("<I", _ogg_checksum(page)) + page[26:]


def _ogg_checksum(page: bytes) -> int:
    total = 0
    for byte in page:
        total ^= byte << 24
        for _ in range(8):
            total = ((total << 1) ^ (0x04C11DB7 if total & 0x80000000 else 0)) & 0xFFFFFFFF
    return total


_PHOTO = """
/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABh
Y3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAAB
UAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAA
AAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9Y
WVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM
ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0o
OjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2Nj
Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCABIAGADASIAAhEBAxEB/8QAGgABAAMBAQEAAAAAAAAAAAAAAAED
BAIFBv/EADEQAAEBBQUGBQUBAQAAAAAAAAADAQIEERQSEyFCgVJVk6Gj4QUVUWNkIiVhkaJUkv/EABYBAQEBAAAAAAAAAAAAAAAA
AAABAv/EABcRAQEBAQAAAAAAAAAAAAAAAAARAUH/2gAMAwEAAhEDEQA/APqgAVl04m+pOwycjunV2ObC2Cz6GolWMFOrsc2CnV2O
bDeBSMFOrsc2CnV2ObDeBSMFOrsc2HD6b6crbJTPSMsbk1FIygAqAAA1QWfQ4jEYBRVjYtqbH7MmWlLOH7O4LPocRi0AmqxkWxNr
9mbLSdrD9E6qil8H2keN3FL4PtI8buKrwfZR4PYVXg+yjwewCl8H2keN3FL4PtI8buWw73hsS+1xFJF55jJyupYasNFHC/5kf+GA
UwaMAmq1sI1Nr9mTbKlrD9ncbk1LU4dFJ60mim42UpuusYVRuTUDKACoAADVBZ9CYiLuH2O066k2Tmm5NhEFn0JiFolN9jEYW+dl
O1eMdx9MSKq8x+HGcLuPMfhxnC7ipjt39Z0VMdu/rOgPMfhxnC7jzH4cZwu4qY7d/WdFTHbv6zoFsPF377XaddOTJzUckwiNyakw
60So+1i0LcuynavGPY+mBEbk1AygAqAAA1QWfQmIrLbKa4sSxvJznoRBZ9CYhGJUfY1GKuXZSs3bHsfXEiqvunw/6H3T4f8AQpo7
eHRdFNHbw6LoFsPWW21NxYlhdznPU0mGmjt4dF0U0dvDouhW4yxuTUmHRiU32tWir52UrN2x3H1wIjcmoxGUAFQAAFqK11a+mc/y
W1nt8wBArPb5is9vmAItKz2+YrPb5gCFKz2+ZUste2fplL8gCIqAAH//2Q==
"""
