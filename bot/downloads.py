"""Fetching the files people sent: from their provider into encrypted chunks, several at a time and again.

No transaction is open while a byte is waited for. The addresses of Telegram's files contain the bot's token: nothing
here logs one, and no error carries one.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from sqlalchemy.exc import NoResultFound

from alerts.channels.port import ChannelError, PermanentFailure, RateLimited, TemporaryFailure
from alerts.channels.telegram.errors import FILE_TOO_LARGE
from alerts.events import ItemParked
from cases import files
from cases.media import media_type
from store import claims
from store.errors import FileTooLargeError, LeaseLostError
from store.files import FileWriter
from store.outages import is_outage
from store.queues import seconds_until_due, where_it_failed

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncGenerator

    from cases.files import Fetch
    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
AT_ONCE = 4
CALL_SECONDS = 10.0
LONGEST_SILENCE = 20.0
LOOK_AGAIN = 0.5
"""Real seconds after which files to be fetched are looked for even if no bell rang."""
STEPS = (2, 5, 15, 60, 300)
"""Seconds until the next try after the first, second … bad moment of Telegram's or the network's; the last repeats."""
LONGEST_REST = timedelta(seconds=STEPS[-1])
"""After so long it is tried again, whatever a provider says."""


class FileApi(Protocol):
    """What fetching needs of the Bot API, or of what stands in its place at another door."""

    async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
        """Call a method and return its ``result``; raises ChannelError."""
        ...

    def stream(self, path: str, silence: float) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a file; raises ChannelError."""
        ...


class Downloads:
    """Fetches what people sent by one door, until it is told to stop."""

    def __init__(self, store: Store, api: FileApi, door: str = "telegram") -> None:
        self._store = store
        self._api = api
        self._door = door
        self._under_way: set[asyncio.Task[None]] = set()
        self._bell = asyncio.Event()
        self._due_in = 0.0

    async def run(self, stop: threading.Event) -> None:
        """Work until ``stop``; what is under way then is begun anew later. Database errors are raised."""
        loop = asyncio.get_running_loop()

        def ring() -> None:
            loop.call_soon_threadsafe(self._bell.set)

        self._store.wake.listen(ring, files.TABLE.name)
        try:
            while not stop.is_set():
                await self._begin_what_is_due()
        finally:
            self._store.wake.forget(ring)
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _begin_what_is_due(self) -> None:
        self._bell.clear()
        room = AT_ONCE - len(self._under_way)
        for one in await asyncio.to_thread(self._take, room) if room else []:
            task = asyncio.create_task(self._fetch(one))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        try:
            due_in = self._due_in if room else LOOK_AGAIN  # whoever makes room rings
            await asyncio.wait_for(self._bell.wait(), min(max(due_in, 0.05), LOOK_AGAIN))  # others must not spin us
        except TimeoutError:
            return

    def _take(self, room: int) -> list[Fetch]:
        self._due_in = seconds_until_due(self._store, files.TABLE, files.from_door(self._door))
        if self._due_in > 0:
            return []
        with self._store.unit("downloads", rings=False) as unit:
            return files.take_fetches(unit, room, self._door)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._bell.set()

    async def _fetch(self, one: Fetch) -> None:
        """Fetch one file; whatever happens to it, the others go on."""
        try:
            await self._fetch_into(one)
        except LeaseLostError:
            log.info("lease_lost", queue="download", id=str(one.held.id))
        except FileTooLargeError:
            await asyncio.to_thread(self._note, one, _too_large)
        except ChannelError as error:
            await self._after(one, error)
        except Exception as error:
            trouble = where_it_failed()
            log.exception("fetching_failed", id=str(one.held.id), trouble=trouble)
            note = _later(_pause(one), trouble) if is_outage(error) else _gave_up(trouble)
            await asyncio.to_thread(self._note, one, note)

    async def _fetch_into(self, one: Fetch) -> None:
        told = await self._api.post("getFile", {"file_id": one.source}, CALL_SECONDS)
        path, size = _place_and_size(told)
        if size is not None and size > files.LARGEST:
            raise FileTooLargeError("Telegram says so")
        writer = FileWriter(
            self._store,
            one.file_id,
            one.scope,
            media_of=media_type,
            limit=files.LARGEST,
            holds=lambda unit: files.keep_hold(unit, one.held),
        )
        received = 0
        async with aclosing(self._api.stream(path, LONGEST_SILENCE)) as pieces:
            async for piece in pieces:
                await asyncio.to_thread(writer.write, piece)
                received += len(piece)
        if size not in (None, received):
            raise TemporaryFailure("cut_off", "the file ended too early")
        await asyncio.to_thread(self._note, one, lambda unit, one: files.file_fetched(unit, one.held, writer))

    async def _after(self, one: Fetch, error: ChannelError) -> None:
        log.warning("fetching_failed", id=str(one.held.id), code=error.code, meaning=error.meaning)
        if isinstance(error, PermanentFailure):
            note = _too_large if error.code == FILE_TOO_LARGE else _gave_up(error.code)
            return await asyncio.to_thread(self._note, one, note)
        after = min(error.retry_after, LONGEST_REST) if isinstance(error, RateLimited) else _pause(one)
        return await asyncio.to_thread(self._note, one, _later(after, error.code))

    def _note(self, one: Fetch, note: Note) -> None:
        try:
            with self._store.unit("downloads") as unit:
                note(unit, one)
        except (LeaseLostError, NoResultFound):  # somebody else fetches it, or what it came with was erased
            log.info("lease_lost", queue="download", id=str(one.held.id))


def _pause(one: Fetch) -> timedelta:
    return timedelta(seconds=claims.nth_pause(STEPS, one.held.tries))


class Note(Protocol):
    """Writes down what became of a fetch."""

    def __call__(self, unit: UnitOfWork, one: Fetch, /) -> None:
        """Write it down in this unit; raises LeaseLostError."""


def _too_large(unit: UnitOfWork, one: Fetch) -> None:
    files.file_too_large(unit, one.held)


def _gave_up(trouble: str) -> Note:
    def note(unit: UnitOfWork, one: Fetch) -> None:
        if files.give_up(unit, one.held, trouble):
            _parked(unit, one, trouble)

    return note


def _later(after: timedelta, trouble: str) -> Note:
    def note(unit: UnitOfWork, one: Fetch) -> None:
        if files.fetch_later(unit, one.held, after, trouble):
            _parked(unit, one, trouble)

    return note


def _parked(unit: UnitOfWork, one: Fetch, trouble: str) -> None:
    log.error("file_parked", id=str(one.held.id), trouble=trouble)
    unit.record(ItemParked(case_id=None, queue="download", item_id=one.held.id))


def _place_and_size(told: Any) -> tuple[str, int | None]:
    path = told.get("file_path") if isinstance(told, dict) else None
    if not isinstance(path, str) or not path:
        raise TemporaryFailure("no_path", "Telegram did not say where the file is")
    size = told.get("file_size")
    return path, size if isinstance(size, int) and not isinstance(size, bool) else None
