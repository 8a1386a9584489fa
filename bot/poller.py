"""The poller: raw updates become inbox rows, committed before the offset moves.

Telegram forgets an update once a higher offset is asked for, so the offset of the next call is read from what was
committed. A crash anywhere asks for the same updates again, and the same update twice is kept once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from alerts.channels.port import ChannelError, Misconfigured
from alerts.channels.telegram.errors import WEBHOOK_SET
from alerts.screens.vitals import HEARD
from bot.reading import LONGEST_NUMBER
from bot.updates import address_of
from store import leases
from store.inbox import RawInput, keep, position

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
LONG_POLL_SECONDS = 25
LEASE = timedelta(seconds=40)
"""Longer than a long poll; another node takes over when the poller has been gone for as long."""
STAND_BY = 5.0
SHORT_CALL = 10.0
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]


class BotApi(Protocol):
    """What the poller needs of the Bot API."""

    async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
        """Call a method and return its ``result``; raises ChannelError."""
        ...


def source_of(token: str) -> str:
    """Name a bot account in rows. A new token of the same bot names the same account: nothing comes in twice."""
    return f"telegram:{hashlib.sha256(b'bot:' + token.partition(':')[0].encode()).hexdigest()[:16]}"


def former_source_of(token: str) -> str:
    """What the account was called by releases that named it by its whole token."""
    return f"telegram:{hashlib.sha256(token.encode()).hexdigest()[:16]}"


class Keep(Protocol):
    """How raw inputs are kept in a unit: :func:`store.inbox.keep`, or sealed while there are no keys."""

    def __call__(
        self, unit: UnitOfWork, source: str, door: str, inputs: Sequence[RawInput], *, moves_cursor: bool = True
    ) -> int:
        """Keep those that are new, move the cursor unless told not to, and return how many were new."""
        ...


def listen(unit: UnitOfWork, source: str, me: UUID, for_: timedelta, *, hears: bool) -> bool:
    """Take or renew the right to listen for an account; return whether ``me`` has it now.

    Whether Telegram is heard is said apart from that: the heart stops when it is not, whoever has the right.
    """
    if not leases.hold(unit, source, me, for_):
        return False
    if hears:
        leases.hold(unit, f"{HEARD}{source}", me, for_)
    else:
        leases.begin(unit, f"{HEARD}{source}", me)
    return True


class Poller:
    """Asks one bot account for updates, as the only one of all nodes that does.

    ``me`` names the node: a node that was killed and started again takes its own lease back at once. ``kept`` is told
    what was committed, in the event loop's own thread.
    """

    def __init__(
        self,
        store: Store,
        api: BotApi,
        token: str,
        me: UUID,
        *,
        keep: Keep = keep,
        kept: Callable[[Sequence[RawInput]], None] | None = None,
    ) -> None:
        self._keep_inputs = keep
        self._tell = kept
        self._store = store
        self._api = api
        self._source = source_of(token)
        self._former = former_source_of(token)
        self._me = me
        self._failures = 0
        self._hears = False
        self._webhook_removed = False

    async def run(self, stop: threading.Event) -> None:
        """Poll until ``stop``. Provider errors are waited out here; database errors are raised."""
        try:
            while not stop.is_set():
                self._store.marks.moved("poller")
                if await asyncio.to_thread(self._hold_lease):
                    await self._poll_until(stop)
                else:
                    await rest(stop, STAND_BY)
        finally:
            await asyncio.to_thread(self._let_go)

    async def _poll_until(self, stop: threading.Event) -> None:
        """One long poll that ends early when we must stop: what it would have brought is brought again."""
        polling = asyncio.create_task(self._poll())
        while not polling.done():
            await asyncio.wait({polling}, timeout=0.1)
            if stop.is_set():
                polling.cancel()
                return
        try:
            polling.result()
            self._failures, self._hears = 0, True
        except ChannelError as error:
            self._hears = False
            if error.code != WEBHOOK_SET or not await self._remove_webhook():
                await self._bear(error, stop)

    async def _poll(self) -> None:
        last = await asyncio.to_thread(self._position)
        ask: dict[str, Any] = {"timeout": LONG_POLL_SECONDS, "limit": 100, "allowed_updates": ALLOWED}
        if last is not None:
            ask["offset"] = last + 1
        updates = await self._api.post("getUpdates", ask, LONG_POLL_SECONDS + 10)
        if updates:
            inputs = await asyncio.to_thread(self._keep, updates)
            if self._tell is not None:
                self._tell(inputs)

    async def _bear(self, error: ChannelError, stop: threading.Event) -> None:
        """Say what is wrong and wait a little, the longer the more often it was; in the end another node may try."""
        self._failures += 1
        loud = log.error if isinstance(error, Misconfigured) else log.warning
        loud("polling_failed", code=error.code, meaning=error.meaning, times=self._failures)
        pause = PAUSES[min(self._failures, len(PAUSES)) - 1]
        if pause > STAND_BY:
            await asyncio.to_thread(self._let_go)
        await rest(stop, pause)

    async def _remove_webhook(self) -> bool:
        """Go from webhook mode to polling, dropping nothing that waits; return whether it was done.

        Once only: whoever sets a webhook again while we poll is an intruder, and that is loud.
        """
        if self._webhook_removed:
            return False
        try:
            await self._api.post("deleteWebhook", {"drop_pending_updates": False}, SHORT_CALL)
        except ChannelError:
            return False
        self._webhook_removed = True
        log.warning("webhook_removed", why="TELEGRAM_MODE is polling")
        return True

    def _hold_lease(self) -> bool:
        with self._store.unit("poller") as unit:
            return listen(unit, self._source, self._me, LEASE, hears=self._hears)

    def _let_go(self) -> None:
        with self._store.unit("poller") as unit:
            leases.let_go(unit, self._source, self._me)

    def _position(self) -> int | None:
        with self._store.read() as unit:
            known = position(unit, self._source)
            return position(unit, self._former) if known is None else known

    def _keep(self, updates: list[Any]) -> list[RawInput]:
        inputs = [one for one in map(raw_input, updates) if one is not None]
        with self._store.unit("poller") as unit:
            new = self._keep_inputs(unit, self._source, "telegram", inputs)
        log.info("updates_kept", received=len(updates), new=new)
        return inputs


def raw_input(update: Any) -> RawInput | None:
    """Wrap one raw update, whatever is in it; None only for one without a number, which Telegram never sends."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > LONGEST_NUMBER:
        log.error("update_without_number")
        return None
    in_ascii = json.dumps(update)  # half a surrogate pair, which nothing else can write down, must not stop the batch
    return RawInput(number, address_of(update), in_ascii)


async def rest(stop: threading.Event, seconds: float) -> None:
    """Wait so many real seconds, or until ``stop``."""
    for _ in range(int(seconds / 0.1)):
        if stop.is_set():
            return
        await asyncio.sleep(0.1)
