"""What a form brings, read in memory and within bounds: nothing a person sends is written to a temporary file.

Nothing is refused for its size: the words come first in every form, so what lies beyond the bounds is the end of a
file, and a file that is cut off is not kept while the words beside it are. What is no form reads as an empty one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Field, File, MultipartDecoder, NeedData, State

from cases.media import media_type

if TYPE_CHECKING:
    from typing import IO

LARGEST_BODY: Final = 10 * 1024 * 1024
"""Bytes of a form that are read, files and all."""
LARGEST_PLAIN: Final = 512 * 1024
"""Bytes of a form without files."""
LONGEST_TEXT: Final = 20_000
"""Characters of one field that are kept; the page tells browsers so."""
LONGEST_NAME: Final = 120
MOST_PARTS: Final = 40
_AT_A_TIME: Final = 256 * 1024
_KINDS: Final = {"image": "photo", "video": "video", "audio": "voice"}


@dataclass(frozen=True)
class Upload:
    """One file. ``whole``: whether all of it came; ``name`` is what the sender's device calls it."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    whole: bool = True

    @property
    def media(self) -> str:
        """What its first bytes look like."""
        return media_type(self.content[:64])

    @property
    def kind(self) -> str:
        """What kind of message it is, as at the other door."""
        return _KINDS.get(self.media.partition("/")[0], "document")

    @cached_property
    def digest(self) -> bytes:
        """Of its content, to recognise what comes again."""
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True)
class Form:
    """The first value of every field, and the files. ``cut``: whether a field was longer than is kept."""

    fields: dict[str, str] = field(repr=False)
    uploads: tuple[Upload, ...] = field(default=(), repr=False)
    cut: bool = False

    def get(self, name: str) -> str:
        """One field; empty where there is none."""
        return self.fields.get(name, "")


def read_form(stream: IO[bytes], content_type: str, length: int | None) -> Form:
    """Read a form of so many bytes (None: as many as come). Never raises for what is in it."""
    kind, boundary = _what_it_is(content_type)
    most = LARGEST_PLAIN if boundary is None else LARGEST_BODY
    body = stream.read(most if length is None else min(length, most))
    if kind == "application/x-www-form-urlencoded":
        return _plain(body)
    return Form({}) if boundary is None else _with_files(body, boundary)


def _what_it_is(content_type: str) -> tuple[str, bytes | None]:
    """Return the media type of a body, and the boundary of one with files."""
    kind, options = parse_options_header(content_type[:500])
    boundary = options.get("boundary", "")
    with_files = kind == "multipart/form-data" and boundary.isascii() and boundary.isprintable() and boundary != ""
    return kind, boundary.encode("ascii") if with_files else None


def _plain(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError:
        return Form({})
    return _form([(name, value.encode("utf-8", "replace")) for name, value in pairs], [])


def _with_files(body: bytes, boundary: bytes) -> Form:
    parts, whole = _Parts(), False
    decoder = MultipartDecoder(boundary, max_parts=MOST_PARTS)
    try:
        for at in range(0, len(body), _AT_A_TIME):
            decoder.receive_data(body[at : at + _AT_A_TIME])
            while not isinstance(event := decoder.next_event(), NeedData):
                parts.take(event)
        whole = decoder.state is State.EPILOGUE
    except (ValueError, RequestEntityTooLarge):
        pass  # what was read until here is kept
    return parts.form(whole=whole)


class _Parts:
    """The parts of one body as they come."""

    def __init__(self) -> None:
        self._fields: list[tuple[str, bytes]] = []
        self._files: list[Upload] = []
        self._open: Field | File | None = None
        self._pieces: list[bytes] = []

    def take(self, event: object) -> None:
        if isinstance(event, Field | File):
            self._open, self._pieces = event, []
        elif isinstance(event, Data) and self._open is not None:
            self._pieces.append(event.data)
            if not event.more_data:
                self._end(whole=True)

    def _end(self, *, whole: bool) -> None:
        part, content = self._open, b"".join(self._pieces)
        self._open, self._pieces = None, []
        if isinstance(part, Field):
            self._fields.append((part.name or "", content))  # a part may come without any name
        elif isinstance(part, File) and part.filename:
            self._files.append(Upload(_name(part.filename), content, whole))

    def form(self, *, whole: bool) -> Form:
        """All of them; of a body that ended too early, with a file that is not whole, for whatever did not come."""
        if self._open is not None:
            self._end(whole=False)
        if not whole and all(one.whole for one in self._files):
            self._files.append(Upload("", b"", whole=False))
        return _form(self._fields, self._files)


def _form(pairs: list[tuple[str, bytes]], files: list[Upload]) -> Form:
    fields: dict[str, str] = {}
    cut = False
    for name, raw in pairs:
        text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        cut = cut or len(text) > LONGEST_TEXT
        fields.setdefault(name, text[:LONGEST_TEXT])
    return Form(fields, tuple(files), cut)


def _name(filename: str) -> str:
    """The last part of a name, as one short line."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(one if one.isprintable() else " " for one in last)[-LONGEST_NAME:]
