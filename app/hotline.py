"""What people said in calls and sent with texts: fetched from the provider, also a call nobody told us the end of."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channels.port import ChannelError
from alerts.events import ItemParked
from app.channels import twilio_account
from bot.downloads import Downloads
from dialogue.calling import TABLE, PhoneCall, note_recording
from store import claims
from store.chats import TEXTING, VOICE
from store.errors import LeaseLostError
from store.queues import seconds_until_due

if TYPE_CHECKING:
    import threading

    from alerts.channels.twilio.recordings import Recordings
    from app.wiring import House
    from store.claims import Claim
    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
AT_ONCE: Final = 4
LOOK_AGAIN: Final = 0.5
"""Real seconds after which calls to be asked about are looked for again."""
LEASE: Final = timedelta(seconds=60)
ASK_AGAIN: Final = timedelta(minutes=5)
"""How long a call rests that its provider could not be asked about …"""
ASK_FOR: Final = timedelta(days=1)
"""… and for how long; after that a person is told."""


async def fetch_recordings(house: House, stop: threading.Event) -> None:
    """Fetch what callers said, until ``stop``. Database errors are raised."""
    from alerts.channels.twilio.recordings import Recordings  # heavy, and only where calls are set up

    async with twilio_account(house.settings) as account, asyncio.TaskGroup() as tasks:
        recordings = Recordings(account)
        tasks.create_task(Downloads(house.store, recordings, VOICE).run(stop))
        tasks.create_task(_ask_about_calls(house.store, recordings, stop))


async def fetch_attachments(house: House, stop: threading.Event) -> None:
    """Fetch what came with texts, until ``stop``. Database errors are raised."""
    from alerts.channels.twilio.attachments import Attachments  # as above

    async with twilio_account(house.settings) as account, asyncio.TaskGroup() as tasks:
        for door in TEXTING:
            tasks.create_task(Downloads(house.store, Attachments(account), door).run(stop))


async def _ask_about_calls(store: Store, recordings: Recordings, stop: threading.Event) -> None:
    while not stop.is_set():
        for held, sid in await asyncio.to_thread(_take, store):
            await _ask(store, recordings, held, sid)
        await asyncio.sleep(LOOK_AGAIN)


def _take(store: Store) -> list[tuple[Claim, str]]:
    if seconds_until_due(store, TABLE) > 0:
        return []
    with store.unit("calls", rings=False) as unit:
        held = claims.claim(unit.session, TABLE, unit.now, limit=AT_ONCE, lease=LEASE)
        return [(one, unit.session.get_one(PhoneCall, one.id).sid) for one in held]


async def _ask(store: Store, recordings: Recordings, held: Claim, sid: str) -> None:
    try:
        found = await recordings.of_call(sid)
    except ChannelError as error:
        log.warning("call_not_asked_about", id=str(held.id), code=error.code, meaning=error.meaning)
        await asyncio.to_thread(_note, store, held, None, error.code)
    else:
        await asyncio.to_thread(_note, store, held, found, "")


def _note(store: Store, held: Claim, found: list[str] | None, trouble: str) -> None:
    try:
        with store.unit("calls") as unit:
            if found is None:
                _later(unit, held, trouble)
                return
            call = _still_there(unit, held)
            for sid in found:
                note_recording(unit, call, sid)
            claims.finish(unit.session, TABLE, held)
    except LeaseLostError:
        log.info("lease_lost", queue="call", id=str(held.id))


def _still_there(unit: UnitOfWork, held: Claim) -> PhoneCall:
    """Return a claimed call; raises LeaseLostError when it went with its case, which was erased meanwhile."""
    call = unit.session.get(PhoneCall, held.id)
    if call is None:
        raise LeaseLostError("the row is gone")
    return call


def _later(unit: UnitOfWork, held: Claim, trouble: str) -> None:
    if unit.now - unit.session.get_one(PhoneCall, held.id).began_at < ASK_FOR:
        claims.finish(unit.session, TABLE, held, due_at=unit.now + ASK_AGAIN, trouble=trouble)
    else:
        claims.park(unit.session, TABLE, held, unit.now, trouble)
        log.error("call_parked", id=str(held.id), trouble=trouble)
        unit.record(ItemParked(case_id=None, queue="call", item_id=held.id))
