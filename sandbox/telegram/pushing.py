"""The webhook's side of Telegram: updates are brought one by one, in order, again and again until they are taken.

Only addresses on this machine are called; others are remembered and nothing leaves. Pauses between tries are real
time, and shorter than Telegram's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import aiohttp
from aiohttp import web

from sandbox.telegram.hub import Hub
from sandbox.telegram.polling import show_collected
from sandbox.telegram.state import BotAccount, Webhook, is_on_this_machine
from sandbox.telegram.updates import Update

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
TAKEN: Final = range(200, 300)
PATIENCE: Final = aiohttp.ClientTimeout(total=10)
PAUSES: Final = (0.02, 0.05, 0.1, 0.3)  # seconds after the first, second ... try in vain
IDLE: Final = 5.0


class Pusher:
    """Brings updates to webhooks for as long as the server runs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def add_to(self, app: web.Application) -> None:
        """Begin and end with the application."""
        app.cleanup_ctx.append(self._while_running)

    async def _while_running(self, _app: web.Application) -> AsyncIterator[None]:
        working = asyncio.create_task(self._work())
        yield
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    async def _work(self) -> None:
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        self._hub.changes.listen(wake)
        failures = 0
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as session:
                while True:
                    changed.clear()
                    tried, failed = await self._round(session)
                    failures = failures + 1 if failed else 0
                    if failed:
                        await asyncio.sleep(PAUSES[min(failures, len(PAUSES)) - 1])
                    elif not tried:
                        await _wait(changed)
        finally:
            self._hub.changes.unlisten(wake)

    async def _round(self, session: aiohttp.ClientSession) -> tuple[bool, bool]:
        """Bring one update to each webhook; gives whether there was any, and whether one was not taken."""
        with self._hub.reading() as world:
            wanting = [(bot, bot.webhook) for bot in world.bots.values() if bot.webhook is not None]
        tried = failed = False
        for bot, webhook in wanting:
            with self._hub.reading() as world:
                update = bot.updates.first(world.now())
            if update is None or not is_on_this_machine(webhook.url):
                continue
            tried = True
            failed |= not await self._bring(session, bot, webhook, update)
        return tried, failed

    async def _bring(self, session: aiohttp.ClientSession, bot: BotAccount, webhook: Webhook, update: Update) -> bool:
        said = "Connection refused" if self._hub.faults.is_out else await _post(session, webhook, update)
        with self._hub.changing() as world:
            if said is not None:
                webhook.last_error, webhook.last_error_at = said, world.now()
                return False
            bot.updates.taken(update)
        show_collected(self._hub, bot, [update])
        return True


async def _post(session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> str | None:
    """Bring one update; gives what went wrong, in Telegram's words, or None."""
    headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    try:
        async with session.post(webhook.url, json=update.body, headers=headers, allow_redirects=False) as answer:
            return None if answer.status in TAKEN else f"Wrong response from the webhook: {answer.status}"
    except (aiohttp.ClientError, OSError):
        return "Connection refused"


async def _wait(changed: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(IDLE):
            await changed.wait()
