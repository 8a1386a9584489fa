"""Webhook mode: Telegram brings the updates to our web pages. Here the address is registered and what came is kept.

The address tells which bot account the updates are for, so that the web role needs no token, and so that an update is
known again whichever way it comes: the same inbox, the same numbers as with polling.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from alerts.channels.port import ChannelError, Misconfigured, TemporaryFailure
from bot.poller import ALLOWED, PAUSES, BotApi, Keep, listen, raw_input, rest, source_of
from store import leases
from store.inbox import keep

if TYPE_CHECKING:
    import threading
    from datetime import datetime
    from uuid import UUID

    from store.inbox import RawInput
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
PATH = "/webhooks/telegram"
CONNECTIONS = 8
"""Calls Telegram may make at once: as many as the web server has threads. It keeps the order within a chat."""
LOOK_EVERY = 60.0
LEASE = timedelta(seconds=150)
"""Two looks and a little: the lease says that somebody sees to it that messages come in."""
LATELY = timedelta(minutes=5)
"""So long after bringing one has failed, messages that wait at Telegram are taken to wait for that."""
CALL_SECONDS = 10.0
UNNAMED = "0" * 16
"""Account of updates whose address names none, on a node that has no token."""
ACCOUNT = re.compile(r"[0-9a-f]{16}")


class NotAnUpdateError(ValueError):
    """What was brought is no update: it has no number, or its address names no account."""


def webhook_url(public_url: str, token: str) -> str:
    """Where Telegram brings the updates of this account; gives nothing of the token away."""
    return f"{public_url}{PATH}?account={source_of(token).removeprefix('telegram:')}"


def account_of(token: str) -> str:
    """Name the account that an address without one is for; on a node that has no token, nobody's."""
    return source_of(token).removeprefix("telegram:") if token else UNNAMED


def keep_pushed(store: Store, account: str, update: Any, *, keep: Keep = keep) -> RawInput:
    """Keep one raw update, committed when this returns; the same one again changes nothing. Return what was kept.

    The cursor of polling stays where it is: what Telegram could not bring is not passed over when polling takes over.
    Raises NotAnUpdateError.
    """
    given = raw_input(update)
    if given is None or not ACCOUNT.fullmatch(account):
        raise NotAnUpdateError
    with store.unit("webhook") as unit:
        new = keep(unit, f"telegram:{account}", "telegram", [given], moves_cursor=False)
    log.info("updates_kept", received=1, new=new)
    return given


def _is_not_reached(told: dict[str, Any], now: datetime) -> bool:
    """Whether messages wait at Telegram and bringing one has failed of late."""
    waiting, failed_at = told.get("pending_update_count"), told.get("last_error_date")
    if not isinstance(waiting, int) or not isinstance(failed_at, int):
        return False
    return waiting > 0 and now.timestamp() - failed_at < LATELY.total_seconds()


class Registrar:
    """Tells Telegram where to bring updates, and looks every minute whether it still does.

    Holds the lease polling would hold: two nodes never work in different modes for one account.
    """

    def __init__(self, store: Store, api: BotApi, token: str, *, public_url: str, secret: str, me: UUID) -> None:
        self._store = store
        self._api = api
        self._source = source_of(token)
        self._url = webhook_url(public_url, token)
        self._secret = secret
        self._me = me
        self._registered = False
        self._hears = False
        self._failures = 0

    async def run(self, stop: threading.Event) -> None:
        """Work until ``stop``. The webhook stays when we go: Telegram keeps what it cannot bring for a day."""
        try:
            while not stop.is_set():
                self._store.marks.moved("poller")
                if await asyncio.to_thread(self._hold_lease):
                    await rest(stop, await self._see_to_it())
                else:
                    self._registered = False
                    await rest(stop, PAUSES[-1])
        finally:
            await asyncio.to_thread(self._let_go)

    async def _see_to_it(self) -> float:
        """Register or look; return after how many seconds to look again."""
        try:
            await (self.look() if self._registered else self._register())
        except ChannelError as error:
            self._failures += 1
            self._hears = False
            loud = log.error if isinstance(error, Misconfigured) else log.warning
            loud("webhook_not_set", code=error.code, meaning=error.meaning, times=self._failures)
            return PAUSES[min(self._failures, len(PAUSES)) - 1]
        self._failures = 0
        if not self._hears:  # it is said at once, not with the next look
            self._hears = True
            await asyncio.to_thread(self._hold_lease)
        return LOOK_EVERY

    async def _register(self) -> None:
        wanted = {
            "url": self._url,
            "secret_token": self._secret,
            "allowed_updates": ALLOWED,
            "max_connections": CONNECTIONS,
            "drop_pending_updates": False,
        }
        await self._api.post("setWebhook", wanted, CALL_SECONDS)
        self._registered = True
        log.info("webhook_set")

    async def look(self) -> None:
        """Register again if somebody else has changed it; raises ChannelError, also where Telegram cannot reach us."""
        told = await self._api.post("getWebhookInfo", {}, CALL_SECONDS)
        if not isinstance(told, dict) or told.get("url") != self._url:
            log.error("webhook_was_changed", why="somebody else set or removed it: a second program, or a leaked token")
            await self._register()
        elif _is_not_reached(told, self._store.clock.now()):
            raise TemporaryFailure(
                "webhook_not_reached", "Telegram has messages for us and cannot bring them: the proxy, its certificate?"
            )

    def _hold_lease(self) -> bool:
        with self._store.unit("webhook") as unit:
            return listen(unit, self._source, self._me, LEASE, hears=self._hears)

    def _let_go(self) -> None:
        with self._store.unit("webhook") as unit:
            leases.let_go(unit, self._source, self._me)
