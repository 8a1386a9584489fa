"""Attesting rows: what later decides whether a receipt, a message or a file is still what it was when it came.

Events attest themselves. Other rows that a court may ask about are attested a little later, when nothing of what is
attested of them changes any more: a digest of each is kept, and an event in the chain of its case says what all of them
together come to. A row that is changed or taken out then contradicts its digest, and changed digests contradict the
event. A digest covers ids that nobody can guess, so that it tells nothing to whoever holds the database alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy import String, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from store.base import Base, new_id
from store.eventlog import Event, EventRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

SETTLES_AFTER = timedelta(minutes=2)
"""What came in less than this ago may still be completed."""
OVERLAP = timedelta(days=1)
"""How far before the last attestation it is looked for rows that were left out."""
AT_ONCE = 500
LONGEST_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RowsAttested(Event):
    """Rows of this case were attested: so many, which together come to this digest (hexadecimal SHA-256)."""

    batch_id: UUID
    rows: int
    digest: str


class Attestation(Base):
    """The digest of one row of another table."""

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(24))
    row_id: Mapped[UUID]
    case_id: Mapped[UUID] = mapped_column(index=True)
    batch_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Facts:
    """What is attested of one row."""

    kind: str
    row_id: UUID
    case_id: UUID
    said: Mapping[str, Any]

    @property
    def content(self) -> str:
        """The one form in which it is digested: compact JSON in ASCII, keys in order."""
        return json.dumps({"kind": self.kind, **self.said}, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content.encode()).digest()


class Kind(Protocol):
    """One kind of row that is attested."""

    @property
    def name(self) -> str:
        """What attestations call it; never rename one that was released."""
        ...

    def waiting(self, unit: UnitOfWork, since: datetime, until: datetime, limit: int) -> Sequence[Facts]:
        """Return rows of cases that are not attested and came in between these instants."""
        ...

    def standing(self, unit: UnitOfWork, row_ids: Sequence[UUID]) -> Iterable[Facts]:
        """Return what these rows say now; of one that is gone, nothing. Their ``case_id`` need not be right."""
        ...


def not_attested(kind: str, row_id: ColumnElement[UUID] | Any) -> ColumnElement[bool]:
    """Whether there is no attestation of a row yet."""
    made = aliased(Attestation)  # whoever asks may have joined the table itself
    return ~exists().where(made.kind == kind, made.row_id == row_id)


def facts_of(**columns: Any) -> dict[str, Any]:
    """Write columns as facts: ids and bytes in hexadecimal, instants in UTC."""
    return {name: _plain(value) for name, value in columns.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, UUID) else value


def waiting_rows(unit: UnitOfWork, kinds: Sequence[Kind]) -> dict[UUID, list[Facts]]:
    """Return rows to be attested now, by case; not all of them where there are many. Call it again until it is empty.

    Kinds are asked in their order. A kind that builds on another's attestations finds its rows in the next round.
    """
    last = unit.session.scalar(select(func.max(Attestation.at)))
    until = unit.now - SETTLES_AFTER
    since = LONGEST_AGO if last is None else min(last, until) - OVERLAP
    found: dict[UUID, list[Facts]] = {}
    for kind in kinds:
        for one in kind.waiting(unit, since, until, AT_ONCE):
            found.setdefault(one.case_id, []).append(one)
    return found


def attest(unit: UnitOfWork, case_id: UUID, rows: Sequence[Facts]) -> None:
    """Attest rows of one case; IntegrityError where somebody else has attested one of them meanwhile."""
    batch_id = new_id()
    unit.session.add_all(
        Attestation(
            id=new_id(),
            kind=one.kind,
            row_id=one.row_id,
            case_id=case_id,
            batch_id=batch_id,
            digest=one.digest,
            at=unit.now,
        )
        for one in rows
    )
    unit.session.flush()
    digest = batch_digest((one.kind, one.row_id, one.digest) for one in rows)
    unit.record(RowsAttested(case_id=case_id, batch_id=batch_id, rows=len(rows), digest=digest))


def batch_digest(rows: Iterable[tuple[str, UUID, bytes]]) -> str:
    """Return what rows that were attested together come to: SHA-256 over ``KIND ID DIGEST`` lines, in order."""
    lines = sorted(f"{kind} {row_id} {digest.hex()}\n" for kind, row_id, digest in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class RowBreak:
    """A row that is not what was attested."""

    kind: str
    row_id: UUID
    case_id: UUID
    what: str


def verify_rows(unit: UnitOfWork, kinds: Sequence[Kind], erased: str) -> Iterator[RowBreak]:
    """Hold every attested row against its digest, and the digests against the log.

    ``erased``: the event after which a case has no rows any more, which is as it should be.
    """
    gone = set(unit.session.scalars(select(EventRow.case_id).where(EventRow.name == erased)))
    yield from _batches(unit, gone)
    for kind in kinds:
        yield from _rows(unit, kind, gone)


def _batches(unit: UnitOfWork, gone: set[UUID | None]) -> Iterator[RowBreak]:
    counted: dict[UUID, list[tuple[str, UUID, bytes]]] = {}
    cases: dict[UUID, UUID] = {}
    columns = select(
        Attestation.batch_id, Attestation.case_id, Attestation.kind, Attestation.row_id, Attestation.digest
    )
    for batch_id, case_id, kind, row_id, digest in unit.session.execute(columns):
        counted.setdefault(batch_id, []).append((kind, row_id, digest))
        cases[batch_id] = case_id
    for row in unit.session.scalars(select(EventRow).where(EventRow.name == RowsAttested.__name__)):
        said = RowsAttested.from_payload(row.case_id, row.payload)
        rows = counted.pop(said.batch_id, [])
        if row.case_id is None or row.case_id in gone:
            continue
        if len(rows) != said.rows:
            yield RowBreak("attestation", said.batch_id, row.case_id, f"{said.rows} were made, {len(rows)} are here")
        elif batch_digest(rows) != said.digest:
            yield RowBreak("attestation", said.batch_id, row.case_id, "was changed")
    for batch_id in counted:
        yield RowBreak("attestation", batch_id, cases[batch_id], "is in no log")


def _rows(unit: UnitOfWork, kind: Kind, gone: set[UUID | None]) -> Iterator[RowBreak]:
    wanted = select(Attestation).where(Attestation.kind == kind.name).order_by(Attestation.id)
    for part in unit.session.scalars(wanted).partitions(AT_ONCE):
        rows = [one for one in part if one.case_id not in gone]
        now = {one.row_id: one.digest for one in kind.standing(unit, [row.row_id for row in rows])}
        for row in rows:
            if row.row_id not in now:
                yield RowBreak(kind.name, row.row_id, row.case_id, "is missing")
            elif now[row.row_id] != row.digest:
                yield RowBreak(kind.name, row.row_id, row.case_id, "was changed")
