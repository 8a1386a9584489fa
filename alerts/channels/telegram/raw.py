"""The Bot API without interpretation: for ``getUpdates``, whose answers are kept as they came, and for files.

Asked through ``telegram.Bot``, one malformed update makes the whole batch raise, again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
from telegram.error import TelegramError

from alerts.channels.telegram.errors import error_of
from alerts.channels.telegram.failures import failure_of_answer, read_object

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alerts.channels.telegram.request import AiohttpRequest


class RawBotApi:
    """Calls methods of one bot by name, and fetches the files people sent it."""

    def __init__(self, request: AiohttpRequest, base: str, files: str) -> None:
        self._request = request
        self._base = base
        self._files = files

    async def post(self, method: str, payload: dict[str, Any], timeout: float) -> Any:  # noqa: ASYNC109  of the call
        """Call a method and return its ``result``, decoded JSON and nothing more.

        The call may take ``timeout`` seconds in all: a long poll needs more than it asks Telegram to wait. Raises
        ChannelError; a second poller is Misconfigured.
        """
        try:
            return await self._result(method, payload, timeout)
        except TelegramError as error:
            failure = error_of(error)
        raise failure

    async def stream(self, path: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of the file that ``getFile`` said is at ``path``.

        Raises ChannelError, also when nothing came for ``silence`` seconds.
        """
        try:
            async for piece in self._request.stream(f"{self._files}/{quote(path)}", silence):
                yield piece
        except TelegramError as error:
            failure = error_of(error)
        else:
            return
        raise failure

    async def _result(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
        body = aiohttp.JsonPayload(payload)
        status, said = await self._request.exchange("POST", f"{self._base}/{method}", body, seconds)
        answer = read_object(said)
        if answer is None or answer.get("ok") is not True or "result" not in answer:
            raise failure_of_answer(status, said)
        return answer["result"]
