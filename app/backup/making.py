"""Making a backup while everything runs: one moment of the database, read row by row, encrypted as it is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO

import pyrage
from sqlalchemy import select

from app import VERSION
from app.backup.form import FORMAT, KINDS, LEFT_OUT, PURPOSE, BackupError, Sums, end_line, kind_of, line_of
from app.backup.identity import read_recipients
from app.migration import revision_of
from app.schema import metadata
from store import eventlog
from store.events import BackupMade
from store.ring_file import name_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Table

    from store.unit_of_work import Store, UnitOfWork

ROWS_AT_ONCE = 50
LINE = 2**20
"""Bytes after which a line of rows is ended."""


def make_backup(store: Store, path: Path, recipients: Sequence[str]) -> dict[str, int]:
    """Write a backup that ``recipients`` (age) can open; return how many rows it holds, by table.

    The file is there completely or not at all; one that exists is never overwritten (FileExistsError). A process that
    is killed may leave ``.NAME.part`` behind, which the next backup of that name removes.
    """
    known = read_recipients(recipients)
    if path.exists():
        raise BackupError(f"{path} exists; give the backup another name")
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    sums = Sums()
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file, store.read() as unit:
            epoch = store.ring.current_epoch
            encrypt(lines_of(unit, epoch, sums), file, known)
            file.flush()
            os.fsync(file.fileno())
        name_once(part, path)
    finally:
        part.unlink(missing_ok=True)
    with store.unit("cli") as unit:
        unit.record(BackupMade(case_id=None, epoch=epoch))
    return sums.rows


def lines_of(unit: UnitOfWork, epoch: str, sums: Sums) -> Iterator[bytes]:
    """Yield the lines of a backup, all from the one moment that the unit sees."""
    tables = [table for table in metadata().sorted_tables if table.name not in LEFT_OUT]
    yield sums.add(
        line_of(
            {
                "panah_backup": FORMAT,
                "version": VERSION,
                "revision": revision_of(unit.session.connection()),
                "made_at": unit.now.isoformat(),
                "epoch": epoch,
                "tables": {table.name: {one.name: kind_of(one) for one in table.columns} for table in tables},
            }
        )
    )
    for table in tables:
        yield from _rows_of(unit, table, sums)
    yield end_line(sums, eventlog.heads(unit.session), unit.vault.subkey(PURPOSE))


def _rows_of(unit: UnitOfWork, table: Table, sums: Sums) -> Iterator[bytes]:
    writes = [KINDS[kind_of(column)].write for column in table.columns]
    found = unit.session.execute(select(table), execution_options={"stream_results": True, "yield_per": ROWS_AT_ONCE})
    waiting: list[list[Any]] = []
    size = 0
    for row in found:
        values = [None if value is None else write(value) for write, value in zip(writes, row, strict=True)]
        waiting.append(values)
        size += sum(len(value) for value in values if isinstance(value, str))
        if size >= LINE or len(waiting) == ROWS_AT_ONCE:
            yield sums.add(line_of({"t": table.name, "r": waiting}), table.name, len(waiting))
            waiting, size = [], 0
    if waiting:
        yield sums.add(line_of({"t": table.name, "r": waiting}), table.name, len(waiting))


class _Pieces:
    """Lines as something that can be read from. What goes wrong in making them is kept: the library hides it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._waiting = b""
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, nothing at the end."""
        if self.error is not None:
            raise self.error
        try:
            while not self._waiting:
                line = next(self._lines, None)
                if line is None:
                    return b""
                self._waiting = line
        except BaseException as error:
            self.error = error
            raise
        size = len(self._waiting) if size < 0 else size
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        return piece


def encrypt(lines: Iterator[bytes], to: BinaryIO, recipients: Sequence[object]) -> None:
    """Encrypt lines as they come; whatever making them raises is raised."""
    pieces = _Pieces(lines)
    try:
        pyrage.encrypt_io(pieces, to, recipients)
    except Exception as error:
        if pieces.error is not None:
            raise pieces.error from None
        raise BackupError("the backup could not be written; is the disk full?") from error
