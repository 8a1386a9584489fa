"""Files that reporters send: which are fetched, what becomes of each, what is known of them."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, exists, func, select

from cases.events import FileNotFetched, FileStored
from cases.models import Download, FileState, Report
from cases.sealed.events import SealedFileNotFetched, SealedFileStored
from store import claims
from store.base import OWN, new_id
from store.chats import Chat
from store.data_keys import Scope, case_scope, sealed_scope
from store.files import StoredFile, begin_file, discard_unfinished, sha256_of
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.claims import Claim
    from store.files import FileWriter, Written
    from store.unit_of_work import UnitOfWork

TABLE: Table = Download.__table__  # type: ignore[assignment]  # declarative tables are Tables

LARGEST = 20 * 1024 * 1024
"""Bytes: Telegram hands out nothing larger to a bot."""
PER_HOUR = 40
"""Files of one conversation that are fetched within an hour …"""
PER_DAY = 200 * 1024 * 1024
"""… and their bytes within a day. What goes beyond is not fetched; the message it came with is kept, as all are."""
LEASE = timedelta(seconds=60)
"""How long a fetch is held without any progress."""
GIVE_UP_AFTER = timedelta(hours=24)
"""After a day of bad moments a person is told."""


@dataclass(frozen=True)
class SentFile:
    """A file in a message: what it was sent as, the provider's name for it, its size as far as it was told.

    ``unique`` is the name that a file keeps when it is sent again.
    """

    kind: str
    source: str = field(repr=False)
    unique: str = field(repr=False)
    size: int | None = None
    written: FileWriter | None = field(default=None, repr=False)
    """Has written it already, where it came with the message itself and nobody has to fetch it."""
    refused: FileState | None = None
    """Why its door could not take it."""
    name: str = field(default="", repr=False)
    """What whoever sent it calls it, where they do. It is not kept."""


@dataclass(frozen=True)
class Fetch:
    """One file that may be fetched now, into ``file_id``."""

    held: Claim
    file_id: UUID
    scope: Scope
    source: str = field(repr=False)


def ask_for_file(unit: UnitOfWork, report: Report, message_id: UUID, sent: SentFile) -> None:
    """Write down a file that came with a message: to be fetched, unless it is too large or one too many.

    What came along with the message itself is complete with this.
    """
    if report.chat_id is None:
        raise ValueError("a file came in without a conversation")
    written = None if sent.written is None else FileState.STORED
    state = sent.refused or written or may_keep(unit, report.chat_id, sent.size)
    download = Download(
        id=new_id(),
        case_id=report.case_id,
        message_id=message_id,
        chat_id=report.chat_id,
        kind=sent.kind,
        size=sent.size,
        state=state,
        asked_at=unit.now,
        due_at=unit.now if state == FileState.WAITING else None,
    )
    download.source = unit.vault.seal(case_scope(report.case_id), _source_field(download), sent.source)
    unit.session.add(download)
    unit.session.flush()
    if state is FileState.STORED and sent.written is not None:
        _came_along(unit, download, sent.written)
    elif state is not FileState.WAITING:
        _note_not_fetched(unit, download)


def files_kept(unit: UnitOfWork, case_id: UUID) -> Sequence[StoredFile]:
    """Return the files that came with the messages of a case and are here, in the order in which they came."""
    return unit.session.scalars(
        select(StoredFile)
        .join(Download, Download.file_id == StoredFile.id)
        .where(Download.case_id == case_id, Download.message_id.is_not(None), Download.state == FileState.STORED)
        .order_by(Download.asked_at, Download.id)
    ).all()


def ask_for_sealed_file(unit: UnitOfWork, where: tuple[UUID, UUID, UUID], sent: SentFile) -> None:
    """Write down a file that was sent into a sealed file: to be fetched, under the key of that.

    ``where``: the case, the conversation, and the entry it came with.
    """
    case_id, chat_id, entry_id = where
    state = sent.refused or may_keep(unit, chat_id, sent.size)
    download = Download(
        id=new_id(),
        case_id=case_id,
        entry_id=entry_id,
        chat_id=chat_id,
        kind=sent.kind,
        size=sent.size,
        state=state,
        asked_at=unit.now,
        due_at=unit.now if state == FileState.WAITING else None,
    )
    download.source = unit.vault.seal(_scope(download), _source_field(download), sent.source)
    unit.session.add(download)
    unit.session.flush()


def _scope(download: Download) -> Scope:
    """Under whose key a file is written: that of the sealed file it lies in, or of its case."""
    return case_scope(download.case_id) if download.entry_id is None else sealed_scope(download.case_id)


def may_keep(unit: UnitOfWork, chat_id: UUID, size: int | None) -> FileState:
    """Say whether one more file of a conversation, of so many bytes, may be kept (``WAITING``) or why not."""
    if size is not None and size > LARGEST:
        return FileState.TOO_LARGE
    fetched = (Download.chat_id == chat_id, Download.state.in_((FileState.WAITING, FileState.STORED)))
    lately = select(func.count()).where(*fetched, Download.asked_at > unit.now - timedelta(hours=1))
    today = select(func.sum(Download.size)).where(*fetched, Download.asked_at > unit.now - timedelta(days=1))
    too_many = (unit.session.scalar(lately) or 0) >= PER_HOUR
    too_much = (unit.session.scalar(today) or 0) + (size or 0) > PER_DAY
    return FileState.TOO_MANY if too_many or too_much else FileState.WAITING


def _note_not_fetched(unit: UnitOfWork, download: Download) -> None:
    if download.message_id is None:
        _note_sealed_not_fetched(unit, download)
        return
    unit.record(
        FileNotFetched(
            case_id=download.case_id, message_id=download.message_id, chat_id=download.chat_id, why=download.state
        )
    )


def _note_sealed_not_fetched(unit: UnitOfWork, download: Download) -> None:
    """Of a film in a sealed file: whoever sent it hears so, and its list says how much is not there."""
    if download.entry_id is not None:
        unit.record_last(
            SealedFileNotFetched(
                case_id=download.case_id, entry_id=download.entry_id, chat_id=download.chat_id, why=download.state
            )
        )


@cache
def from_door(door: str) -> tuple[ColumnElement[bool], ...]:
    """Which files are to be fetched from the provider of a door."""
    return (exists().where(Chat.id == TABLE.c.chat_id, Chat.door == door).correlate(TABLE),)


def take_fetches(unit: UnitOfWork, limit: int, door: str = "telegram") -> list[Fetch]:
    """Claim files that may be fetched from a door's provider now. What an earlier try left of them is thrown away."""
    held = claims.claim(unit.session, TABLE, unit.now, limit=limit, lease=LEASE, only=from_door(door))
    return [_begin(unit, one) for one in held]


