"""Files that came with messages to us: their bytes, by the names that the API has for them.

Fetched with the account's token from the API, which sends us on to where Twilio stores them; never from an address that
a request names.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from alerts.channels.port import Misconfigured, TemporaryFailure
from alerts.channels.twilio.errors import NO_SUCH_THING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alerts.channels.twilio.account import TwilioAccount


class Attachments:
    """What people sent with texts. Every method raises ChannelError."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def post(self, _method: str, payload: dict[str, Any], _seconds: float) -> dict[str, str]:
        """Say where a file lies, as the fetching of files asks for it: by its name, MESSAGE/FILE."""
        return {"file_path": str(payload["file_id"])}

    async def stream(self, path: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a file. One that is not there, or not yet, is a TemporaryFailure."""
        message, _, media = path.partition("/")
        try:
            async with aclosing(self._account.attached(message, media, silence)) as pieces:
                async for piece in pieces:
                    yield piece
        except Misconfigured as error:
            if error.code != NO_SUCH_THING:
                raise
            raise TemporaryFailure("not_there", "the file is not there, or not yet") from None
