"""Seals: what the whole log came to at an instant, in 32 bytes that can be kept where nobody here can reach them.

The MACs of the log say nothing to a stranger, and whoever has the key ring can make them anew. So each chain has a
second digest that anybody can compute: SHA-256 over the content of its events, one after the other. A *seal* is the
root of a hash tree over where every chain ended. Its line goes to a file that is shipped elsewhere. What is cut off
or forged later, even with the key, contradicts a line that somebody else holds.

A chain digest begins with SHA-256 of ``panah event chain 1`` and the chain's name; each event makes it SHA-256 of the
digest before (as bytes) and the event's content. A leaf of the tree is SHA-256 of a zero byte and ``CHAIN POSITION
DIGEST``, a node SHA-256 of a one byte and its two children; a node without a sibling is passed up as it is. Leaves
stand in the order in which chains were first sealed. A root gives nothing away, and proves one chain to somebody who
may see only that one (:meth:`Tree.path`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base
from store.eventlog import GENESIS, ChainHead, EventRow, content_of, is_next

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from store.unit_of_work import UnitOfWork

BEGINNING = b"panah event chain 1\n"
NOTHING_BEFORE = "0" * 64
"""What the first seal names as the line before it."""


class Seal(Base):
    """One seal. Numbers count from 1 without a gap."""

    __tablename__ = "seal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    chains: Mapped[int]
    events: Mapped[int]
    root: Mapped[bytes]
    before: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the line of the seal before it."""
    mac: Mapped[bytes]
    """Under a key of ours: it tells our lines from others'."""


class SealHead(Base):
    """Where a chain ended at a seal, if it had grown since the one before."""

    __tablename__ = "seal_head"

    seal_number: Mapped[int] = mapped_column(ForeignKey("seal.number"), primary_key=True)
    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    digest: Mapped[bytes]


def first_digest(chain: str) -> bytes:
    """Return the digest of a chain without events."""
    return hashlib.sha256(BEGINNING + chain.encode()).digest()


def next_digest(before: bytes, content: str) -> bytes:
    """Return the digest of a chain that has grown by one event."""
    return hashlib.sha256(before + content.encode()).digest()


class Tree:
    """A hash tree over chains that grows: putting one leaf costs as many hashes as the tree is high."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._levels: list[list[bytes]] = [[]]

    def put(self, chain: str, position: int, digest: bytes) -> None:
        """Say where a chain ends now; a new chain gets the next leaf."""
        place = self._places.setdefault(chain, len(self._places))
        node = hashlib.sha256(b"\x00" + f"{chain} {position} {digest.hex()}".encode()).digest()
        for height in range(len(self._levels) + 1):
            if height == len(self._levels):
                self._levels.append([])
            level = self._levels[height]
            level[place : place + 1] = [node]
            if len(level) == 1:
                del self._levels[height + 1 :]
                return
            left = level[place & ~1]
            right = level[place | 1] if (place | 1) < len(level) else None
            node = left if right is None else hashlib.sha256(b"\x01" + left + right).digest()
            place //= 2

    @property
    def root(self) -> bytes:
        """What all of it comes to; 32 zero bytes while there is nothing."""
        return self._levels[-1][0] if self._levels[0] else GENESIS

    def path(self, chain: str) -> list[tuple[str, str]]:
        """Return what leads from a chain's leaf to the root: on which side each sibling stands, and its hash."""
        place, steps = self._places[chain], []
        for level in self._levels:
            sibling = place ^ 1
            if sibling < len(level):
                steps.append(("left" if sibling < place else "right", level[sibling].hex()))
            place //= 2
        return steps


@dataclass(frozen=True)
class Taken:
    """A seal about to be written: where the chains that have grown end, and the chains that do not hold."""

    number: int
    heads: dict[str, tuple[int, bytes]]
    chains: int
    events: int
    root: bytes
    before: str
    broken: tuple[str, ...]


