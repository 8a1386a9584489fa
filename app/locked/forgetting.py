"""While it is locked: what was sealed here is taken out of its provider's records, as soon as that is committed.

Account and token of the provider are settings, which locking does not touch; what is to be forgotten stands in rows
without a word of it. So a text does not lie there in clear for as long as nobody has a key. A recording does: it is
fetched by whoever can encrypt it, and must not be erased before.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channels.port import ChannelError, Redacts
from alerts.messages.incoming import is_forgotten, take_due
from app.channels import DOORS
from app.locked.keyless import refuse_other_schema, store_without_keys

if TYPE_CHECKING:
    import threading
    from uuid import UUID

    from alerts.channels.port import Channel
    from app.settings import Settings
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
AT_ONCE: Final = 20
LOOK_EVERY: Final = 1.0
"""Real seconds between two looks: what was just sealed is forgotten within them."""


def have_it_forgotten(settings: Settings, by: str, stop: threading.Event) -> None:
    """Have their provider forget texts that were sealed, until ``stop``; what it does not do now is tried again.

    ``by``: whose account, which is one for texts and for WhatsApp.
    """
    asyncio.run(_run(settings, by, stop))


async def _run(settings: Settings, by: str, stop: threading.Event) -> None:
    store = store_without_keys(settings)
    try:
        await asyncio.to_thread(refuse_other_schema, store)
        async with DOORS[by].opens(settings) as channel:
            while not stop.is_set():
                if not await forget_due(store, channel):
                    await asyncio.to_thread(stop.wait, LOOK_EVERY)
    finally:
        store.engine.dispose()


async def forget_due(store: Store, channel: Channel) -> int:
    """Try what is due once, each call with no transaction open; return how much of it was."""
    due = await asyncio.to_thread(_take, store)
    for row_id, _, ref in due:
        try:
            if isinstance(channel, Redacts):
                await channel.redact(ref)
        except ChannelError as error:
            log.warning("not_forgotten_yet", code=error.code)
        else:
            await asyncio.to_thread(_done, store, row_id)
    return len(due)


def _take(store: Store) -> list[tuple[UUID, str, str]]:
    with store.unit("locked", rings=False) as unit:
        return take_due(unit, AT_ONCE)


def _done(store: Store, row_id: UUID) -> None:
    with store.unit("locked", rings=False) as unit:
        is_forgotten(unit, row_id)
