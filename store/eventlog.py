"""The event log: what happened, in order, per case, in a chain of keyed MACs.

Events are named in the past tense and carry ids and codes only. Each is written in the commit of the change it
describes. The MAC of an event covers its content and the MAC before it, so that changing, dropping or reordering a
row shows (:func:`verify`). Cutting the tail, or forging a chain whole, shows against seals (:mod:`store.seals`).
"""

from __future__ import annotations

import dataclasses
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, get_type_hints
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from store.base import OWN, Base, new_id
from store.claims import Claimable
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

SYSTEM_CHAIN = "system"
GENESIS = b"\x00" * 32


@dataclass(frozen=True)
class Event:
    """Something that happened. Subclasses add fields of type UUID, str, int or datetime (ids and codes only)."""

    case_id: UUID | None

    @classmethod
    def from_payload(cls, case_id: UUID | None, payload: Mapping[str, Any]) -> Self:
        """Rebuild the event from its row; fields it no longer has are ignored."""
        kinds = get_type_hints(cls)
        known = {field.name for field in dataclasses.fields(cls)} - {"case_id"}
        given = {name: _decode(kinds[name], value) for name, value in payload.items() if name in known}
        return cls(case_id=case_id, **given)

    def payload(self) -> dict[str, Any]:
        """Return what is stored beside the case id."""
        names = (field.name for field in dataclasses.fields(self) if field.name != "case_id")
        return {name: _encode(getattr(self, name)) for name in names}


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _decode(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if kind in (UUID, UUID | None):
        return UUID(value)
    if kind in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    return value


class EventRow(Base):
    """One event of one chain."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("chain", "position"), Index("ix_event_at", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    chain: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    mac: Mapped[bytes]


class ChainHead(Base):
    """Where a chain ends; locked while an event is appended, so that positions never collide."""

    __tablename__ = "chain_head"

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    mac: Mapped[bytes]


class Reaction(Claimable, Base):
    """What must follow an event: one row per (event, reaction), handled in a transaction of its own."""

    __tablename__ = "reaction"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))


Reaction.__table__.append_constraint(UniqueConstraint("event_id", "name"))  # type: ignore[attr-defined]  # a Table


def append(
    session: Session, mac_key: bytes, event: Event, *, actor: str, now: datetime, reactions: tuple[str, ...]
) -> UUID:
    """Write an event at the end of its chain, and a row for each reaction it calls for. Return the event's id."""
    return append_all(session, mac_key, [(event, reactions)], actor=actor, now=now)[0]


def append_all(
    session: Session,
    mac_key: bytes,
    events: Sequence[tuple[Event, tuple[str, ...]]],
    *,
    actor: str,
    now: datetime,
) -> list[UUID]:
    """Write events, in their order, each at the end of its chain, and a row for each reaction that is named beside it.

    Return their ids. Takes a few statements however many there are. The chains are locked in one order, whoever writes.
    """
    if not events:
        return []
    heads = _lock_heads(session, {chain_of(event) for event, _ in events})
    rows = []
    for event, _ in events:
        head = heads[chain_of(event)]
        row = _row(mac_key, event, End(head.position, head.mac), actor, now)
        head.position, head.mac = row["position"], row["mac"]
        rows.append(row)
    return _added(session, rows, [reactions for _, reactions in events], now)


@dataclass(frozen=True)
class End:
    """Where a chain was seen to end."""

    position: int
    mac: bytes


def append_at(
    session: Session,
    mac_key: bytes,
    event: Event,
    end: End,
    *,
    actor: str,
    now: datetime,
    reactions: tuple[str, ...],
) -> UUID | None:
    """Write an event behind where its chain was seen to end, if it still ends there; else write nothing.

    One statement less than :func:`append_all`: the end is moved on and locked by the same.
    """
    row = _row(mac_key, event, end, actor, now)
    moved = session.execute(
        update(ChainHead)
        .where(ChainHead.chain == row["chain"], ChainHead.position == end.position, ChainHead.mac == end.mac)
        .values(position=row["position"], mac=row["mac"])
        .returning(ChainHead.chain)
        .execution_options(synchronize_session=False)
    )
    return None if moved.one_or_none() is None else _added(session, [row], [reactions], now)[0]


def _row(mac_key: bytes, event: Event, end: End, actor: str, now: datetime) -> dict[str, Any]:
    """Return the row of an event that comes behind an end."""
    row: dict[str, Any] = {
        "chain": chain_of(event),
        "position": end.position + 1,
        "name": type(event).__name__,
        "case_id": event.case_id,
        "actor": actor,
        "at": now,
        "payload": event.payload(),
    }
    return {"id": new_id(), **row, "mac": _mac(mac_key, end.mac, _written(**row))}


def _added(
    session: Session, rows: Sequence[dict[str, Any]], reactions: Sequence[tuple[str, ...]], now: datetime
) -> list[UUID]:
    """Add the rows of events, and those of what must follow each of them. Two statements, for every unit records."""
    session.flush()
    session.execute(insert(EventRow.__table__), list(rows))  # type: ignore[arg-type]  # a Table
    following = [
        {"id": new_id(), "event_id": row["id"], "name": name, "due_at": now}
        for row, names in zip(rows, reactions, strict=True)
        for name in names
    ]
    if following:
        session.execute(insert(Reaction.__table__), following)  # type: ignore[arg-type]  # a Table
    return [row["id"] for row in rows]


def chain_of(event: Event) -> str:
    """Return the chain an event belongs to: that of its case, or the system's."""
    return SYSTEM_CHAIN if event.case_id is None else f"case:{event.case_id}"


def _lock_heads(session: Session, chains: Collection[str]) -> dict[str, ChainHead]:
    """Lock where chains end, in one order; one that has no end yet gets it. One statement where all have theirs."""
    found = _locked_heads(session, chains)
    if len(found) < len(chains):
        _begin_chains(session, chains)
        found = _locked_heads(session, chains)
    return found


def _begin_chains(session: Session, chains: Collection[str]) -> None:
    fresh = [{"chain": chain, "position": 0, "mac": GENESIS} for chain in sorted(chains)]
    session.execute(insert_into(session, ChainHead).values(fresh).on_conflict_do_nothing())


def _locked_heads(session: Session, chains: Collection[str]) -> dict[str, ChainHead]:
    rows = session.scalars(
        select(ChainHead)
        .where(ChainHead.chain.in_(chains))
        .order_by(ChainHead.chain)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    )
    return {row.chain: row for row in rows}


def content_of(row: EventRow) -> str:
    """Return what is attested of an event, in the one form in which it is: compact JSON in ASCII, keys in order."""
    return _written(
        chain=row.chain,
        position=row.position,
        name=row.name,
        case_id=row.case_id,
        actor=row.actor,
        at=row.at,
        payload=row.payload,
    )


def _written(
    *, chain: str, position: int, name: str, case_id: UUID | None, actor: str, at: datetime, payload: dict[str, Any]
) -> str:
    return json.dumps(
        [
            chain,
            position,
            name,
            None if case_id is None else str(case_id),
            actor,
            at.astimezone(UTC).isoformat(),
            payload,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )


def is_next(key: bytes, before: bytes, position: int, row: EventRow) -> bool:
    """Whether an event is what came behind the one with this MAC at this position, and is as it was written."""
    return row.position == position + 1 and hmac.compare_digest(row.mac, _mac(key, before, content_of(row)))


def _mac(key: bytes, before: bytes, content: str) -> bytes:
    return hmac.digest(key, before + content.encode(), "sha256")


@dataclass(frozen=True)
class Break:
    """A place where a chain does not hold: the first position that does not fit, and how."""

    chain: str
    position: int
    what: str


def verify(session: Session, mac_key: bytes) -> Iterator[Break]:
    """Recompute every chain; yield at most one break for each, at its first wrong position."""
    heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    chains = set(session.scalars(select(EventRow.chain).distinct())) | set(heads)
    for chain in sorted(chains):
        found = _first_break(session, mac_key, chain, heads.get(chain))
        if found is not None:
            yield found


def _first_break(session: Session, mac_key: bytes, chain: str, head: ChainHead | None) -> Break | None:
    before, position = GENESIS, 0
    rows = session.scalars(select(EventRow).where(EventRow.chain == chain).order_by(EventRow.position))
    for row in rows.yield_per(500):
        if row.position != position + 1:
            return Break(chain, position + 1, "an event is missing")
        if not hmac.compare_digest(row.mac, _mac(mac_key, before, content_of(row))):
            return Break(chain, row.position, "an event was changed")
        before, position = row.mac, row.position
    if head is None or (head.position, head.mac) != (position, before):
        return Break(chain, position + 1, "the end of the chain was cut")
    return None


def newest_at(session: Session, name: str) -> datetime | None:
    """Return when an event of no case was written last, by its name; None if it never was."""
    of_it = select(EventRow.at).where(EventRow.chain == SYSTEM_CHAIN, EventRow.name == name)
    return session.scalar(of_it.order_by(EventRow.position.desc()).limit(1))


def heads(session: Session) -> dict[str, tuple[int, str]]:
    """Return where every chain ends: its length and the hexadecimal MAC at its end."""
    return {head.chain: (head.position, head.mac.hex()) for head in session.scalars(select(ChainHead))}
