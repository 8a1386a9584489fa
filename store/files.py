"""Files as encrypted chunks in the database: as consistent, as backed up and as near to every node as any other row.

Each chunk is sealed under the key of a scope and bound to its file, its position and to whether it is the last: a
chunk that was moved, left out or cut off does not open. Chunks are written one by one, in transactions of their own;
a file counts only once it is finished, and what a crash leaves unfinished is thrown away by whoever begins again.

The SHA-256 of a file as it was received is evidence. It is kept as ciphertext: whoever holds the database alone cannot
look up in it files that they know.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import OWN, Base, new_id
from store.data_keys import Scope
from store.errors import FileTooLargeError, UnreadableError
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from store.unit_of_work import Store, UnitOfWork

CHUNK = 256 * 1024
"""Bytes of plaintext in every chunk but the last."""


class StoredFile(Base):
    """One file. Its size and the kind of thing it is are readable, all else is ciphertext."""

    __tablename__ = "stored_file"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(64), index=True)
    """Under whose key it is, e.g. ``case:ID``."""
    media: Mapped[str | None] = mapped_column(String(64))
    """What its first bytes look like: a remark for people, nothing to rely on."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None]
    """Ciphertext of the hexadecimal SHA-256 of the file as received."""
    received_at: Mapped[datetime]
    """When its first byte was asked for."""
    finished_at: Mapped[datetime | None]
    about: Mapped[bytes | None]
    """Ciphertext of a JSON object: what the file tells about itself (when, where, with what); None: not looked yet."""


class FileChunk(Base):
    """One sealed piece of a file; positions begin at 0."""

    __tablename__ = "file_chunk"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    ciphertext: Mapped[bytes]


@dataclass(frozen=True)
class Written:
    """A file that is complete. ``sha256`` is hexadecimal and does not show in a repr."""

    id: UUID
    size: int
    media: str
    sha256: str = field(repr=False)


class Opens(Protocol):
    """What begins the units in which a file is written: a store, for transactions of its own."""

    def unit(self, actor: str, *, rings: bool = True) -> AbstractContextManager[UnitOfWork]:
        """Begin one."""
        ...


@dataclass(frozen=True)
class Within:
    """A unit that has begun, for a file that is written in it and kept or thrown away with all else of it."""

    begun: UnitOfWork

    @contextmanager
    def unit(self, actor: str, *, rings: bool = True) -> Iterator[UnitOfWork]:  # noqa: ARG002  as a store has it
        """Go on in it."""
        yield self.begun


class FileWriter:
    """Writes one file, piece by piece, in short transactions of its own, or within one unit.

    ``holds`` runs in each of them, before anything is written: it raises when the writer lost the right to write.
    ``media_of`` says what the first bytes look like. At most ``limit`` bytes are taken.
    """

    def __init__(
        self,
        store: Opens,
        file_id: UUID,
        scope: Scope,
        *,
        media_of: Callable[[bytes], str],
        limit: int,
        holds: Callable[[UnitOfWork], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._file_id = file_id
        self._scope = scope
        self._media_of = media_of
        self._limit = limit
        self._holds = holds
        self._waiting = bytearray()
        self._hash = hashlib.sha256()
        self._size = 0
        self._position = 0
        self._media: str | None = None

    def write(self, piece: bytes) -> None:
        """Take a piece of any size; FileTooLargeError (nothing of the piece is kept) beyond the limit."""
        if self._size + len(piece) > self._limit:
            raise FileTooLargeError(f"a file has more than {self._limit} bytes")
        self._hash.update(piece)
        self._size += len(piece)
        self._waiting += piece
        while len(self._waiting) > CHUNK:  # one chunk is held back: it may be the last
            self._write_chunk(self._cut())

    def finish(self, unit: UnitOfWork) -> Written:
        """Write what is left and declare the file complete, in the unit of whoever wants it."""
        self._seal_chunk(unit, bytes(self._waiting), last=True)
        row = unit.session.get_one(StoredFile, self._file_id, populate_existing=True)
        digest = self._hash.hexdigest()
        row.media, row.size, row.finished_at = self._media, self._size, unit.now
        row.sha256 = unit.vault.seal(self._scope, Field("stored_file", "sha256", row.id), digest)
        unit.session.flush()
        return Written(row.id, self._size, self._media or "", digest)

    def _cut(self) -> bytes:
        chunk = bytes(self._waiting[:CHUNK])
        del self._waiting[:CHUNK]
        return chunk

    def _write_chunk(self, chunk: bytes) -> None:
        with self._store.unit("files", rings=False) as unit:
            self._holds(unit)
            self._seal_chunk(unit, chunk, last=False)

    def _seal_chunk(self, unit: UnitOfWork, chunk: bytes, *, last: bool) -> None:
        if self._media is None:
            self._media = self._media_of(chunk)
        place = _place(self._file_id, self._position, last=last)
        sealed = unit.vault.seal_bytes(self._scope, place, chunk)
        unit.session.add(FileChunk(file_id=self._file_id, position=self._position, ciphertext=sealed))
        unit.session.flush()
        self._position += 1


def begin_file(unit: UnitOfWork, scope: Scope) -> UUID:
    """Make the row of a file that is going to be written; return its id."""
    file = StoredFile(id=new_id(), scope=str(scope), received_at=unit.now)
    unit.session.add(file)
    unit.session.flush()
    return file.id


def discard_unfinished(unit: UnitOfWork, file_id: UUID) -> None:
    """Throw away what there is of a file that was never finished; a finished one, or none, is left as it is."""
    unfinished = select(StoredFile.id).where(StoredFile.id == file_id, StoredFile.finished_at.is_(None))
    if unit.session.scalar(unfinished.with_for_update(**OWN)) is not None:
        unit.session.execute(delete(FileChunk).where(FileChunk.file_id == file_id))
        unit.session.execute(delete(StoredFile).where(StoredFile.id == file_id))


def read_file(store: Store, file_id: UUID) -> Iterator[bytes]:
    """Yield the plaintext of a finished file, chunk by chunk; raises UnreadableError as soon as one does not fit."""
    with store.read() as unit:
        row = unit.session.get(StoredFile, file_id)
        if row is None or row.finished_at is None or row.size is None:
            raise UnreadableError("there is no such file, or it was never finished")
        scope, size = Scope.parse(row.scope), row.size
    last = max(0, -(-size // CHUNK) - 1)
    read = 0
    for position in range(last + 1):
        with store.read() as unit:
            chunk = unit.session.get(FileChunk, (file_id, position))
            if chunk is None:
                raise UnreadableError("a piece of a file is missing")
            opened = unit.vault.open_bytes(scope, _place(file_id, position, last=position == last), chunk.ciphertext)
        read += len(opened)
        yield opened
    if read != size:
        raise UnreadableError("a file has not the size it was received with")


def sha256_of(unit: UnitOfWork, file: StoredFile) -> str | None:
    """Return the hexadecimal SHA-256 of a file as received; None while it is unfinished."""
    if file.sha256 is None:
        return None
    return unit.vault.open(Scope.parse(file.scope), Field("stored_file", "sha256", file.id), file.sha256)


def _place(file_id: UUID, position: int, *, last: bool) -> str:
    return f"file_chunk:ciphertext:{file_id}:{position}:{'last' if last else 'more'}"
