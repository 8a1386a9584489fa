"""A town whose Telegram brings updates to the web role of the real program, over real HTTP."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from app.listening import registrar
from app.settings import read_settings
from tests.ports import free_port
from tests.story import TOKEN, Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.wiring import House

SECRET = "canary-webhook-secret"
ROLES = frozenset({"web", "bot", "worker"})


class PushedTown(Town):
    """The same town in webhook mode."""

    port = 0

    def build(self) -> House:
        self.port = self.port or free_port()
        house = super().build()
        settings = read_settings(
            {
                "DATABASE_URL": self._database_url,
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": self.sandbox.url,
                "TELEGRAM_MODE": "webhook",
                "TELEGRAM_WEBHOOK_SECRET": SECRET,
                "PANAH_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
                "PANAH_BIND": f"127.0.0.1:{self.port}",
            }
        )
        return replace(house, settings=settings)

    @contextmanager
    def running(self, house: House, roles: frozenset[str] = ROLES) -> Iterator[None]:
        with super().running(house, roles | {"web"}):
            yield

    def looks_at_the_webhook(self) -> None:
        """What the bot role does every minute."""
        asyncio.run(_look(self.house))


async def _look(house: House) -> None:
    async with registrar(house) as working:
        await working.look()
