"""Films, and sound in the same wrapping (MP4, M4A): when and where they were made. They cannot be cleaned.

Places, times and devices stand in several parts of them, also between the pictures; nothing we trust takes out all.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.cleaning.saying import on_earth, said

PLACE = re.compile(rb"(?:\xa9xyz.{4}|location\.ISO6709.{0,200}?)([+-]\d{2}\.\d{2,8})([+-]\d{3}\.\d{2,8})", re.DOTALL)
MADE_BY = re.compile(rb"\xa9(mak|mod|swr|too).{0,4}?(?:data.{8})?([\x20-\x7e]{2,80})", re.DOTALL)
HEADER = b"mvhd"
EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
"""From which films count their seconds."""


def tell(content: bytes, _media: str) -> dict[str, Any]:
    """Say what can be read of when, where and with what a film was made."""
    device = [said(value) for name, value in MADE_BY.findall(content) if name in (b"mak", b"mod")]
    software = [said(value) for name, value in MADE_BY.findall(content) if name in (b"swr", b"too")]
    place = PLACE.search(content)
    found: dict[str, Any] = {
        "taken": _made_at(content),
        "device": " ".join(device),
        "software": software[0] if software else "",
        "place": [] if place is None else on_earth(float(place[1]), float(place[2])),
    }
    return {name: value for name, value in found.items() if value}


def _made_at(content: bytes) -> str:
    at = content.find(HEADER)
    if at < 0 or len(content) < at + 16:
        return ""
    version = content[at + 4]
    (seconds,) = struct.unpack_from(">Q" if version == 1 else ">I", content, at + 8)
    try:
        return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M} UTC" if seconds else ""
    except OverflowError:
        return ""


def clean(_content: bytes, _media: str) -> bytes:
    """Raise ValueError: it cannot be done."""
    raise ValueError
