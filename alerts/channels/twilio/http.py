"""Requests to Twilio's API over one aiohttp session.

Twilio's own clients repeat nothing that we would not, but they log numbers and words, follow the proxies of the
environment, and cannot tell a request that never left (safe to repeat) from one whose answer never came (unknown).
This one is given to Twilio's library in their place, and raises the port's errors, which pass through its objects
unchanged.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from alerts.channels.departures import Departure, departures
from alerts.channels.port import PermanentFailure, TemporaryFailure, UnknownOutcome
from alerts.channels.twilio.errors import UNREADABLE, error_of_answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from types import TracebackType
    from typing import Self

TIMEOUT = 10.0
"""Seconds for one whole call, waiting for a free connection included."""
CONNECTIONS = 20
PIECE = 64 * 1024
API_URL = "https://api.twilio.com"
SENT_ON = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}
STORAGE = re.compile(r"([a-z0-9-]+\.)*twiliocdn\.com|s3-external-1\.amazonaws\.com")
"""Where Twilio stores what comes with messages, behind addresses that are good for some hours;
https://www.twilio.com/docs/messaging/api/media-resource"""
HTTPS = 443
READABLE = {
    "GET": {HTTPStatus.OK},
    "POST": {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED},
    "DELETE": {HTTPStatus.NO_CONTENT},
}


@dataclass(frozen=True)
class Answer:
    """An answer as Twilio's library reads it."""

    status_code: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def content(self) -> bytes:
        """The same as bytes: the library looks at these where it deletes."""
        return self.text.encode()


class TwilioHttp:
    """An HTTP client for ``twilio.rest.Client``, shared by any number of calls at once.

    Use as an async context manager: between entering and leaving there is one session, which belongs to the running
    event loop. Whatever host the library names, the request goes to ``api_url`` (TWILIO_API_URL; None: Twilio's own):
    the token goes where the settings say, and nowhere else. Redirections are not followed (but see ``stream``), proxies
    of the environment are not used, nothing is repeated.
    """

    is_async = True

    def __init__(self, api_url: str | None = None, *, timeout: float = TIMEOUT) -> None:
        self._base = (api_url or API_URL).rstrip("/")
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[departures()],
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def request(  # noqa: PLR0917  the signature is the library's
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  the library never gives one
        allow_redirects: bool = False,  # noqa: FBT001, FBT002  as above
    ) -> Answer:
        """Make one call and return an answer that says yes; everything else is raised as a ChannelError."""
        del timeout, allow_redirects
        status, said, answer_headers = await self._exchange(
            method,
            f"{self._base}{_path(uri)}",
            params=_fields(params),
            data=None if method == "GET" else _fields(data),
            headers={**(headers or {}), **_authorisation(auth)},
        )
        if status in READABLE.get(method, ()):
            return Answer(status, said.decode(errors="replace"), answer_headers)
        raise error_of_answer(status, said, answer_headers.get("Retry-After", ""))

    async def stream(
        self, path: str, auth: tuple[str, str], silence: float, *, stored_apart: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """Yield the bytes that lie at a path of the API; raises ChannelError. ``silence``: seconds without a byte.

        ``stored_apart``: the API may send us on, once, to where Twilio stores such files. Nobody is followed anywhere
        else, and the token stays with the API.
        """
        if self._session is None:
            raise _not_sent("session closed")
        timeout = aiohttp.ClientTimeout(total=None, connect=self._timeout, sock_read=silence)
        url, headers, goes_on = URL(f"{self._base}{path}"), _authorisation(auth), stored_apart
        try:
            while True:
                async with self._session.get(
                    url, headers=headers, timeout=timeout, allow_redirects=False, trace_request_ctx=Departure()
                ) as answer:
                    if answer.status not in SENT_ON or not goes_on:
                        async for piece in _pieces(answer):
                            yield piece
                        return
                    url, headers = stored_at(self._base, answer.headers.get("Location", "")), {}
                    goes_on = False
        except (aiohttp.ClientError, OSError) as error:
            reason = type(error).__name__
        raise _not_sent(reason)

    async def _exchange(self, method: str, url: str, **request: Any) -> tuple[int, bytes, Mapping[str, str]]:
        if self._session is None:
            raise _not_sent("session closed")
        departure = Departure()
        try:
            async with self._session.request(
                method,
                url,
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                allow_redirects=False,
                trace_request_ctx=departure,
                **request,
            ) as answer:
                return answer.status, await answer.read(), answer.headers
        except (aiohttp.ClientError, OSError) as error:
            reason = type(error).__name__
        # Outside of the handler: what was caught names the account, and must not travel along as context.
        raise _no_answer(reason) if departure.begun else _not_sent(reason)


async def _pieces(answer: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    if answer.status != HTTPStatus.OK:
        raise error_of_answer(answer.status, await answer.read(), answer.headers.get("Retry-After", ""))
    async for piece in answer.content.iter_chunked(PIECE):
        yield piece


def stored_at(base: str, where: str) -> URL:
    """Return the address of a stored file; PermanentFailure for one that is neither the API's nor Twilio's storage."""
    try:
        url = URL(where, encoded=True)
        ours = url.is_absolute() and url.origin() == URL(base).origin()
        theirs = (
            url.scheme == "https" and url.port == HTTPS and url.user is None and bool(STORAGE.fullmatch(url.host or ""))
        )
    except ValueError:
        ours = theirs = False
    if ours or theirs:
        return url
    raise PermanentFailure("stored_elsewhere", "the file is said to lie at an address that is not Twilio's")


def unreadable() -> UnknownOutcome:
    """Make the error for an answer that says yes but makes no sense."""
    return UnknownOutcome(UNREADABLE, "the answer could not be read; Twilio may have taken it")


def _not_sent(reason: str) -> TemporaryFailure:
    return TemporaryFailure("not_sent", f"no connection to Twilio, nothing was sent ({reason})")


def _no_answer(reason: str) -> UnknownOutcome:
    return UnknownOutcome("no_answer", f"the request left and no answer came ({reason})")


def _authorisation(auth: tuple[str, str] | None) -> Mapping[str, str]:
    return {} if auth is None else {"Authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"}


def _path(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _fields(values: Mapping[str, object] | None) -> list[tuple[str, str]]:
    """Form fields or a query; a list is a field that comes several times."""
    return [
        (name, str(value))
        for name, given in (values or {}).items()
        for value in (given if isinstance(given, list) else [given])
        if value is not None
    ]
