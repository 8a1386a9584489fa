"""Staying locked: what Telegram brings is sealed, committed and answered in a sentence, until the ring is back.

Nothing here has a key. A store without one stands in for the usual: whatever would need a key raises LockedError.
"""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from alerts.channels.telegram.request import AiohttpRequest
from app.channels import DOORS
from app.locked.answering import TAKING_BACK, Answering
from app.locked.intake import published
from app.migration import SchemaError, needed
from app.node import node_identity
from app.ring_keeper import LOOK_EVERY, is_locked
from app.wiring import clock_of
from bot.poller import Poller
from bot.webhook import account_of, keep_pushed
from store.engine import open_engine
from store.sealed import seal_inputs
from store.unit_of_work import Store
from store.vault import no_keys
from web.locked import make_locked_app
from web.server import listen, serve_app
from web.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.channels import Opened
    from app.locked.callers import Way
    from app.settings import Settings
    from bot.poller import Keep
    from store.inbox import RawInput
    from store.sealed import IntakeKey
    from store.unit_of_work import UnitOfWork

ENDING = TAKING_BACK + 1.0
"""Real seconds after which whoever answers has ended."""


def store_without_keys(settings: Settings) -> Store:
    """Open the database of a locked home. Rows can be written in it that need no key, and nothing can be read."""
    return Store(open_engine(settings.database), no_keys(), clock_of(settings))


def works_while_locked(settings: Settings, roles: frozenset[str], ways: Sequence[Way]) -> dict[str, Any]:
    """Return what a process of these roles does while it is locked, by name; nothing where there is nothing to seal to.

    Each runs until its event is set and may be started again after a failure. As when it is open: who polls needs the
    bot's token; who is brought updates needs the secret that Telegram repeats, and no token.
    """
    key = published(settings)
    if key is None:
        return {}
    if settings.telegram_mode == "webhook":
        known = settings.telegram_webhook_secret is not None
        return {"web": partial(_be_brought, settings, key, ways)} if known and "web" in roles else {}
    known = settings.telegram_bot_token is not None
    return {"poller": partial(_ask, settings, key, ways)} if known and "bot" in roles else {}


def watch_for_ring(settings: Settings, stop: threading.Event) -> None:
    """Set ``stop`` as soon as the ring is back."""
    while is_locked(settings.ring_path):
        time.sleep(LOOK_EVERY)
    stop.set()


def _ask(settings: Settings, key: IntakeKey, ways: Sequence[Way], stop: threading.Event) -> None:
    """Poll as the bot does, and seal what comes."""
    asyncio.run(_poll(settings, key, ways, stop))


async def _poll(settings: Settings, key: IntakeKey, ways: Sequence[Way], stop: threading.Event) -> None:
    store = store_without_keys(settings)
    answering = _answering(settings, ways)
    try:
        await asyncio.to_thread(_refuse_other_schema, store)
        async with AiohttpRequest(proxy=settings.telegram_proxy) as request:
            api = request.api(_token(settings), settings.telegram_api_url)
            with node_identity(settings.home) as me:
                poller = Poller(store, api, _token(settings), me, keep=_sealing(key), kept=answering.take)
                speaking = asyncio.create_task(answering.run())
                try:
                    await poller.run(stop)
                finally:
                    speaking.cancel()
                    await asyncio.wait({speaking}, timeout=ENDING)
    finally:
        store.engine.dispose()


def _be_brought(settings: Settings, key: IntakeKey, ways: Sequence[Way], stop: threading.Event) -> None:
    """Serve the webhook and nothing else, and seal what is brought."""
    store = store_without_keys(settings)
    answering = _answering(settings, ways)
    loop = asyncio.new_event_loop()
    speaking = threading.Thread(target=_speak, args=(loop, answering), name="answering", daemon=True)
    speaking.start()
    ours = account_of(_token(settings))

    def keep(account: str | None, update: Any) -> None:
        given = keep_pushed(store, account or ours, update, keep=_sealing(key))
        loop.call_soon_threadsafe(answering.take, [given])

    secret = settings.telegram_webhook_secret
    webhook = Webhook("" if secret is None else secret.get_secret_value(), keep)
    try:
        _refuse_other_schema(store)
        app = make_locked_app(webhook, settings.fallback_hotlines)
        serve_app(app, listen((settings.host, settings.port)), stop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        speaking.join()
        store.engine.dispose()


def _speak(loop: asyncio.AbstractEventLoop, answering: Answering) -> None:
    speaking = loop.create_task(answering.run())
    try:
        loop.run_forever()
    finally:
        speaking.cancel()
        loop.run_until_complete(asyncio.wait({speaking}, timeout=ENDING))
        loop.close()


def _sealing(key: IntakeKey) -> Keep:
    def keep(unit: UnitOfWork, source: str, door: str, inputs: Sequence[RawInput], *, moves_cursor: bool = True) -> int:
        return seal_inputs(unit, key, source, door, inputs, moves_cursor=moves_cursor)

    return keep


def _answering(settings: Settings, ways: Sequence[Way]) -> Answering:
    def opens(name: str) -> Callable[[], Opened]:
        return lambda: DOORS[name].opens(settings)

    doors = {name: opens(name) for name in sorted(settings.channels & set(DOORS))}
    return Answering(doors, ways, time.monotonic, hotlines=settings.fallback_hotlines)


def _refuse_other_schema(store: Store) -> None:
    """Raise SchemaError unless the database is of this release: it is migrated when the keys are back."""
    with store.read() as unit:
        if needed(unit.session.connection()) is not None:
            raise SchemaError("the database is of an earlier release; it is migrated when it is unlocked")


def _token(settings: Settings) -> str:
    token = settings.telegram_bot_token
    return "" if token is None else token.get_secret_value()
