"""What becomes of epochs, as rows: how a new one comes to homes that have a ring file of their own.

Processes of one home share one ring file. Where several homes work on one PostgreSQL, each has its copy of the ring,
and whichever begins an epoch first writes the row, sealed by the epoch before it; the others take the key from there,
and take out of their rings what is destroyed. Backups leave the rows out.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import String, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base
from store.errors import UnreadableError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.vault import KeyRing

SECOND_HALF = 16
"""The day of the month, in UTC, on which its second epoch begins."""
log = structlog.get_logger(__name__)


class KeyEpoch(Base):
    """An epoch that was begun, for those who do not share the file it was written to."""

    __tablename__ = "key_epoch"

    epoch: Mapped[str] = mapped_column(String(16), primary_key=True)
    under: Mapped[str | None] = mapped_column(String(16))
    """The epoch before it, which seals it."""
    sealed: Mapped[bytes | None]
    """Ciphertext of its key; None where every process shares one ring file, and once ``under`` is destroyed."""
    begun_at: Mapped[datetime | None]
    """None for the one that a home was set up with."""
    destroyed_at: Mapped[datetime | None]
    """Every home takes it out of its ring."""


def epoch_of(now: datetime) -> str:
    """Return the epoch in which data keys are wrapped at this instant: ``2026-03`` until the 15th, then ``2026-03.16``.

    Two epochs are kept, so that a copy of the database can be read for 13 days at least and 31 at most.
    """
    return f"{now:%Y-%m}" if now.day < SECOND_HALF else f"{now:%Y-%m}.{SECOND_HALF}"


def take_over(session: Session, ring: KeyRing) -> None:
    """Add the epochs that others have begun since this ring was last written, oldest first.

    Raises UnreadableError when even the newest of this ring was destroyed elsewhere: nobody could read what it wraps.
    """
    newer = select(KeyEpoch).where(KeyEpoch.epoch > ring.current_epoch, KeyEpoch.sealed.is_not(None))
    for row in session.scalars(newer.order_by(KeyEpoch.epoch)):
        try:
            ring.take_over(row.epoch, row.sealed or b"", row.under or "")
        except UnreadableError:
            log.warning("key_ring_is_behind", epoch=row.epoch, under=row.under)
            break
    gone = select(exists().where(KeyEpoch.epoch == ring.current_epoch, KeyEpoch.destroyed_at.is_not(None)))
    if session.scalar(gone):
        raise UnreadableError(
            f"the key ring of this home ends with {ring.current_epoch}, which was destroyed: copy the newest one here"
        )
