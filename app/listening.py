"""Listening: how messages come in from Telegram, asked for by polling or brought by its webhook."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from alerts.channels.telegram.request import AiohttpRequest
from app.node import node_identity
from app.setting_values import revealed
from bot.poller import Poller
from bot.webhook import Registrar

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator

    from alerts.channels.telegram.raw import RawBotApi
    from app.wiring import House


async def hear(house: House, stop: threading.Event) -> None:
    """See to it that messages come in, until ``stop``, in the mode the settings say. For a house with a token."""
    if house.settings.telegram_mode == "webhook":
        async with registrar(house) as working:
            await working.run(stop)
    else:
        async with _api(house) as api:
            with node_identity(house.settings.home) as me:
                await Poller(house.store, api, _token(house), me).run(stop)


@asynccontextmanager
async def registrar(house: House) -> AsyncIterator[Registrar]:
    """Who sees to the webhook of a house that is in that mode."""
    settings = house.settings
    async with _api(house) as api:
        with node_identity(settings.home) as me:
            secret = revealed(settings.telegram_webhook_secret)
            yield Registrar(house.store, api, _token(house), public_url=settings.web_address, secret=secret, me=me)


@asynccontextmanager
async def _api(house: House) -> AsyncIterator[RawBotApi]:
    async with AiohttpRequest(proxy=house.settings.telegram_proxy) as request:
        yield request.api(_token(house), house.settings.telegram_api_url)


def _token(house: House) -> str:
    return revealed(house.settings.telegram_bot_token)
