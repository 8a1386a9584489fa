"""Whether a request began to leave this machine: before that it is safe to repeat, after it its outcome is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from types import SimpleNamespace


@dataclass
class Departure:
    """Given along with one request (``trace_request_ctx``) of a session that traces :func:`departures`."""

    begun: bool = False


def departures() -> aiohttp.TraceConfig:
    """Note that a request leaves, just before its first byte does."""
    tracing = aiohttp.TraceConfig()

    async def leaving(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.begun = True

    tracing.on_request_headers_sent.append(leaving)
    return tracing
