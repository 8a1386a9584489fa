"""Fetching tables that coordinators sent, and reading them: each is read back to whoever sent it.

A table is fetched into memory and never written down as a file: what is kept is what was read of it, until its sender
has said what it is for. No transaction is open while a byte is waited for or a workbook is read.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from sqlalchemy.exc import NoResultFound

from alerts.channels.port import ChannelError, PermanentFailure, RateLimited
from bot.lists import as_it_can_be_kept, read_back
from bot.saying import say
from cases import aside
from cases.incidents.reading import ListError
from cases.incidents.tables import read_table
from contacts.csv_table import MAX_BYTES, UnreadableError
from contacts.models import Contact
from store import claims
from store.chats import Chat
from store.errors import LeaseLostError
from store.outages import is_outage
from store.queues import seconds_until_due, where_it_failed

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncGenerator, Sequence

    from cases.aside import TableToFetch
    from cases.incidents.reading import Piece
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
CALL_SECONDS: Final = 10.0
LONGEST_SILENCE: Final = 20.0
LOOK_AGAIN: Final = 5.0
"""Real seconds after which tables are looked for even if no bell rang."""
STEPS: Final = (2, 5, 15, 60)
"""Seconds until the next try after the first, second … bad moment; the last repeats, until its sender is told."""
TRIES: Final = 5
"""A table at which something else fails so often cannot be read."""
GONE: Final = (LeaseLostError, NoResultFound)
"""Somebody else has it, or it was forgotten while it was fetched."""


class TableApi(Protocol):
    """What fetching needs of the Bot API."""

    async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
        """Call a method and return its ``result``; raises ChannelError."""
        ...

    def stream(self, path: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a file; raises ChannelError."""
        ...


class Tables:
    """Fetches and reads tables, one at a time, until it is told to stop."""

    def __init__(self, store: Store, api: TableApi, zone: str) -> None:
        self._store = store
        self._api = api
        self._zone = zone

    async def run(self, stop: threading.Event) -> None:
        """Work until ``stop``. Database errors are raised, for a supervisor to begin this again."""
        loop, bell = asyncio.get_running_loop(), asyncio.Event()

        def ring() -> None:
            loop.call_soon_threadsafe(bell.set)

        self._store.wake.listen(ring, aside.TABLE.name)
        try:
            while not stop.is_set():
                bell.clear()
                due_in = await asyncio.to_thread(seconds_until_due, self._store, aside.TABLE)
                if due_in <= 0:
                    await self._read_next()
                    continue
                try:
                    await asyncio.wait_for(bell.wait(), min(due_in, LOOK_AGAIN))
                except TimeoutError:
                    continue
        finally:
            self._store.wake.forget(ring)

    async def _read_next(self) -> None:
        for one in await asyncio.to_thread(self._take):
            try:
                await self._read(one)
            except GONE:
                log.info("lease_lost", queue="list", id=str(one.held.id))

    def _take(self) -> list[TableToFetch]:
        with self._store.unit("tables", rings=False) as unit:
            return aside.take_tables(unit, 1)

    async def _read(self, one: TableToFetch) -> None:
        """Fetch and read one table; whatever happens to it, the others go on. Raises GONE."""
        try:
            source = await self._fetch(one)
            pieces = None if source is None else await asyncio.to_thread(_pieces, source)
            await asyncio.to_thread(self._note, one, pieces)
        except GONE:
            raise
        except PermanentFailure as error:
            log.warning("fetching_failed", id=str(one.held.id), code=error.code, meaning=error.meaning)
            await asyncio.to_thread(self._note, one, None)
        except ChannelError as error:
            log.warning("fetching_failed", id=str(one.held.id), code=error.code, meaning=error.meaning)
            after = error.retry_after if isinstance(error, RateLimited) else _pause(one)
            await asyncio.to_thread(self._later, one, after, error.code)
        except Exception as error:
            trouble = where_it_failed()
            log.exception("fetching_failed", id=str(one.held.id), trouble=trouble)
            if one.held.tries >= TRIES and not is_outage(error):
                await asyncio.to_thread(self._note, one, None)
            else:
                await asyncio.to_thread(self._later, one, _pause(one), trouble)

    async def _fetch(self, one: TableToFetch) -> bytes | None:
        """Return the bytes of a table; None of one that is too large."""
        told = await self._api.post("getFile", {"file_id": one.source}, CALL_SECONDS)
        path = told.get("file_path") if isinstance(told, dict) else None
        if not isinstance(path, str) or not path:
            raise PermanentFailure("no_path", "Telegram did not say where the file is")
        received = bytearray()
        async with aclosing(self._api.stream(path, LONGEST_SILENCE)) as came:
            async for piece in came:
                received += piece
                if len(received) > MAX_BYTES:
                    return None
        return bytes(received)

    def _note(self, one: TableToFetch, pieces: Sequence[Piece] | None) -> None:
        """Read a table back; of one that cannot be read, or that names nobody, say so and forget it."""
        with self._store.unit("tables") as unit:
            row = aside.whose(unit, one.held.id)
            chat, contact = unit.session.get_one(Chat, row.chat_id), unit.session.get_one(Contact, row.contact_id)
            names_somebody = any(piece.is_person for piece in pieces or ())
            list_id = aside.table_read(unit, one.held, pieces if pieces and names_somebody else ())
            unit.actor = f"contact:{contact.id}"
            if list_id is not None:
                read_back(unit, chat, contact, list_id, zone=self._zone)
            else:
                said = "staff.list_unreadable" if pieces is None else "staff.list_nobody"
                say(unit, chat, contact, said, {})

    def _later(self, one: TableToFetch, after: timedelta, trouble: str) -> None:
        with self._store.unit("tables") as unit:
            aside.fetch_later(unit, one.held, after, trouble)


def _pieces(source: bytes) -> tuple[Piece, ...] | None:
    """Return the pieces of a table; None of one that cannot be read, or is too long."""
    try:
        return as_it_can_be_kept(read_table(source))
    except (ListError, UnreadableError):
        return None


def _pause(one: TableToFetch) -> timedelta:
    return timedelta(seconds=claims.nth_pause(STEPS, one.held.tries))