def _begin(unit: UnitOfWork, held: Claim) -> Fetch:
    row = unit.session.get_one(Download, held.id)
    scope = _scope(row)
    left = row.file_id
    row.file_id = begin_file(unit, scope)
    unit.session.flush()
    if left is not None:
        discard_unfinished(unit, left)
    return Fetch(held, row.file_id, scope, source_of(unit, row))


def keep_hold(unit: UnitOfWork, held: Claim) -> None:
    """Say that a fetch makes progress; raises LeaseLostError when somebody else makes it now."""
    claims.extend(unit.session, TABLE, held, unit.now + LEASE)


def file_fetched(unit: UnitOfWork, held: Claim, writer: FileWriter) -> None:
    """Declare a file complete, together with the event that attests it; raises LeaseLostError."""
    row = unit.session.get_one(Download, held.id)
    written = writer.finish(unit)
    claims.finish(unit.session, TABLE, held, state=FileState.STORED, size=written.size)
    _attest(unit, row, written)


def _came_along(unit: UnitOfWork, row: Download, writer: FileWriter) -> None:
    written = writer.finish(unit)
    row.file_id, row.size = written.id, written.size
    unit.session.flush()
    _attest(unit, row, written)


def _attest(unit: UnitOfWork, row: Download, written: Written) -> None:
    keyed = unit.vault.subkey(f"fingerprint:{row.case_id}")
    attested = hmac.digest(keyed, written.sha256.encode(), "sha256").hex()
    if row.message_id is not None:
        unit.record(
            FileStored(case_id=row.case_id, message_id=row.message_id, file_id=written.id, fingerprint=attested)
        )
    elif row.entry_id is not None:
        unit.record(
            SealedFileStored(case_id=row.case_id, entry_id=row.entry_id, file_id=written.id, fingerprint=attested)
        )


