"""The Telegram channel: plain text and buttons, previews off, nothing interpreted as markup."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError

from alerts.channels.port import (
    ChannelError,
    Keyboard,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    Sent,
    UnknownOutcome,
)
from alerts.channels.telegram.errors import NOT_MODIFIED, error_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from pathlib import Path

    from alerts.channels.telegram.request import AiohttpRequest

Result = TypeVar("Result")

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
LONGEST_CAPTION = 1024
"""Characters that may stand under a voice message."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""A preview would fetch one-time links."""


class TelegramChannel:
    """Sends through one bot account; a ``Channel`` whose addresses are chat ids.

    Making it asks Telegram nothing, so that it works as soon as Telegram does. ``base_url`` is TELEGRAM_API_URL,
    without the ``/bot``. The request is opened and closed by whoever made it. Misconfigured if the token is none.
    """

    def __init__(self, token: str, base_url: str, request: AiohttpRequest) -> None:
        if not TOKEN.fullmatch(token):
            raise Misconfigured("token_malformed", "TELEGRAM_BOT_TOKEN is not digits, a colon and letters")
        base = base_url.rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request,
            get_updates_request=request,  # never used, but a default client would be made
        )

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message to Telegram; raises ChannelError. The id is unique within the chat only.

        A recording goes with its words below it. Who takes no voice messages, which people can forbid, gets the words.
        What failed for the moment is raised: for whoever cannot read, words alone are nothing.
        """
        if message.recording is not None and len(message.text) <= LONGEST_CAPTION:
            spoken = await _read(message.recording)
            try:
                return await _translated(self._speak(message, spoken)) if spoken else await self._write(message)
            except PermanentFailure as error:
                if error.recipient_gone:
                    raise
        return await self._write(message)

    async def edit(self, address: str, provider_id: str, text: str, keyboard: Keyboard) -> None:
        """Rewrite a message; raises ChannelError. One that reads so already is fine."""
        if not provider_id.isdecimal():
            raise PermanentFailure("edit_gone", "there is no message to edit")
        call = self._bot.edit_message_text(
            chat_id=address,
            message_id=int(provider_id),
            text=text,
            reply_markup=_markup(keyboard),
            link_preview_options=NO_PREVIEW,
        )
        try:
            await _translated(call)
        except PermanentFailure as error:
            if error.code != NOT_MODIFIED:
                raise

    async def answer(self, callback_id: str, text: str) -> None:
        """Answer a press; raises ChannelError (PermanentFailure for one that is too old, which harms nobody)."""
        await _translated(self._bot.answer_callback_query(callback_id, text=text or None))

    async def delete(self, address: str, provider_ids: Sequence[str]) -> None:
        """Erase messages younger than 48 hours; raises ChannelError. Telegram passes over those it cannot erase."""
        numbers = [int(one) for one in provider_ids if one.isdecimal()]
        if numbers:
            await _translated(self._bot.delete_messages(address, numbers))

    async def leave(self, address: str) -> None:
        """Leave a group; raises ChannelError. One that was left already, or is gone, is fine."""
        try:
            await _translated(self._bot.leave_chat(address))
        except PermanentFailure as error:
            if not error.recipient_gone:
                raise

    async def _write(self, message: Outgoing) -> Sent:
        return await _translated(self._send(message))

    async def _speak(self, message: Outgoing, recording: bytes) -> Sent:
        sent = await self._bot.send_voice(
            chat_id=message.address,
            voice=recording,
            caption=message.text,
            reply_markup=_markup(message.keyboard),
            disable_notification=message.silent,
            protect_content=message.protected,
        )
        return Sent(str(sent.message_id))

    async def _send(self, message: Outgoing) -> Sent:
        sent = await self._bot.send_message(
            chat_id=message.address,
            text=message.text,
            reply_markup=_markup(message.keyboard),
            disable_notification=message.silent,
            protect_content=message.protected,
            link_preview_options=NO_PREVIEW,
        )
        return Sent(str(sent.message_id))


async def _read(recording: Path) -> bytes:
    """Read a recording; nothing where it is gone by now."""
    try:
        return await asyncio.to_thread(recording.read_bytes)
    except OSError:
        return b""


async def _translated(call: Awaitable[Result]) -> Result:
    """The result of a call, its failures in the port's words and free of everything they were caused by."""
    failure: ChannelError
    try:
        return await call
    except TelegramError as error:
        failure = error_of(error)
    except (AttributeError, KeyError, TypeError, ValueError):
        # Telegram said yes, but with a result that its library cannot read.
        failure = UnknownOutcome("unreadable_answer", "the answer could not be read; the message may have been taken")
    raise failure


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(one.label, callback_data=one.data, url=one.url) for one in row] for row in keyboard]
    )
