"""Answers packed for the way (gzip): pages are read over poor lines.

Packing can betray a secret that stands in one page beside words an attacker chose, by its length (BREACH). Here they
would have to make the reader's browser ask with its session, which SameSite=Strict cookies do not go along with.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Response

WORTH: Final = 1024
"""Bytes from which on it is worth it."""
QUICKLY: Final = 4
KINDS: Final = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "text/csv"})
STATIC: Final = 64
"""Files of ours that are kept packed."""


def packed(response: Response) -> Response:
    """Pack an answer whose asker takes it packed; what is sent piece by piece stays as it is."""
    if response.mimetype not in KINDS or response.status_code != 200:  # noqa: PLR2004  the one with a whole body
        return response
    response.vary.add("Accept-Encoding")
    if (response.is_streamed and not response.direct_passthrough) or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < WORTH:
        return response
    is_ours = request.endpoint == "static"
    response.set_data(_once(body) if is_ours else gzip.compress(body, QUICKLY, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if is_ours:
        response.set_etag(response.get_etag()[0] or "", weak=True)
    return response


@lru_cache(STATIC)
def _once(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
