"""Sound (OGG with Opus or Vorbis, as messengers record it, and MP3): what it tells, and copies of the sound alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from cases.cleaning.saying import said

if TYPE_CHECKING:
    from collections.abc import Iterator

OGG = "audio/ogg"
EMPTY = {"opus": b"OpusTags" + bytes(8), "vorbis": b"\x03vorbis" + bytes(8) + b"\x01"}
"""How a description reads that says nothing: no program, no remarks."""
NAMES = {
    "artist": "author", "performer": "author", "tpe1": "author",
    "date": "taken", "tdrc": "taken", "tyer": "taken", "tden": "taken",
    "encoder": "software", "tsse": "software", "tenc": "software",
}  # fmt: skip
"""What remarks are called in either kind, and what they are to us; any other remark is ``more``."""


def tell(content: bytes, media: str) -> dict[str, Any]:
    """Say what a recording's remarks tell."""
    audio = _opened(content) if media == OGG else _mpeg(content)
    found: dict[str, Any] = {}
    for name, value in _remarks(audio.tags):
        ours = NAMES.get(name.lower())
        if ours is None or not value:
            found["more"] = True
        else:
            found.setdefault(ours, value)
    vendor = said(getattr(audio.tags, "vendor", ""))
    if vendor:
        found.setdefault("software", vendor)
    return found


def _remarks(tags: Any) -> Iterator[tuple[str, str]]:
    for name in () if tags is None else list(tags.keys()):
        value = tags[name]
        yield name.partition(":")[0], said(str(value[0] if isinstance(value, list) and value else value))


def _mpeg(content: bytes) -> Any:
    from mutagen.mp3 import MP3

    return MP3(io.BytesIO(content))


def _opened(content: bytes) -> Any:
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis

    return (OggOpus if b"OpusHead" in content[:100] else OggVorbis)(io.BytesIO(content))


def clean(content: bytes, media: str) -> bytes:
    """Return the sound alone; raises for what is no whole recording, or carries something beside its sound."""
    return _clean_ogg(content) if media == OGG else _clean_mpeg(content)


def _clean_ogg(content: bytes) -> bytes:
    audio = _opened(content)
    audio.tags.clear()
    audio.tags.vendor = ""
    out = io.BytesIO(content)
    audio.save(out, padding=lambda _: 0)
    cleaned = out.getvalue()
    _refuse_more_than_sound(cleaned)
    return cleaned


def _refuse_more_than_sound(content: bytes) -> None:
    """Raise ValueError unless it is pages of one stream from end to end, whose description is empty."""
    from mutagen.ogg import OggPage

    reading, pages = io.BytesIO(content), []
    while reading.tell() < len(content):
        pages.append(OggPage(reading))
    if len({page.serial for page in pages}) != 1:
        raise ValueError
    packets = OggPage.to_packets([page for page in pages if page.sequence < 3], strict=False)  # noqa: PLR2004  the heads
    if packets[1] not in EMPTY.values():
        raise ValueError


RATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second of layer III, by version (2 stands for 2.5 too) and by what stands in a frame's head."""
SAMPLES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""A second, by the two bits that say the version: 1, 2, 2.5."""
LAYER_III, SYNC = 1, 0x7FF
FEWEST_FRAMES = 8
MARKS = (b"Xing", b"Info", b"VBRI")
"""Frames that hold no sound but a table of it, and the encoder's name."""


def _clean_mpeg(content: bytes) -> bytes:
    """Copy whole frames of sound and nothing between them; raises ValueError where there are next to none."""
    frames = [frame for frame in _frames(content) if not any(mark in frame[:64] for mark in MARKS)]
    if len(frames) < FEWEST_FRAMES:
        raise ValueError
    return b"".join(frames)


def _frames(content: bytes) -> Iterator[bytes]:
    """Yield every frame that another follows, or that follows another: a head by chance has no neighbour."""
    at, in_a_row = 0, False
    while at + 4 <= len(content):
        size = _size_of(content, at)
        whole = size is not None and at + size <= len(content)
        if size is not None and whole and (in_a_row or _size_of(content, at + size) is not None):
            yield content[at : at + size]
            at, in_a_row = at + size, True
        else:
            at, in_a_row = at + 1, False


def _size_of(content: bytes, at: int) -> int | None:
    """Return how long the frame is whose head stands here; None where none does."""
    head = int.from_bytes(content[at : at + 4], "big")
    version, layer = head >> 19 & 3, head >> 17 & 3
    rate, samples, padded = head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head >> 21 != SYNC or layer != LAYER_III or version not in SAMPLES or rate in (0, 15) or samples == 3:  # noqa: PLR2004  the standard's own
        return None
    of_first = version == 3  # noqa: PLR2004  as above
    spread = 144 if of_first else 72
    return spread * RATES[1 if of_first else 2][rate] * 1000 // SAMPLES[version][samples] + padded
