"""Files to be fetched: begun anew after a crash, by one worker at a time, and no more than a chat may send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from cases import intake
from cases.files import (
    GIVE_UP_AFTER,
    LARGEST,
    LEASE,
    PER_DAY,
    Fetch,
    SentFile,
    fetch_later,
    file_fetched,
    keep_hold,
    take_fetches,
)
from cases.intake import Wrapping
from cases.models import Download, FileState, Report
from store.chats import find_or_open_chat
from store.errors import LeaseLostError
from store.files import CHUNK, FileChunk, FileWriter, StoredFile, read_file

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store


def report(store: Store, *files: SentFile) -> None:
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000000")
        found = unit.session.scalars(select(Report)).first()
        if found is None:
            intake.open_report(unit, chat, language="en", kind="voice", content="{}", wrapping=Wrapping(files=files))
        else:
            intake.add_message(unit, found, kind="voice", content="{}", wrapping=Wrapping(files=files))


def sent(name: str = "one", size: int | None = None) -> SentFile:
    return SentFile("voice", name, name, size)


def take(store: Store) -> list[Fetch]:
    with store.unit("test") as unit:
        return take_fetches(unit, 10)


def writer(store: Store, one: Fetch) -> FileWriter:
    return FileWriter(
        store,
        one.file_id,
        one.scope,
        media_of=lambda _: "audio/ogg",
        limit=LARGEST,
        holds=lambda unit: keep_hold(unit, one.held),
    )


def states(store: Store) -> list[str]:
    with store.read() as unit:
        return list(unit.session.scalars(select(Download.state).order_by(Download.asked_at, Download.id)))


def test_what_a_dead_worker_left_is_thrown_away_and_fetched_anew(store: Store, clock: ManualClock) -> None:
    report(store, sent())
    (dead,) = take(store)
    half = writer(store, dead)
    half.write(b"x" * (CHUNK + 1))
    assert take(store) == []
    clock.advance(LEASE + timedelta(seconds=1))
    (alive,) = take(store)
    assert alive.source == "one"
    with pytest.raises(LeaseLostError):
        half.write(b"x" * CHUNK)
    whole = writer(store, alive)
    whole.write(b"the whole file")
    with store.unit("test") as unit:
        file_fetched(unit, alive.held, whole)
    assert b"".join(read_file(store, alive.file_id)) == b"the whole file"
    with store.read() as unit:
        assert list(unit.session.scalars(select(StoredFile.id))) == [alive.file_id]
        assert unit.session.scalar(select(func.count()).select_from(FileChunk)) == 1


def test_a_slow_fetch_that_goes_on_is_not_taken_away(store: Store, clock: ManualClock) -> None:
    report(store, sent())
    (slow,) = take(store)
    writing = writer(store, slow)
    for _ in range(5):
        clock.advance(LEASE - timedelta(seconds=1))
        writing.write(b"x" * (CHUNK + 1))
        assert take(store) == []
    with store.unit("test") as unit:
        file_fetched(unit, slow.held, writing)
    assert states(store) == [FileState.STORED]


def test_a_day_of_bad_moments_ends_with_a_person(store: Store, clock: ManualClock) -> None:
    report(store, sent())
    (one,) = take(store)
    with store.unit("test") as unit:
        assert not fetch_later(unit, one.held, timedelta(minutes=5), "no_answer")
    clock.advance(GIVE_UP_AFTER)
    (again,) = take(store)
    with store.unit("test") as unit:
        assert fetch_later(unit, again.held, timedelta(minutes=5), "no_answer")
    with store.read() as unit:
        assert unit.session.scalars(select(Download.parked_at)).one() is not None
        assert unit.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_chat_may_send_so_many_bytes_a_day(store: Store, clock: ManualClock) -> None:
    fit = PER_DAY // LARGEST
    for number in range(fit + 1):
        report(store, sent(str(number), LARGEST))
    assert states(store) == [*[FileState.WAITING] * fit, FileState.TOO_MANY]
    clock.advance(timedelta(days=1, seconds=1))
    report(store, sent("tomorrow", LARGEST))
    assert states(store)[-1] == FileState.WAITING


def test_the_file_of_a_message_whose_caption_was_corrected_is_not_fetched_twice(store: Store) -> None:
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000000")
        first = Wrapping(number=7, files=(sent("unique"),))
        intake.open_report(unit, chat, language="en", kind="photo", content='{"photo": "unique"}', wrapping=first)
        found = unit.session.scalars(select(Report)).one()
        corrected = Wrapping(number=7, correction=True, files=(sent("unique"),))
        intake.add_message(unit, found, kind="photo", content='{"photo": "unique", "caption": "x"}', wrapping=corrected)
        replaced = Wrapping(number=7, correction=True, files=(sent("another"),))
        intake.add_message(unit, found, kind="photo", content='{"photo": "another"}', wrapping=replaced)
    assert len(states(store)) == 2
