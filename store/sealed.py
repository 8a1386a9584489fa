"""What comes in while the instance is locked: sealed to a public key, opened in its order once there are keys again.

The pair belongs to an epoch: its private half is derived from the epoch's key and dies with it, its public half lies
beside the ring for anybody to see. HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM; each ciphertext is bound
to the source and number of the input, so that one put in another's place does not open.

Nothing is sealed to a pair whose epoch is known to be destroyed: nobody could open it. What is sealed to an epoch that
this ring does not have yet waits for a ring that has it, here or in another home.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from sqlalchemy import BigInteger, Index, String, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column

from store import handover
from store.base import OWN, SHARED, Base, new_id
from store.errors import IntakeClosedError, UnreadableError
from store.handover import KeyEpoch
from store.inbox import InboxItem, RawInput, free_number, keep, move_cursor
from store.vault import pad, text_bytes, text_of, unpad

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from store.unit_of_work import Store, UnitOfWork
    from store.vault import KeyRing

log = structlog.get_logger(__name__)
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PURPOSE = "sealed input"
AT_ONCE = 100
"""Inputs that are opened in one transaction …"""
BYTES_AT_ONCE = 16 * 1024 * 1024
"""… but no more than so many bytes of them, and one at least."""


class SealedInput(Base):
    """One raw input that came while there were no keys. Its row goes in the commit that puts it into the inbox."""

    __tablename__ = "sealed_input"
    __table_args__ = (UniqueConstraint("source", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(40))
    """As in the inbox; numbers are unique within it, and order follows them."""
    number: Mapped[int] = mapped_column(BigInteger)
    door: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[str] = mapped_column(String(16))
    """Whose key opens it: that epoch is not destroyed before it was opened."""
    payload: Mapped[bytes]
    received_at: Mapped[datetime]
    refused_at: Mapped[datetime | None]
    """It did not open and never will: its key is destroyed, or somebody has changed it."""


Index("ix_sealed_input_epoch", SealedInput.epoch)


@dataclass(frozen=True)
class IntakeKey:
    """The public half: who has it can seal to us, and open nothing."""

    epoch: str
    public: bytes

    def as_text(self) -> str:
        """What stands in the file beside the ring."""
        return json.dumps({"epoch": self.epoch, "public": base64.b64encode(self.public).decode()})


def intake_key(ring: KeyRing) -> IntakeKey:
    """Return the public half of the newest epoch's pair; raises LockedError without keys."""
    epoch = ring.current_epoch
    return IntakeKey(epoch, _private(ring, epoch).public_key().public_bytes_raw())


def read_intake_key(path: Path) -> IntakeKey | None:
    """Read the file that :meth:`IntakeKey.as_text` was written to; None where there is none, or it is damaged."""
    try:
        stored = json.loads(path.read_text(encoding="ascii"))
        key = IntakeKey(str(stored["epoch"]), base64.b64decode(stored["public"], validate=True))
        X25519PublicKey.from_public_bytes(key.public)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key


def seal_inputs(
    unit: UnitOfWork, key: IntakeKey, source: str, door: str, inputs: Sequence[RawInput], *, moves_cursor: bool = True
) -> int:
    """Keep raw inputs as :func:`store.inbox.keep` does, without any key of ours; return how many were new.

    Raises IntakeClosedError, and keeps nothing, when the epoch of ``key`` is destroyed: whoever brings it keeps it.
    """
    numbers = [given.number for given in inputs]
    known = {
        number
        for table in (SealedInput, InboxItem)
        for number in unit.session.scalars(
            select(table.number).where(table.source == source, table.number.in_(numbers))
        )
    }
    fresh = {given.number: given for given in reversed(inputs) if given.number not in known}
    if fresh and _is_destroyed(unit, key.epoch):
        raise IntakeClosedError
    for number in sorted(fresh):
        unit.session.add(_sealed(unit, key, source, door, fresh[number]))
    if numbers and moves_cursor:
        move_cursor(unit, source, max(numbers))
    unit.session.flush()
    return len(fresh)


def free_sealed_number(unit: UnitOfWork, source: str) -> int:
    """Return a number for what its provider does not number, as :func:`store.inbox.free_number` does; later is more."""
    number = free_number(unit, source)
    while unit.session.scalar(select(exists().where(SealedInput.source == source, SealedInput.number == number))):
        number += 1
    return number


def _is_destroyed(unit: UnitOfWork, epoch: str) -> bool:
    """Whether an epoch was condemned; as long as this unit lasts it cannot be, if it was not."""
    destroyed = select(KeyEpoch.destroyed_at).where(KeyEpoch.epoch == epoch).with_for_update(**SHARED)
    return unit.session.scalar(destroyed) is not None


