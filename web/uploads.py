"""How the server takes in a form with files: so much of it in memory, and the rest read and let go of.

A browser that is still sending does not read an answer. So a form that is far too large is read to its end, while only
its beginning, in which the words stand, is kept: whoever sent it is answered, and told what to do. Nothing of a request
is ever written to a temporary file.
"""

from __future__ import annotations

import copy
from io import BytesIO
from typing import Any, Final

from flask import Request
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from web.report.body import LARGEST_BODY

PATHS: Final = ("/report",)
"""Where forms with files are sent."""
READ_AT_MOST: Final = 128 * 1024 * 1024
"""Bytes of such a form that are read at all; whoever sends more is cut off."""
TOGETHER: Final = 160 * 1024 * 1024
"""Bytes that all bodies under way may take in memory; beyond that the one that has taken longest is cut off."""
SLOWEST: Final = 8 * 1024
"""Bytes a second: at this pace or a faster one nobody is cut off for being slow."""


class Beginning:
    """A buffer that keeps the beginning of what it is given."""

    def __init__(self, most: int) -> None:
        self._file = BytesIO()
        self._most = most
        self._kept = 0

    def __len__(self) -> int:
        return self._kept

    def append(self, data: bytes) -> None:
        """Keep what there is room for, and let go of the rest."""
        kept = data[: self._most - self._kept]
        self._kept += self._file.write(kept)

    def getfile(self) -> BytesIO:
        """Return what was kept, to be read from its beginning."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Let go of it all."""
        self._file.close()


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Waitress's parser, with room for files where forms with files are sent."""

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request; raises what waitress's raises."""
        super().parse_header(header_plus)
        if self.body_rcv is not None and self.command == "POST" and self.path.startswith(PATHS):
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = READ_AT_MOST
            self.body_rcv.buf = Beginning(LARGEST_BODY)


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose requests are read by :class:`Parser`."""

    parser_class = Parser


class InMemory(Request):
    """A request whose files stay in memory, as its body does: werkzeug's go to a temporary file from 500 KB on."""

    def _get_file_stream(self, *_args: object, **_kwargs: object) -> BytesIO:
        return BytesIO()


def kept_of(request: Any) -> int:
    """Bytes of a request under way that lie in memory."""
    return 0 if request.body_rcv is None else len(request.body_rcv)


def received_of(request: Any) -> int:
    """Bytes of its body that have come so far."""
    return int(request.body_bytes_received)
