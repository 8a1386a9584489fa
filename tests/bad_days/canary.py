"""Canaries: things no stranger may ever learn, told to Panah, and looked for wherever a stranger might look.

Each is looked for as it is, folded as an index would fold it, and in every disguise in which bytes commonly travel.
"""

from __future__ import annotations

import base64
import json
import struct
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ALIGNMENTS = 3
"""Base64 packs three bytes into four characters, so a secret inside something longer has three faces."""


@dataclass(frozen=True)
class Canary:
    """One secret: words, digits or a number."""

    name: str
    value: str | float

    @cached_property
    def disguises(self) -> frozenset[bytes]:
        """Every form of it that is looked for."""
        if isinstance(self.value, float):
            packed = {struct.pack(form, self.value) for form in ("<d", ">d")}
            return frozenset({str(self.value).encode(), *packed})
        plain = self.value
        folded = unicodedata.normalize("NFKC", plain).casefold()
        return frozenset(form for text in {plain, folded} for form in _disguises(text))


def _disguises(text: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = text.encode(encoding)
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        yield from _in_base64(raw)
    escaped = json.dumps(text)[1:-1]
    yield escaped.encode()
    yield escaped.upper().replace("\\U", "\\u").encode()
    yield quote(text, safe="").encode()
    yield quote_plus(text).encode()


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What stays the same of the base64 of anything that contains these bytes."""
    for before in range(ALIGNMENTS):
        encoded = base64.b64encode(bytes(before) + raw)
        first = -(-before * 8 // 6)  # characters that also depend on what stands before
        last = len(raw) * 8 + before * 8
        steady = encoded[first : last // 6]
        yield steady
        yield steady.translate(bytes.maketrans(b"+/", b"-_"))


@dataclass(frozen=True)
class Sighting:
    """A secret where it must not be."""

    canary: str
    where: str


def look(canaries: Iterable[Canary], where: str, content: bytes) -> list[Sighting]:
    """Look for every canary in some bytes."""
    return [Sighting(canary.name, where) for canary in canaries if any(form in content for form in canary.disguises)]


def look_in_files(canaries: Iterable[Canary], folder: Path) -> list[Sighting]:
    """Look through every file of a folder, byte by byte."""
    watched = tuple(canaries)
    return [
        one for path in sorted(folder.rglob("*")) if path.is_file() for one in look(watched, path.name, _read(path))
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # files of a running database come and go
        return b""
