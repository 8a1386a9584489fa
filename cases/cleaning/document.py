"""Documents of office programs (docx, odt and their like): what their own description tells.

They are archives. Two small parts are read, as text and no further than so many bytes; nothing is unpacked. They cannot
be cleaned: who wrote and changed what stands in every corner of them.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from cases.cleaning.saying import said

PARTS = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
LARGEST_PART = 256 * 1024
TOLD = (
    (re.compile(rb"<dc:creator[^>]*>([^<]{1,300})<"), "author"),
    (re.compile(rb"<meta:initial-creator[^>]*>([^<]{1,300})<"), "author"),
    (re.compile(rb"<cp:lastModifiedBy[^>]*>([^<]{1,300})<"), "author"),
    (re.compile(rb"<dcterms:created[^>]*>([^<]{1,300})<"), "taken"),
    (re.compile(rb"<meta:creation-date[^>]*>([^<]{1,300})<"), "taken"),
    (re.compile(rb"<Application[^>]*>([^<]{1,300})<"), "software"),
    (re.compile(rb"<meta:generator[^>]*>([^<]{1,300})<"), "software"),
)
"""What is looked for, most telling first."""


def tell(content: bytes, _media: str) -> dict[str, Any]:
    """Say who wrote it, when and with what; nothing where it is another kind of archive."""
    text = _parts(content)
    found: dict[str, Any] = {}
    for pattern, name in TOLD:
        value = pattern.search(text)
        if value is not None and said(value[1]):
            found.setdefault(name, said(value[1]))
    return found


def _parts(content: bytes) -> bytes:
    read = b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in PARTS:
            if name in archive.NameToInfo:
                with archive.open(name) as part:
                    read += part.read(LARGEST_PART)
    return read


def clean(_content: bytes, _media: str) -> bytes:
    """Raise ValueError: it cannot be done."""
    raise ValueError
