"""Staying locked: what comes in at each door is sealed, committed and answered in a sentence, until the ring is back.

Nothing here has a key. A store without one stands in for the usual: whatever would need a key raises LockedError.
"""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from alerts.channels.telegram.request import AiohttpRequest
from alerts.messages.incoming import forget_soon
from app.backstage import hotline_of
from app.channels import DOORS, callbacks_at
from app.key.ring_keeper import LOOK_EVERY, is_locked
from app.locked.answering import TAKING_BACK, Answering
from app.locked.forgetting import have_it_forgotten
from app.locked.intake import published
from app.locked.keyless import refuse_other_schema, store_without_keys
from app.node import node_identity
from app.wiring import wording_of
from bot.poller import Poller
from bot.webhook import account_of, keep_pushed
from store.chats import SMS, WHATSAPP
from store.inbox import RawInput, is_first
from store.sealed import free_sealed_number, seal_inputs, sealed_bytes
from web.hotline_words import Speech
from web.locked import make_locked_app
from web.locked_form import LockedForm
from web.locked_phone import Brought, LockedPhone
from web.report.sealed import SOURCE as FORM
from web.report.sealed import pack
from web.server import listen, serve_app
from web.twilio import Twilio
from web.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask

    from app.channels import Opened
    from app.locked.callers import Way
    from app.settings import Settings
    from bot.poller import Keep
    from store.sealed import IntakeKey
    from store.unit_of_work import Store, UnitOfWork
    from web.report.sealed import SealedForm

Told = dict[tuple[str, ...], float]
"""When somebody was told, for all of one process: nobody is told twice because two doors took something in."""
NOBODYS = RawInput(0, None, "")
"""Stands for what came at a door where nobody can be answered: coordinators are told that something came in."""
MOST_SEALED = 256 * 1024 * 1024
"""Bytes of forms that lie here sealed; beyond that words alone are taken, so that nobody fills the disk with files."""
ENDING = TAKING_BACK + 1.0
"""Real seconds after which whoever answers has ended."""


def works_while_locked(settings: Settings, roles: frozenset[str], ways: Sequence[Way]) -> dict[str, Any]:
    """Return what a process of these roles does while it is locked, by name; nothing where there is nothing to seal to.

    Each runs until its event is set and may be started again after a failure. As when it is open: who polls needs the
    bot's token; who is brought updates needs the secret that Telegram repeats, and no token.
    """
    key = published(settings)
    if key is None:
        return {}
    told: dict[tuple[str, ...], float] = {}
    works: dict[str, Any] = {}
    if "web" in roles:
        works["web"] = partial(_be_brought, settings, key, ways, told)
    if "bot" in roles and settings.telegram_mode != "webhook" and settings.telegram_bot_token is not None:
        works["poller"] = partial(_ask, settings, key, ways, told)
    by = next((door for door in (SMS, WHATSAPP) if door in settings.channels), None)
    if "web" in roles and by is not None:
        works["forget"] = partial(have_it_forgotten, settings, by)
    return works


def watch_for_ring(settings: Settings, stop: threading.Event) -> None:
    """Set ``stop`` as soon as the ring is back."""
    while is_locked(settings.ring_path):
        time.sleep(LOOK_EVERY)
    stop.set()


def _ask(settings: Settings, key: IntakeKey, ways: Sequence[Way], told: Told, stop: threading.Event) -> None:
    """Poll as the bot does, and seal what comes."""
    asyncio.run(_poll(settings, key, _answering(settings, ways, told), stop))


async def _poll(settings: Settings, key: IntakeKey, answering: Answering, stop: threading.Event) -> None:
    store = store_without_keys(settings)
    try:
        await asyncio.to_thread(refuse_other_schema, store)
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


