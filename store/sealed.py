"""What comes in while the instance is locked: sealed to a public key, opened in its order once there are keys again.

The pair belongs to an epoch: its private half is derived from the epoch's key and dies with it, its public half lies
beside the ring for anybody to see. HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM; each ciphertext is bound
to the source and number of the input, so that one put in another's place does not open.
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
from store.base import OWN, Base, new_id
from store.errors import EpochUnknownError, UnreadableError
from store.inbox import InboxItem, RawInput, keep, move_cursor
from store.vault import pad, text_bytes, text_of, unpad

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.unit_of_work import Store, UnitOfWork
    from store.vault import KeyRing

log = structlog.get_logger(__name__)
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PURPOSE = "sealed input"
AT_ONCE = 100
"""Inputs that are opened in one transaction."""


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
    """It did not open: nobody has the key, or somebody has changed it."""


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
    """Keep raw inputs as :func:`store.inbox.keep` does, without any key of ours; return how many were new."""
    numbers = [given.number for given in inputs]
    known = {
        number
        for table in (SealedInput, InboxItem)
        for number in unit.session.scalars(
            select(table.number).where(table.source == source, table.number.in_(numbers))
        )
    }
    fresh = {given.number: given for given in reversed(inputs) if given.number not in known}
    for number in sorted(fresh):
        unit.session.add(_sealed(unit, key, source, door, fresh[number]))
    if numbers and moves_cursor:
        move_cursor(unit, source, max(numbers))
    unit.session.flush()
    return len(fresh)


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
    """
    opened = 0
    while _is_something_sealed(store):
        with store.unit("system") as unit:
            opened += open_some(unit, store.ring)
    if opened:
        log.info("sealed_inputs_opened", count=opened)
    return opened


def _is_something_sealed(store: Store) -> bool:
    with store.glance() as connection:
        return bool(connection.scalar(select(exists().where(SealedInput.refused_at.is_(None)))))


def open_some(unit: UnitOfWork, ring: KeyRing) -> int:
    """Put the first AT_ONCE into the inbox, in this unit; return how many were new there."""
    rows = unit.session.scalars(
        select(SealedInput)
        .where(SealedInput.refused_at.is_(None))
        .order_by(SealedInput.source, SealedInput.number)
        .limit(AT_ONCE)
        .with_for_update(**OWN)
    ).all()
    count = 0
    for row in rows:
        try:
            given = _opened(unit, ring, row)
        except UnreadableError:
            row.refused_at = unit.now
            log.critical("sealed_input_does_not_open", number=row.number, epoch=row.epoch)
            continue
        count += keep(unit, row.source, row.door, [given], moves_cursor=False)
        unit.session.delete(row)
    return count


def _opened(unit: UnitOfWork, ring: KeyRing, row: SealedInput) -> RawInput:
    """Open one; raises UnreadableError."""
    try:
        private = _private(ring, row.epoch)
    except EpochUnknownError:
        handover.take_over(unit.session, ring)
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