def take_seal(unit: UnitOfWork) -> Taken:
    """Work out the next seal, from one moment of the database. Changes nothing.

    A chain that does not hold stays in the seal as it was when it last held.
    """
    tree, ends = Tree(), dict[str, tuple[int, bytes]]()
    for head in _sealed(unit.session):
        tree.put(head.chain, head.position, head.digest)
        ends[head.chain] = (head.position, head.digest)
    grown: dict[str, tuple[int, bytes]] = {}
    broken = []
    key = unit.vault.subkey("eventlog")
    for now in unit.session.scalars(select(ChainHead).order_by(ChainHead.chain)):
        position, digest = ends.get(now.chain, (0, first_digest(now.chain)))
        if position == now.position:
            continue
        further = _grown(unit.session, key, now, position, digest)
        if further is None:
            broken.append(now.chain)
            continue
        grown[now.chain] = ends[now.chain] = (now.position, further)
        tree.put(now.chain, now.position, further)
    last = unit.session.scalars(select(Seal).order_by(Seal.number.desc()).limit(1)).one_or_none()
    return Taken(
        number=1 if last is None else last.number + 1,
        heads=grown,
        chains=len(ends),
        events=sum(position for position, _ in ends.values()),
        root=tree.root,
        before=NOTHING_BEFORE if last is None else line_hash(line_of(last)),
        broken=tuple(broken),
    )


def _grown(session: Session, key: bytes, end: ChainHead, position: int, digest: bytes) -> bytes | None:
    """Return the digest of a chain at its end, going on from an earlier one; None where it does not hold."""
    before = GENESIS
    if position:
        sealed = session.scalars(_event(end.chain, position)).one_or_none()
        if sealed is None:
            return None
        before = sealed.mac
    for row in _events(session, end.chain, position):
        if not is_next(key, before, position, row):
            return None
        before, position, digest = row.mac, row.position, next_digest(digest, content_of(row))
    return digest if (position, before) == (end.position, end.mac) else None


def keep_seal(unit: UnitOfWork, taken: Taken) -> str:
    """Write a seal and return its line; IntegrityError when somebody else has written this number."""
    seal = Seal(
        number=taken.number,
        at=unit.now,
        chains=taken.chains,
        events=taken.events,
        root=taken.root,
        before=taken.before,
        mac=b"",
    )
    seal.mac = _mac(unit, _said(seal))
    unit.session.add(seal)
    unit.session.flush()
    unit.session.add_all(
        SealHead(seal_number=taken.number, chain=chain, position=position, digest=digest)
        for chain, (position, digest) in taken.heads.items()
    )
    unit.session.flush()
    return line_of(seal)


def line_of(seal: Seal) -> str:
    """Return the line by which a seal is kept elsewhere, without its end: compact JSON."""
    return _compact({**_said(seal), "mac": seal.mac.hex()})


def line_hash(line: str) -> str:
    """Return what the next line says of this one."""
    return hashlib.sha256(line.encode()).hexdigest()


def _said(seal: Seal) -> dict[str, Any]:
    return {
        "seal": seal.number,
        "at": seal.at.astimezone(UTC).isoformat(),
        "chains": seal.chains,
        "events": seal.events,
        "root": seal.root.hex(),
        "before": seal.before,
    }


