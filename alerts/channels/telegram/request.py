"""Requests to the Bot API over one aiohttp session.

python-telegram-bot's default client gets slower the more one asks of it at once; this one does not. It also tells
apart what matters for delivery: a request that never left (safe to repeat) and one whose answer never came (unknown).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
from telegram.request import BaseRequest

from alerts.channels.departures import Departure, departures
from alerts.channels.telegram.failures import (
    ForeignAnswerError,
    NeverSentError,
    NoAnswerError,
    failure_of_answer,
    read_object,
)
from alerts.channels.telegram.proxies import FAILURES, WayOut
from alerts.channels.telegram.quiet import quiet_loggers
from alerts.channels.telegram.raw import RawBotApi

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from telegram._utils.types import ODVInput
    from telegram.request import RequestData

TIMEOUT = 10.0
"""Seconds for one whole call, waiting for a free connection included; nothing may hang longer on a provider."""
CONNECTIONS = 100
OK = range(200, 300)
PIECE = 64 * 1024
"""Bytes of a file that are handed on at a time."""


class AiohttpRequest(BaseRequest):
    """A request object for ``telegram.Bot``, shared by any number of calls at once.

    Use as an async context manager: between entering and leaving there is one session, which belongs to the running
    event loop. Calls raise only the errors of ``failures``. Redirections are not followed and proxies of the
    environment are not used: the token goes where the settings say, and nowhere else. ValueError for a proxy that is
    not spoken.
    """

    def __init__(self, *, proxy: str | None = None, timeout: float = TIMEOUT, connections: int = CONNECTIONS) -> None:
        self._way_out = WayOut(proxy)
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        quiet_loggers()

    @property
    def read_timeout(self) -> float | None:
        """Seconds a call may take."""
        return self._timeout

    async def initialize(self) -> None:
        """Open the session; opening an open one changes nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._way_out.connector(self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trace_configs=[departures()],
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; closing a closed one changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917  the signature is the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call. A ``read_timeout`` in seconds limits the whole of it; the other limits are part of that."""
        del write_timeout, connect_timeout, pool_timeout
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._timeout
        body = None if request_data is None else _body(request_data)
        status, answer = await self.exchange(method, url, body, seconds)
        if status not in OK:
            raise failure_of_answer(status, answer)
        return status, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read a successful answer. Unlike the library's, it logs nothing of what it cannot read."""
        answer = read_object(payload)
        if answer is None or "result" not in answer:
            raise ForeignAnswerError(OK.start)
        return answer

    async def exchange(self, method: str, url: str, body: Any, seconds: float) -> tuple[int, bytes]:
        """Make one call and give back status and bytes, whatever they say.

        NeverSentError or NoAnswerError when there is no complete answer after so many seconds. Never repeats.
        """
        if self._session is None:
            raise NeverSentError("session closed")
        departure = Departure()
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                timeout=aiohttp.ClientTimeout(total=seconds),
                proxy=self._way_out.http,
                allow_redirects=False,
                trace_request_ctx=departure,
            ) as answer:
                return answer.status, await answer.read()
        except FAILURES as error:
            reason = type(error).__name__
        # Outside of the handler: what was caught names the address, and must not travel along as context.
        raise NoAnswerError(reason) if departure.begun else NeverSentError(reason)

    async def stream(self, url: str, seconds: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes at an address as they come; ``seconds`` is the longest silence that is borne.

        NeverSentError or NoAnswerError when they end too early, another error of ``failures`` for a refusal.
        """
        if self._session is None:
            raise NeverSentError("session closed")
        departure = Departure()
        refused: tuple[int, bytes] | None = None
        reason = ""
        try:
            async with self._session.get(
                url,
                timeout=aiohttp.ClientTimeout(total=None, connect=seconds, sock_connect=seconds, sock_read=seconds),
                proxy=self._way_out.http,
                allow_redirects=False,
                trace_request_ctx=departure,
            ) as answer:
                if answer.status in OK:
                    async for piece in answer.content.iter_chunked(PIECE):
                        yield piece
                    return
                refused = answer.status, await answer.content.read(PIECE)
        except FAILURES as error:
            reason = type(error).__name__
        # Outside of the handler, as above.
        if refused is not None:
            raise failure_of_answer(*refused)
        raise NoAnswerError(reason) if departure.begun else NeverSentError(reason)

    def api(self, token: str, base_url: str) -> RawBotApi:
        """Return a way to call methods without having the answers turned into objects, and to fetch files."""
        return RawBotApi(self, f"{base_url}/bot{token}", f"{base_url}/file/bot{token}")


def _body(data: RequestData) -> Any:
    """The body of a call: JSON, which costs half of what a form does, or multipart where files go with it."""
    if not data.contains_files:
        return aiohttp.BytesPayload(data.json_payload, content_type="application/json")
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
