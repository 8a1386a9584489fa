"""A file that is fetched from Telegram: none counts as whole that is not, and one that is gone stops no other."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select
from structlog.testing import capture_logs

from alerts.channels.port import PermanentFailure, TemporaryFailure
from alerts.events import ItemParked
from bot.downloads import Downloads
from cases import intake
from cases.files import GIVE_UP_AFTER, SentFile
from cases.intake import Wrapping
from cases.models import Download, FileState
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.files import FileChunk
from tests.bot.test_tables import FakeApi
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.clock import ManualClock
    from store.unit_of_work import Store


class SizedApi(FakeApi):
    """One that says how large the file is."""

    async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
        return {**await super().post(method, payload, seconds), "file_size": 10}


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as store:
        with store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", "7000000")
            sent = Wrapping(files=(SentFile("voice", "file-1", "unique-1"),))
            intake.open_report(unit, chat, language="en", kind="voice", content="{}", wrapping=sent)
        yield store


def fetches(store: Store, api: FakeApi) -> None:
    downloads = Downloads(store, api)
    with capture_logs():
        for one in downloads._take(9):  # noqa: SLF001  one after the other, and no bell
            asyncio.run(downloads._fetch(one))  # noqa: SLF001


def stands(store: Store) -> tuple[str, timedelta | None, bool]:
    """Its state, when it is tried again, and whether a person must look."""
    with store.read() as unit:
        row = unit.session.scalars(select(Download)).one()
        return row.state, None if row.due_at is None else row.due_at - unit.now, row.parked_at is not None


@pytest.mark.parametrize("api", [SizedApi(b"12345"), FakeApi(b"12345", path=None)])
def test_what_ended_too_early_or_has_no_place_is_fetched_again_from_its_beginning(
    store: Store, clock: ManualClock, api: FakeApi
) -> None:
    fetches(store, api)
    assert stands(store) == (FileState.WAITING, timedelta(seconds=2), False)
    with store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(FileChunk)) == 0
    clock.advance(timedelta(seconds=2))
    fetches(store, SizedApi(b"12345", b"67890"))
    assert stands(store) == (FileState.STORED, None, False)


def test_after_a_day_of_bad_moments_a_person_looks(store: Store, clock: ManualClock) -> None:
    fetches(store, FakeApi(error=TemporaryFailure("502")))
    clock.advance(GIVE_UP_AFTER)
    fetches(store, FakeApi(error=TemporaryFailure("502")))
    assert stands(store) == (FileState.WAITING, None, True)
    with store.read() as unit:
        said = select(func.count()).select_from(EventRow).where(EventRow.name == ItemParked.__name__)
        assert unit.session.scalar(said) == 1


@pytest.mark.parametrize("error", [None, TemporaryFailure("502"), PermanentFailure("file_gone"), ValueError()])
def test_what_was_erased_while_it_was_fetched_is_let_go(store: Store, error: Exception | None) -> None:
    class ErasingApi(FakeApi):
        async def post(self, method: str, payload: dict[str, Any], seconds: float) -> Any:
            with store.unit("test") as unit:
                unit.session.execute(delete(Download))
            return await super().post(method, payload, seconds)

    fetches(store, ErasingApi(b"12345", error=error))
