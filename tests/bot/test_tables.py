"""A table that a coordinator sent: what becomes of it when it cannot be fetched, or read, or is nobody's any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, exc, select
from structlog.testing import capture_logs

from alerts.channels.port import PermanentFailure, RateLimited, TemporaryFailure
from alerts.models import Delivery
from bot.tables import TRIES, Tables
from cases.aside import TABLE, Sent, set_aside, what_waits
from contacts.csv_table import MAX_BYTES
from contacts.models import ContactMethod
from store.chats import Chat
from tests.quick import quick_store
from tests.web.house import House

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store

PEOPLE = b"name\nExample One\nExample Two\n"


class FakeApi:
    """The Bot API, which gives a file in pieces, or fails as it is told."""

    def __init__(self, *pieces: bytes, error: Exception | None = None, path: object = "documents/1.csv") -> None:
        self.pieces, self.error, self.path = pieces, error, path

    async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
        del method, payload, seconds
        if self.error is not None:
            raise self.error
        return {"file_path": self.path}

    async def stream(self, path: str, silence: float) -> AsyncGenerator[bytes, None]:
        del path, silence
        for piece in self.pieces:
            yield piece


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as store:
        yield store


@pytest.fixture
def sent(store: Store) -> UUID:
    """By Aigerim, a moment ago."""
    aigerim = House(store).helper("Aigerim", telegram="1")
    with store.unit("test") as unit:
        chat_id = unit.session.scalars(select(ContactMethod.chat_id).where(ContactMethod.contact_id == aigerim)).one()
        return set_aside(unit, aigerim, unit.session.get_one(Chat, chat_id), Sent(source="file-1"), is_list=True)


def fetches(store: Store, api: FakeApi) -> None:
    with capture_logs():
        asyncio.run(Tables(store, api, "UTC")._read_next())  # noqa: SLF001  one at a time, and no bell


def told(store: Store) -> list[str]:
    with store.read() as unit:
        return [one.partition("|")[0] for one in unit.session.scalars(select(Delivery.template))]


def due_in(store: Store) -> timedelta | None:
    """None of one that waits for nothing but its sender, or is forgotten."""
    with store.read() as unit:
        due_at = unit.session.scalar(select(TABLE.c.due_at))
        return None if due_at is None else due_at - unit.now


def test_what_it_names_is_read_back(store: Store, sent: UUID) -> None:
    fetches(store, FakeApi(PEOPLE[:9], PEOPLE[9:]))
    assert told(store) == ["staff.list_read"]
    with store.read() as unit:
        waits = what_waits(unit, sent)
        assert waits is not None
        assert [one.name for one in waits.people] == ["Example One", "Example Two"]


@pytest.mark.parametrize(
    ("api", "words"),
    [
        (FakeApi(error=PermanentFailure("file_gone")), "staff.list_unreadable"),
        (FakeApi(path=None), "staff.list_unreadable"),
        (FakeApi(b"x" * MAX_BYTES, b"x"), "staff.list_unreadable"),
        (FakeApi(b"\x00\xff\xfe no table"), "staff.list_unreadable"),
        (FakeApi(b"\n\n"), "staff.list_nobody"),
    ],
)
def test_of_one_that_cannot_be_read_its_sender_hears_and_it_is_forgotten(
    store: Store, sent: UUID, api: FakeApi, words: str
) -> None:
    fetches(store, api)
    assert told(store) == [words]
    with store.read() as unit:
        assert what_waits(unit, sent) is None


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (TemporaryFailure("502"), [2, 5, 15, 60, 60, 60]),
        (RateLimited("429", retry_after=timedelta(seconds=31)), [31] * 6),
        (exc.TimeoutError(), [2, 5, 15, 60, 60, 60]),
    ],
)
def test_a_bad_moment_passes_however_long_it_lasts(
    store: Store, clock: ManualClock, error: Exception, pauses: list[int]
) -> None:
    for pause in pauses:
        fetches(store, FakeApi(error=error))
        assert due_in(store) == timedelta(seconds=pause)
        clock.advance(timedelta(seconds=pause))
    assert told(store) == []
    fetches(store, FakeApi(PEOPLE))
    assert told(store) == ["staff.list_read"]


@pytest.mark.usefixtures("sent")
def test_one_at_which_we_fail_again_and_again_is_given_up(store: Store, clock: ManualClock) -> None:
    for _ in range(TRIES):
        assert told(store) == []
        fetches(store, FakeApi(error=ValueError()))
        clock.advance(timedelta(minutes=1))
    assert told(store) == ["staff.list_unreadable"]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("error", [None, PermanentFailure("file_gone"), TemporaryFailure("502"), ValueError()])
def test_one_that_was_forgotten_while_it_was_fetched_stops_no_other(store: Store, error: Exception | None) -> None:
    class ForgetfulApi(FakeApi):
        async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
            with store.unit("test") as unit:
                unit.session.execute(delete(TABLE))
            return await super().post(method, payload, seconds)

    fetches(store, ForgetfulApi(PEOPLE, error=error))
    assert told(store) == []
