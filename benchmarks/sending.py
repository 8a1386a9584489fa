"""A sender in a thread of this process, over the real channel, with limits that never say "later"."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alerts.channels.telegram.channel import TelegramChannel
from alerts.channels.telegram.request import AiohttpRequest
from alerts.sending.sender import AT_ONCE, Sender
from benchmarks.node import LIFTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.wiring import House


@contextmanager
def sending(house: House, at_once: int = AT_ONCE) -> Iterator[None]:
    """Send what the outbox holds for as long as the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_run(house, stop, at_once)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        house.store.wake.ring()
        thread.join()


async def _run(house: House, stop: threading.Event, at_once: int) -> None:
    token = house.settings.telegram_bot_token
    if token is None:
        raise ValueError("the home has no bot")
    async with AiohttpRequest() as request:
        channel = TelegramChannel(token.get_secret_value(), house.settings.telegram_api_url, request)
        await Sender(house.store, channel, house.wording, limits=LIFTED, at_once=at_once).run(stop)
