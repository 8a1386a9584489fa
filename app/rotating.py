"""Another token for the bot, or another bot in its place: what is asked first, what changes, and whom it cuts off."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from alerts.channels.port import ChannelError, Misconfigured
from alerts.channels.telegram.request import AiohttpRequest
from alerts.events import BotChanged
from contacts.directory import active_contacts, name_of, telegram_method
from contacts.models import ContactMethod
from contacts.values import ChannelName
from store.chats import Chat

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings
    from store.unit_of_work import UnitOfWork

SECONDS = 10.0
PRIVATE = 0o600


class RotationError(Exception):
    """The token is not taken; the message says why and what to do, and repeats no token."""


@dataclass(frozen=True)
class Asked:
    """What Telegram says of a new token. ``same_bot``: whether it is another token of the bot we have."""

    handle: str
    same_bot: bool
    webhook_was_set: bool
    """Whether somebody has a webhook on this bot, who gets its messages in our place."""


def ask_about(settings: Settings, token: str) -> Asked:
    """Ask Telegram whose token it is; raises RotationError for one that will not do."""
    old = "" if settings.telegram_bot_token is None else settings.telegram_bot_token.get_secret_value()
    if token == old:
        raise RotationError(
            "this is the token that is in use; have @BotFather revoke it (/revoke) and take the new one"
        )
    try:
        me, webhook = asyncio.run(_ask(settings, token))
    except Misconfigured as error:
        raise RotationError(f"{error.meaning}; nothing was changed") from None
    except ChannelError as error:
        raise RotationError(f"{error.meaning}; nothing was changed, try again") from None
    if me.get("is_bot") is not True:
        raise RotationError("Telegram does not say that this is a bot; nothing was changed")
    return Asked(
        handle=f"@{me.get('username', '?')}",
        same_bot=old.partition(":")[0] == token.partition(":")[0],
        webhook_was_set=bool(webhook.get("url")),
    )


async def _ask(settings: Settings, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    async with AiohttpRequest(proxy=settings.telegram_proxy) as request:
        api = request.api(token, settings.telegram_api_url)
        me = await api.post("getMe", {}, SECONDS)
        webhook = await api.post("getWebhookInfo", {}, SECONDS)
    return me if isinstance(me, dict) else {}, webhook if isinstance(webhook, dict) else {}


def take_away_webhook(settings: Settings, token: str) -> bool:
    """Have the bot bring its messages nowhere, dropping none; `panah up` sets our own again. Whether it was done."""
    try:
        asyncio.run(_take_away(settings, token))
    except ChannelError:
        return False
    return True


async def _take_away(settings: Settings, token: str) -> None:
    async with AiohttpRequest(proxy=settings.telegram_proxy) as request:
        api = request.api(token, settings.telegram_api_url)
        await api.post("deleteWebhook", {"drop_pending_updates": False}, SECONDS)


def replace_token(file: Path, token: str) -> None:
    """Put the new token in the file, all at once, for this user only; the old one is in it no more. Raises OSError."""
    scratch = file.with_name(f".{file.name}.new")
    scratch.unlink(missing_ok=True)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{token}\n")
            out.flush()
            os.fsync(out.fileno())
        scratch.replace(file)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class CutOff:
    """Whom another bot does not reach until they write to it: helpers by name, and how many conversations of others."""

    helpers: tuple[str, ...]
    conversations: int


def note_change(unit: UnitOfWork, *, same_bot: bool) -> CutOff:
    """Write down that the bot has changed; return who is cut off by it (nobody, when it is the same bot)."""
    unit.record(BotChanged(case_id=None, same_bot=same_bot))
    if same_bot:
        return CutOff((), 0)
    linked = (one for one in active_contacts(unit) if telegram_method(unit, one.id) is not None)
    helpers = exists().where(ContactMethod.chat_id == Chat.id)
    others = select(func.count()).where(Chat.door == ChannelName.TELEGRAM, Chat.case_id.is_not(None), ~helpers)
    return CutOff(tuple(name_of(unit, one) for one in linked), unit.session.scalar(others) or 0)