def take_out_of_seal(unit: UnitOfWork, entry_id: UUID, message_id: UUID) -> None:
    """Have the files of a sealed entry belong to a message of the case from now on.

    What is here stays under the key it was written with; what is still to be fetched comes under that of the case.
    """
    for row in unit.session.scalars(
        select(Download).where(Download.entry_id == entry_id).order_by(Download.id).with_for_update(**OWN)
    ):
        source = unit.vault.open(_scope(row), _source_field(row), row.source)
        row.entry_id, row.message_id = None, message_id
        if row.state == FileState.STORED and row.file_id is not None:
            _attest_anew(unit, row, unit.session.get_one(StoredFile, row.file_id))
        elif row.state == FileState.WAITING:
            row.due_at, row.fence = (None if row.parked_at else unit.now), None  # whoever fetches it now begins anew
        row.source = unit.vault.seal(_scope(row), _source_field(row), source)
    unit.session.flush()


def _attest_anew(unit: UnitOfWork, row: Download, file: StoredFile) -> None:
    """Have the log attest a file as one of its message."""
    sha256 = sha256_of(unit, file)
    if sha256 is None or row.message_id is None:
        return
    attested = hmac.digest(unit.vault.subkey(f"fingerprint:{row.case_id}"), sha256.encode(), "sha256").hex()
    unit.record(FileStored(case_id=row.case_id, message_id=row.message_id, file_id=file.id, fingerprint=attested))


def file_too_large(unit: UnitOfWork, held: Claim) -> None:
    """Note that a file turned out larger than its provider hands out; raises LeaseLostError."""
    row = _without_file(unit, held)
    claims.finish(unit.session, TABLE, held, state=FileState.TOO_LARGE)
    unit.session.refresh(row)
    _note_not_fetched(unit, row)


def fetch_later(unit: UnitOfWork, held: Claim, after: timedelta, trouble: str) -> bool:
    """Try again in a while, for a day; then park it. Return whether it was parked. Raises LeaseLostError."""
    row = _without_file(unit, held)
    if unit.now - row.asked_at < GIVE_UP_AFTER:
        claims.finish(unit.session, TABLE, held, due_at=unit.now + after, trouble=trouble)
        return False
    claims.finish(unit.session, TABLE, held, parked_at=unit.now, trouble=trouble)
    return True


def give_up(unit: UnitOfWork, held: Claim, trouble: str) -> bool:
    """After a failure that is no mere bad moment: try a few times, then park it. Return whether it was parked.

    Raises LeaseLostError.
    """
    parked = claims.give_up_or_retry(unit.session, TABLE, held, unit.now, trouble)
    if parked:
        _without_file(unit, held)
    return parked


def _without_file(unit: UnitOfWork, held: Claim) -> Download:
    row = unit.session.get_one(Download, held.id)
    begun, row.file_id = row.file_id, None
    unit.session.flush()
    if begun is not None:
        discard_unfinished(unit, begun)
    return row


def source_of(unit: UnitOfWork, download: Download) -> str:
    """Decrypt the provider's name of a file."""
    return unit.vault.open(_scope(download), _source_field(download), download.source)


def _source_field(download: Download) -> Field:
    return Field("download", "source", download.id)
