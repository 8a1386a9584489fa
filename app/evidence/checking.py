"""Whether everything that is kept as evidence still is what it was: the log, seals, rows, messages, files."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.evidence.sealing import ERASED, KINDS
from cases.events import FileStored
from cases.evidence import fingerprint, kept_files, verify_messages
from cases.models import Case
from store.attestation import verify_rows
from store.errors import UnreadableError
from store.eventlog import EventRow
from store.files import StoredFile, read_file, sha256_of
from store.seals import verify_lines, verify_seals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from cases.evidence import KeptFile
    from store.unit_of_work import Store


@dataclass(frozen=True)
class Finding:
    """Something that is not what it was. ``place``: a chain and position, a seal's number, or a row's id."""

    kind: str
    place: str
    what: str
    case: str | None = None
    """The code of the case, where there is one."""

    def __str__(self) -> str:
        return f"{self.kind} {self.place}: {self.what}" + (f" (case {self.case})" if self.case else "")


def examine(store: Store, *, seals: Iterable[str] | None = None, with_files: bool = True) -> Iterator[Finding]:
    """Yield everything besides the chains themselves (``Store.verify_log``) that is not what it was.

    ``seals``: lines that were kept elsewhere. ``with_files``: also read every file to its last byte.
    """
    with store.read() as unit:
        codes = {row.id: row.code for row in unit.session.execute(select(Case.id, Case.code))}
        for seal in [*verify_seals(unit), *([] if seals is None else verify_lines(unit, seals))]:
            where = "" if seal.chain is None else f"{seal.chain}: "
            yield Finding("seal", str(seal.seal), where + seal.what)
        for row in [*verify_rows(unit, KINDS, ERASED), *verify_messages(unit)]:
            yield Finding(row.kind, str(row.row_id), row.what, codes.get(row.case_id))
    if with_files:
        yield from _files(store, codes)


def _files(store: Store, codes: dict[UUID, str]) -> Iterator[Finding]:
    with store.read() as unit:
        files = {file.id: file for file in kept_files(unit)}
        rows = unit.session.execute(
            select(EventRow.case_id, EventRow.payload).where(EventRow.name == FileStored.__name__)
        )
        events = [FileStored.from_payload(case_id, payload) for case_id, payload in rows]
        gone = set(unit.session.scalars(select(EventRow.case_id).where(EventRow.name == ERASED)))
    attested = {}
    for stored in events:
        attested[stored.file_id] = stored.fingerprint
        if stored.file_id not in files and stored.case_id not in gone and stored.case_id is not None:
            yield Finding("stored_file", str(stored.file_id), "is missing", codes.get(stored.case_id))
    for file in files.values():
        what = _what_is_wrong(store, file, attested.get(file.id))
        if what is not None:
            yield Finding("stored_file", str(file.id), what, codes.get(file.case_id))


def _what_is_wrong(store: Store, file: KeptFile, attested: str | None) -> str | None:
    found = hashlib.sha256()
    try:
        for piece in read_file(store, file.id):
            found.update(piece)
        with store.read() as unit:
            kept = sha256_of(unit, unit.session.get_one(StoredFile, file.id))
            now = fingerprint(unit, file.case_id, found.hexdigest())
    except UnreadableError as error:
        return str(error)
    if kept != found.hexdigest():
        return "is not what its SHA-256 says"
    if attested is None:
        return "is in no log"
    return None if hmac.compare_digest(now, attested) else "is not the file that the log attests"
