"""What a file looks like by its first bytes: a remark for people. Nothing is served or handled by it."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "application/octet-stream"
ARCHIVE: Final = "application/zip"

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", ARCHIVE),
    (b"PK\x05\x06", ARCHIVE),
    (b"\x1f\x8b", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"MZ", "application/x-msdownload"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_ISO_IMAGES: Final = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
_ISO_SOUNDS: Final = (b"M4A ", b"M4B ")
_SUFFIXES: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "application/pdf": "pdf",
}


def media_type(beginning: bytes) -> str:
    """Return the media type that the first bytes of a file suggest; UNKNOWN if they suggest none. Never raises."""
    if beginning[:4] == b"RIFF":
        return _RIFF.get(beginning[8:12], UNKNOWN)
    if beginning[4:8] == b"ftyp":
        return _iso_type(beginning[8:12])
    return next((media for mark, media in _BEGINNINGS if beginning.startswith(mark)), UNKNOWN)


def suffix_of(media: str) -> str:
    """Return what a saved file's name may end with; ``bin`` for everything that could be a program or is not known."""
    return _SUFFIXES.get(media, "bin")


def suffix_of_copy(media: str) -> str:
    """Return what the name of a copy without hidden data may end with: of a text of an office program, plain text."""
    return "txt" if media == ARCHIVE else suffix_of(media)


def _iso_type(brand: bytes) -> str:
    if brand in _ISO_IMAGES:
        return "image/heic"
    return "audio/mp4" if brand in _ISO_SOUNDS else "video/mp4"