def _compact(said: Mapping[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def _mac(unit: UnitOfWork, said: Mapping[str, Any]) -> bytes:
    return hmac.digest(unit.vault.subkey("seal"), _compact(said).encode(), "sha256")


def lines_after(unit: UnitOfWork, number: int) -> list[str]:
    """Return the lines of all seals that come behind one; 0: of all there are."""
    return [
        line_of(one) for one in unit.session.scalars(select(Seal).where(Seal.number > number).order_by(Seal.number))
    ]


def number_of(line: str) -> int | None:
    """Return the number of the seal that a line is of; None for a line that is none."""
    said = _read(line)
    return None if said is None else int(said["seal"])


def newest_seal(unit: UnitOfWork) -> Seal | None:
    """Return the last seal; None before the first."""
    return unit.session.scalars(select(Seal).order_by(Seal.number.desc()).limit(1)).one_or_none()


@dataclass(frozen=True)
class SealBreak:
    """A seal that what is here contradicts, or that contradicts itself; ``chain`` where it can be told which."""

    seal: int
    what: str
    chain: str | None = None


def verify_seals(unit: UnitOfWork) -> Iterator[SealBreak]:
    """Hold the log against the seals in the database, and these against each other."""
    tree = Tree()
    heads = _by_seal(unit.session)
    before, expected = NOTHING_BEFORE, 1
    for seal in unit.session.scalars(select(Seal).order_by(Seal.number)):
        if seal.number != expected or seal.before != before:
            yield SealBreak(seal.number, "the seal before it was taken out or changed")
        if not hmac.compare_digest(seal.mac, _mac(unit, _said(seal))):
            yield SealBreak(seal.number, "the seal was changed")
        for head in heads.pop(seal.number, ()):
            tree.put(head.chain, head.position, head.digest)
        if tree.root != seal.root:
            yield SealBreak(seal.number, "what it says of the chains was changed")
            return  # every later one stands on it
        before, expected = line_hash(line_of(seal)), seal.number + 1
    yield from _contradicted(unit.session)


def _contradicted(session: Session) -> Iterator[SealBreak]:
    """Yield, for each chain, the first seal that its events contradict."""
    chains: dict[str, list[SealHead]] = {}
    for head in _sealed(session):
        chains.setdefault(head.chain, []).append(head)
    for chain, heads in sorted(chains.items()):
        found = _first_contradicted(session, chain, heads)
        if found is not None:
            yield found


def _first_contradicted(session: Session, chain: str, heads: Sequence[SealHead]) -> SealBreak | None:
    waiting = list(reversed(heads))
    digest, agreed, position = first_digest(chain), 0, 0
    for row in _events(session, chain, 0):
        digest, position = next_digest(digest, content_of(row)), row.position
        while waiting and waiting[-1].position <= position:
            head = waiting.pop()
            if (head.position, head.digest) != (position, digest):
                return SealBreak(
                    head.seal_number, f"events {agreed + 1} to {head.position} are not those sealed", chain
                )
            agreed = position
        if not waiting:
            return None
    cut = waiting[-1]
    return SealBreak(cut.seal_number, f"it was cut: {cut.position} events were sealed, {position} are here", chain)


def verify_lines(unit: UnitOfWork, lines: Iterable[str]) -> Iterator[SealBreak]:
    """Hold the seals in the database against lines that were kept elsewhere. Lines may begin with any number."""
    here = {one.number: one for one in unit.session.scalars(select(Seal))}
    before: str | None = None
    for place, line in enumerate((line.strip() for line in lines if line.strip()), start=1):
        said = _read(line)
        if said is None:
            yield SealBreak(0, f"line {place} of the file is no seal")
            before = None
            continue
        mac, rest = said["mac"], {name: value for name, value in said.items() if name != "mac"}
        seal = here.get(said["seal"])
        if not hmac.compare_digest(mac, _mac(unit, rest).hex()):
            yield SealBreak(said["seal"], f"line {place} of the file was not written with the key of this home")
        elif before is not None and rest.get("before") != before:
            yield SealBreak(said["seal"], f"between lines {place - 1} and {place} of the file others were taken out")
        if seal is None:
            yield SealBreak(said["seal"], f"the log of {said.get('at')} is not here: cut, forged, or an older copy")
        elif line_of(seal) != line:
            yield SealBreak(said["seal"], f"the log of {said.get('at')} was another than the one here: forged whole")
        before = line_hash(line)


def _read(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(said, dict) and isinstance(said.get("seal"), int) and isinstance(said.get("mac"), str)
    return said if fits and _compact(said) == line and said["mac"].isascii() else None


@dataclass(frozen=True)
class Proof:
    """That a seal holds a chain as it was at a position: the way from its leaf to the root, and the seal's line."""

    position: int
    digest: str
    path: tuple[tuple[str, str], ...]
    line: str


def proofs_of(unit: UnitOfWork, chain: str) -> list[Proof]:
    """Return a proof for each seal at which a chain had grown, oldest first."""
    tree, heads, found = Tree(), _by_seal(unit.session), []
    for seal in unit.session.scalars(select(Seal).order_by(Seal.number)):
        grown = heads.get(seal.number, ())
        for head in grown:
            tree.put(head.chain, head.position, head.digest)
        found += [
            Proof(head.position, head.digest.hex(), tuple(tree.path(chain)), line_of(seal))
            for head in grown
            if head.chain == chain
        ]
    return found


def _by_seal(session: Session) -> dict[int, list[SealHead]]:
    found: dict[int, list[SealHead]] = {}
    for head in _sealed(session):
        found.setdefault(head.seal_number, []).append(head)
    return found


def _sealed(session: Session) -> Iterable[SealHead]:
    return session.scalars(select(SealHead).order_by(SealHead.seal_number, SealHead.chain)).all()


def _event(chain: str, position: int) -> Any:
    return select(EventRow).where(EventRow.chain == chain, EventRow.position == position)


def _events(session: Session, chain: str, after: int) -> Iterable[EventRow]:
    rows = select(EventRow).where(EventRow.chain == chain, EventRow.position > after).order_by(EventRow.position)
    return session.scalars(rows).yield_per(500)