def _sealed(unit: UnitOfWork, key: IntakeKey, source: str, door: str, given: RawInput) -> SealedInput:
    plain = pad(text_bytes(json.dumps({"address": given.address, "payload": given.payload})))
    public = X25519PublicKey.from_public_bytes(key.public)
    return SealedInput(
        id=new_id(),
        source=source,
        number=given.number,
        door=door,
        epoch=key.epoch,
        payload=SUITE.encrypt(plain, public, info=_bound_to(source, given.number)),
        received_at=unit.now,
    )


def open_sealed(store: Store) -> int:
    """Put everything that was sealed into the inbox, in its order, each once; return how many.

    A process that dies between two commits leaves the rest sealed, for the next one. What does not open stays, marked.
    What this ring has no key for yet stays as it is: it is opened as soon as some ring has the key.
    """
    if not _is_something_sealed(store):
        return 0
    with store.read() as unit:
        later = awaited_epochs(unit, store.ring)
    opened = 0
    while _is_something_sealed(store, later):
        with store.unit("system") as unit:
            opened += open_some(unit, store.ring, later)
    if opened:
        log.info("sealed_inputs_opened", count=opened)
    return opened


def _is_something_sealed(store: Store, later: Collection[str] = ()) -> bool:
    waiting = exists().where(SealedInput.refused_at.is_(None), SealedInput.epoch.not_in(later))
    with store.glance() as connection:
        return bool(connection.scalar(select(waiting)))


def awaited_epochs(unit: UnitOfWork, ring: KeyRing) -> frozenset[str]:
    """Take over what other homes have begun; return the epochs of what waits whose keys may yet come.

    An older copy of a ring lacks keys that others have: only what is known to be destroyed is given up.
    """
    missing = sealed_by_epoch(unit).keys() - set(ring.epochs)
    if not missing:
        return frozenset()
    try:
        handover.take_over(unit.session, ring)
    except UnreadableError:  # even the newest key here is one that others have destroyed: theirs is the ring
        return frozenset(missing - set(ring.epochs))
    missing -= set(ring.epochs)
    gone = select(KeyEpoch.epoch).where(KeyEpoch.epoch.in_(missing), KeyEpoch.destroyed_at.is_not(None))
    return frozenset(missing.difference(unit.session.scalars(gone)))


def open_some(unit: UnitOfWork, ring: KeyRing, later: Collection[str] = ()) -> int:
    """Put the first of them into the inbox, in this unit, but for the epochs of ``later``; return how many were new."""
    count = 0
    for row_id in _first_ones(unit, later):
        row = unit.session.get(SealedInput, row_id, with_for_update=OWN, populate_existing=True)
        if row is None:  # another process has just opened it
            continue
        try:
            given = _opened(ring, row)
        except UnreadableError:
            row.refused_at = unit.now
            log.critical("sealed_input_does_not_open", number=row.number, epoch=row.epoch)
            continue
        count += keep(unit, row.source, row.door, [given], moves_cursor=False)
        unit.session.delete(row)
    return count


def _first_ones(unit: UnitOfWork, later: Collection[str]) -> list[UUID]:
    """Return which are opened next: as many as fit into memory beside all else."""
    waiting = (
        select(SealedInput.id, func.length(SealedInput.payload))
        .where(SealedInput.refused_at.is_(None), SealedInput.epoch.not_in(later))
        .order_by(SealedInput.source, SealedInput.number)
        .limit(AT_ONCE)
    )
    found: list[UUID] = []
    left = BYTES_AT_ONCE
    for row_id, size in unit.session.execute(waiting):
        left -= size
        if found and left < 0:
            break
        found.append(row_id)
    return found


def sealed_bytes(unit: UnitOfWork, source: str) -> int:
    """Count the bytes that lie sealed of a source."""
    return (
        unit.session.scalar(select(func.sum(func.length(SealedInput.payload))).where(SealedInput.source == source)) or 0
    )


def _opened(ring: KeyRing, row: SealedInput) -> RawInput:
    """Open one; raises UnreadableError."""
    private = _private(ring, row.epoch)
    try:
        plain = SUITE.decrypt(row.payload, private, info=_bound_to(row.source, row.number))
        stored = json.loads(text_of(unpad(plain)))
        return RawInput(row.number, stored["address"], stored["payload"])
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise UnreadableError("what was sealed does not open") from error


def sealed_by_epoch(unit: UnitOfWork) -> dict[str, int]:
    """Count what waits to be opened, by the epoch whose key does it."""
    waiting = select(SealedInput.epoch, func.count()).where(SealedInput.refused_at.is_(None))
    return {row[0]: row[1] for row in unit.session.execute(waiting.group_by(SealedInput.epoch))}


def refused_inputs(unit: UnitOfWork) -> int:
    """Count what did not open."""
    return unit.session.scalar(select(func.count()).where(SealedInput.refused_at.is_not(None))) or 0


def _private(ring: KeyRing, epoch: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(ring.epoch_subkey(epoch, PURPOSE))


def _bound_to(source: str, number: int) -> bytes:
    return f"panah:sealed_input:{source}:{number}".encode()