def _be_brought(settings: Settings, key: IntakeKey, ways: Sequence[Way], told: Told, stop: threading.Event) -> None:
    """Serve the doors that others come to, and nothing else, and seal what is brought."""
    store = store_without_keys(settings)
    answering = _answering(settings, ways, told)
    loop = asyncio.new_event_loop()
    speaking = threading.Thread(target=_speak, args=(loop, answering), name="answering", daemon=True)
    speaking.start()

    def hear(given: RawInput) -> None:
        loop.call_soon_threadsafe(answering.take, [given])

    try:
        refuse_other_schema(store)
        app = locked_doors(settings, store, key, hear)
        serve_app(app, listen((settings.host, settings.port)), stop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        speaking.join()
        store.engine.dispose()


def locked_doors(settings: Settings, store: Store, key: IntakeKey, hear: Callable[[RawInput], None]) -> Flask:
    """Build the pages of a locked instance. ``hear`` is given whatever was committed, to have somebody told of it."""
    one_at_a_time = threading.Lock()  # a form with files is several times as large while it is being sealed

    def keep_form(sent: SealedForm) -> None:
        with one_at_a_time:
            seal_at_door(store, key, FORM, None, pack(sent))
        hear(NOBODYS)

    def has_room(size: int) -> bool:
        with store.read() as unit:
            return sealed_bytes(unit, FORM) + size <= MOST_SEALED

    form = LockedForm(keep_form, has_room, settings.leave_to, settings.fallback_hotlines)
    return make_locked_app(form, _webhook(settings, store, key, hear), _phone(settings, store, key, hear))


def _webhook(settings: Settings, store: Store, key: IntakeKey, hear: Callable[[RawInput], None]) -> Webhook | None:
    secret, ours = settings.telegram_webhook_secret, account_of(_token(settings))
    if settings.telegram_mode != "webhook" or secret is None:
        return None

    def keep(account: str | None, update: Any) -> None:
        hear(keep_pushed(store, account or ours, update, keep=_sealing(key)))

    return Webhook(secret.get_secret_value(), keep)


def _phone(settings: Settings, store: Store, key: IntakeKey, hear: Callable[[RawInput], None]) -> LockedPhone | None:
    token, address = settings.twilio_auth_token, callbacks_at(settings)
    if token is None or address is None:
        return None

    def keep(brought: Brought) -> None:
        seal_at_door(store, key, brought.source, brought.sender, brought.what, name=brought.name, forget=brought.forget)
        hear(NOBODYS)

    hotline = hotline_of(settings)
    speech = None if hotline is None else Speech(hotline, address)
    takes_whatsapp = WHATSAPP in settings.channels
    twilio = Twilio(token.get_secret_value(), address, wording_of(settings), hotline, takes_whatsapp)
    return LockedPhone(twilio, keep, speech, settings.fallback_hotlines)


def seal_at_door(
    store: Store,
    key: IntakeKey,
    source: str,
    sender: str | None,
    what: str,
    *,
    name: str | None = None,
    forget: Sequence[str] = (),
) -> None:
    """Seal one thing that was brought, numbered by when it came; ``name``: what comes again by it is kept once.

    ``forget``: what its provider is to forget, noted in the same commit. Raises whatever kept it from being committed.
    """
    for again in (True, True, False):
        try:
            with store.unit("locked") as unit:
                if name is None or is_first(unit, source, name):
                    given = RawInput(free_sealed_number(unit, source), sender, what)
                    seal_inputs(unit, key, source, source, [given], moves_cursor=False)
                    forget_soon(unit, source, forget)
        except IntegrityError:  # something else took the same number in the same microsecond
            if not again:
                raise
        else:
            return


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


def _answering(settings: Settings, ways: Sequence[Way], told: Told) -> Answering:
    def opens(name: str) -> Callable[[], Opened]:
        return lambda: DOORS[name].opens(settings)

    doors = {name: opens(name) for name in sorted(settings.channels & set(DOORS))}
    return Answering(doors, ways, time.monotonic, hotlines=settings.fallback_hotlines, told=told)


def _token(settings: Settings) -> str:
    token = settings.telegram_bot_token
    return "" if token is None else token.get_secret_value()
