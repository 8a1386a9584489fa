"""Recordings of those who called us: which there are of a call, and their bytes.

Fetched with the account's token from the address that the API has for them, and never from one that somebody names.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from alerts.channels.port import Misconfigured, TemporaryFailure
from alerts.channels.twilio.account import SID, checked_sid, readable
from alerts.channels.twilio.errors import NO_SUCH_THING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alerts.channels.twilio.account import TwilioAccount

LOOKED_AT = 20
"""Recordings of one call that are asked for."""


class Recordings:
    """What the provider has recorded. Every method raises ChannelError."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def of_call(self, call_sid: str) -> list[str]:
        """Return the names of the recordings of one call, the oldest first; none where it knows no such call."""
        found = self._account.recordings.list_async(
            call_sid=checked_sid(call_sid), limit=LOOKED_AT, page_size=LOOKED_AT
        )
        sids = [str(one.sid) for one in await readable(found)]
        return [sid for sid in reversed(sids) if SID.fullmatch(sid)]

    async def post(self, _method: str, payload: dict[str, Any], _seconds: float) -> dict[str, str]:
        """Say where a file lies, as the fetching of files asks for it: by its name."""
        return {"file_path": str(payload["file_id"])}

    async def stream(self, path: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a recording. One that is not there yet is a TemporaryFailure: it takes a while."""
        try:
            async with aclosing(self._account.listen(path, silence)) as pieces:
                async for piece in pieces:
                    yield piece
        except Misconfigured as error:
            if error.code != NO_SUCH_THING:
                raise
            raise TemporaryFailure("not_there", "the recording is not there, or not yet") from None
