"""One Twilio account: Twilio's own library, asking through our HTTP client."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from alerts.channels.port import Misconfigured, PermanentFailure
from alerts.channels.twilio.errors import NO_SUCH_THING
from alerts.channels.twilio.http import TIMEOUT, TwilioHttp, unreadable
from contacts.values import PHONE_NUMBER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable
    from types import TracebackType
    from typing import Self

Result = TypeVar("Result")

ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
AUTH_TOKEN = re.compile(r"[!-~]+")
SID = re.compile(r"[A-Z]{2}[0-9a-zA-Z]{1,40}")
UNKNOWN_MESSAGE = "unknown_message"
STATUS_PATH = "/webhooks/twilio/status"
VOICE_PATH = "/webhooks/twilio/voice"


class TwilioAccount:
    """What the channels of one account share: credentials, session, library.

    Use as an async context manager, entered in the event loop that sends. Making it asks Twilio nothing. ``api_url`` is
    TWILIO_API_URL, None for Twilio's own; ``timeout`` seconds limit each call. Misconfigured if the account or the
    token cannot be one.
    """

    def __init__(
        self, account_sid: str, auth_token: str, api_url: str | None = None, *, timeout: float = TIMEOUT
    ) -> None:
        if not ACCOUNT_SID.fullmatch(account_sid):
            raise Misconfigured("account_malformed", "TWILIO_ACCOUNT_SID is not AC and 32 hexadecimal digits")
        if not AUTH_TOKEN.fullmatch(auth_token):
            raise Misconfigured("token_malformed", "TWILIO_AUTH_TOKEN is empty or holds a space or a foreign letter")
        self._http = TwilioHttp(api_url, timeout=timeout)
        self._client = _client(account_sid, auth_token, self._http)
        self._account_sid = account_sid
        self._auth_token = auth_token

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, traceback)

    @property
    def messages(self) -> Any:
        """The library's list of messages; await what it gives through ``readable``."""
        return self._client.messages

    @property
    def calls(self) -> Any:
        """The library's list of calls; await what it gives through ``readable``."""
        return self._client.calls

    @property
    def recordings(self) -> Any:
        """The library's list of recordings; await what it gives through ``readable``."""
        return self._client.recordings

    @property
    def incoming_phone_numbers(self) -> Any:
        """The library's list of the account's own numbers; await what it gives through ``readable``."""
        return self._client.incoming_phone_numbers

    def listen(self, recording_sid: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a recording; raises ChannelError. ``silence``: seconds that may pass without a byte."""
        path = f"/2010-04-01/Accounts/{self._account_sid}/Recordings/{checked_sid(recording_sid)}.mp3"
        return self._http.stream(path, (self._account_sid, self._auth_token), silence)

    def attached(self, message_sid: str, media_sid: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a file that came with a message; as ``listen``."""
        message = f"/2010-04-01/Accounts/{self._account_sid}/Messages/{checked_sid(message_sid)}"
        path = f"{message}/Media/{checked_sid(media_sid)}"
        return self._http.stream(path, (self._account_sid, self._auth_token), silence, stored_apart=True)

    async def check(self) -> None:
        """Ask Twilio whether it knows account and token; raises ChannelError. Changes nothing, costs nothing."""
        await readable(self._client.api.accounts(self._account_sid).fetch_async())


async def readable(call: Awaitable[Result]) -> Result:
    """Await a call of the library. An answer that it cannot read is UnknownOutcome, free of what it held."""
    from twilio.base.exceptions import TwilioException  # heavy, see the package

    try:
        return await call
    except (AttributeError, LookupError, TypeError, ValueError, TwilioException):
        pass  # Twilio said yes, but its library stumbled over the answer
    # Outside of the handler: what was caught may quote the answer.
    raise unreadable()


async def about_one(call: Awaitable[Result]) -> Result:
    """Await a call about one message or call; PermanentFailure if Twilio does not know it (any more)."""
    try:
        return await readable(call)
    except Misconfigured as error:
        if error.code != NO_SUCH_THING:
            raise
    raise unknown_message()


def unknown_message() -> PermanentFailure:
    """Make the error for an identifier that leads to nothing."""
    return PermanentFailure(UNKNOWN_MESSAGE, "Twilio knows no such message or call")


def sid_of(answer: Any) -> str:
    """Return the identifier in an answer; UnknownOutcome if there is none."""
    sid = answer.sid
    if not isinstance(sid, str) or not SID.fullmatch(sid):
        raise unreadable()
    return sid


def checked_sid(provider_id: str) -> str:
    """Return an identifier that may stand in an address of the API; PermanentFailure for anything else."""
    if not SID.fullmatch(provider_id):
        raise unknown_message()
    return provider_id


def checked_number(address: str) -> str:
    """Return a telephone number (E.164); PermanentFailure for anything else, which nobody can be reached at."""
    if not PHONE_NUMBER.fullmatch(address):
        raise PermanentFailure("number_invalid", "this is not a telephone number", recipient_gone=True)
    return address


def callback_url(public_url: str | None, path: str, attempt_id: str) -> str | None:
    """Where Twilio brings its news about an attempt; None when we cannot be reached from outside."""
    if public_url is None:
        return None
    return f"{public_url.rstrip('/')}{path}?attempt={quote(attempt_id, safe='')}"


def begun_since(record: Any, since: datetime) -> bool:
    """Say whether Twilio took this after our call began; Twilio's times have whole seconds."""
    created = record.date_created
    return isinstance(created, datetime) and created >= since.replace(microsecond=0)


def _client(account_sid: str, auth_token: str, http: TwilioHttp) -> Any:
    # Imported here: it is heavy (see the package).
    from twilio.rest import Client

    # An environment of our own: TWILIO_EDGE and TWILIO_REGION of the machine would change the address.
    client = Client(account_sid, auth_token, http_client=http, environment={"": ""})
    # Imports the rest now rather than in the middle of the first alert.
    client.messages, client.calls  # noqa: B018
    return client
