"""What files look like by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.media import UNKNOWN, media_type, suffix_of


@pytest.mark.parametrize(
    ("beginning", "media", "suffix"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg", "jpg"),
        (b"OggS\x00\x02", "audio/ogg", "ogg"),
        (b"%PDF-1.7", "application/pdf", "pdf"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4", "mp4"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", "heic"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp", "webp"),
        (b"MZ\x90\x00", "application/x-msdownload", "bin"),
        (b"PK\x03\x04", "application/zip", "bin"),
        (b"", UNKNOWN, "bin"),
        (b"<script>", UNKNOWN, "bin"),
    ],
)
def test_first_bytes_tell_what_a_file_looks_like(beginning: bytes, media: str, suffix: str) -> None:
    assert media_type(beginning) == media
    assert suffix_of(media) == suffix


@given(st.binary(max_size=20))
def test_any_bytes_look_like_something(beginning: bytes) -> None:
    assert media_type(beginning)
