"""Files: what was received comes back to the byte, and whatever was done to its pieces shows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from store.data_keys import DataKey, Scope, case_scope
from store.errors import FileTooLargeError, LeaseLostError, UnreadableError
from store.files import CHUNK, FileChunk, FileWriter, StoredFile, begin_file, discard_unfinished, read_file, sha256_of
from store.unit_of_work import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.unit_of_work import UnitOfWork

SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7)


def bytes_of(size: int) -> bytes:
    """So many bytes that differ from chunk to chunk."""
    return hashlib.shake_128(b"a file").digest(size)


def writer(store: Store, scope: Scope, *, limit: int = 10 * CHUNK) -> tuple[UUID, FileWriter]:
    with store.unit("test") as unit:
        file_id = begin_file(unit, scope)
    return file_id, FileWriter(store, file_id, scope, media_of=lambda _: "image/jpeg", limit=limit)


def keep(store: Store, data: bytes, scope: Scope | None = None, pieces: Sequence[int] = ()) -> UUID:
    file_id, writing = writer(store, scope or case_scope(uuid4()))
    begin = 0
    for length in (*pieces, len(data)):
        writing.write(data[begin : begin + length])
        begin += length
    with store.unit("test") as unit:
        writing.finish(unit)
    return file_id


def read(store: Store, file_id: UUID) -> bytes:
    return b"".join(read_file(store, file_id))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(size=st.sampled_from(SIZES), pieces=st.lists(st.sampled_from((0, 1, 1000, CHUNK, CHUNK + 1)), max_size=4))
def test_whatever_its_size_and_the_pieces_it_came_in_a_file_comes_back(
    store: Store, size: int, pieces: list[int]
) -> None:
    data = bytes_of(size)
    file_id = keep(store, data, pieces=pieces)
    assert read(store, file_id) == data
    with store.read() as unit:
        row = unit.session.get_one(StoredFile, file_id)
        assert (row.size, row.media) == (size, "image/jpeg")
        assert sha256_of(unit, row) == hashlib.sha256(data).hexdigest()
        chunks = unit.session.scalar(select(func.count()).where(FileChunk.file_id == file_id))
    assert chunks == max(1, -(-size // CHUNK))


def cut_off(unit: UnitOfWork, file_id: UUID) -> None:
    """Leave out the end, and say that there never was more."""
    unit.session.execute(delete(FileChunk).where(FileChunk.file_id == file_id, FileChunk.position == 2))
    unit.session.execute(update(StoredFile).where(StoredFile.id == file_id).values(size=2 * CHUNK))


def leave_one_out(unit: UnitOfWork, file_id: UUID) -> None:
    unit.session.execute(delete(FileChunk).where(FileChunk.file_id == file_id, FileChunk.position == 1))


def swap(unit: UnitOfWork, file_id: UUID) -> None:
    first, second = (unit.session.get_one(FileChunk, (file_id, position)) for position in (0, 1))
    first.ciphertext, second.ciphertext = second.ciphertext, first.ciphertext


def change_a_byte(unit: UnitOfWork, file_id: UUID) -> None:
    chunk = unit.session.get_one(FileChunk, (file_id, 1))
    chunk.ciphertext = chunk.ciphertext[:-1] + bytes([chunk.ciphertext[-1] ^ 1])


def never_finish(unit: UnitOfWork, file_id: UUID) -> None:
    unit.session.execute(update(StoredFile).where(StoredFile.id == file_id).values(finished_at=None))


@pytest.mark.parametrize("harm", [cut_off, leave_one_out, swap, change_a_byte, never_finish])
def test_what_was_done_to_the_pieces_of_a_file_shows(store: Store, harm: Callable[[UnitOfWork, UUID], None]) -> None:
    file_id = keep(store, bytes_of(2 * CHUNK + 1))
    with store.unit("test") as unit:
        harm(unit, file_id)
    with pytest.raises(UnreadableError):
        read(store, file_id)


def test_a_piece_of_another_file_of_the_same_case_does_not_fit(store: Store) -> None:
    scope = case_scope(uuid4())
    one, other = keep(store, b"one", scope), keep(store, b"two", scope)
    with store.unit("test") as unit:
        unit.session.get_one(FileChunk, (one, 0)).ciphertext = unit.session.get_one(FileChunk, (other, 0)).ciphertext
    with pytest.raises(UnreadableError):
        read(store, one)


def test_with_the_key_of_its_case_a_file_is_gone(store: Store) -> None:
    scope = case_scope(uuid4())
    file_id = keep(store, b"an invented picture", scope)
    with store.unit("test") as unit:
        unit.session.execute(delete(DataKey).where(DataKey.scope == str(scope)))
    with pytest.raises(UnreadableError):
        read(Store(store.engine, store.ring, store.clock), file_id)


def test_a_file_that_is_too_large_is_refused_before_it_fills_the_disk(store: Store) -> None:
    _, writing = writer(store, case_scope(uuid4()), limit=CHUNK)
    writing.write(bytes_of(CHUNK))
    with pytest.raises(FileTooLargeError):
        writing.write(b"!")


def test_what_a_crash_left_of_a_file_is_thrown_away_and_a_finished_one_is_not(store: Store) -> None:
    unfinished, writing = writer(store, case_scope(uuid4()))
    writing.write(bytes_of(2 * CHUNK))
    finished = keep(store, b"whole")
    with store.unit("test") as unit:
        discard_unfinished(unit, unfinished)
        discard_unfinished(unit, finished)
    with store.read() as unit:
        assert list(unit.session.scalars(select(StoredFile.id))) == [finished]
        assert unit.session.scalar(select(func.count()).where(FileChunk.file_id == unfinished)) == 0
    assert read(store, finished) == b"whole"


def test_a_writer_that_lost_its_lease_writes_no_more(store: Store) -> None:
    with store.unit("test") as unit:
        file_id = begin_file(unit, case_scope(uuid4()))

    def lost(_: UnitOfWork) -> None:
        raise LeaseLostError("somebody else does it now")

    scope = case_scope(uuid4())
    writing = FileWriter(store, file_id, scope, media_of=lambda _: "", limit=10 * CHUNK, holds=lost)
    with pytest.raises(LeaseLostError):
        writing.write(bytes_of(CHUNK + 1))
    with store.read() as unit:
        assert unit.session.scalar(select(func.count()).where(FileChunk.file_id == file_id)) == 0
