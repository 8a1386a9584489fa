"""What becomes of epochs, as rows: how a new one comes to homes that have a ring file of their own.

Processes of one home share one ring file. Where several homes work on one PostgreSQL, each has its copy of the ring,
and whichever begins a month first writes the row, sealed by the epoch before it; the others take the key from there,
and take out of their rings what is destroyed. Backups leave the rows out.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base
from store.errors import UnreadableError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.vault import KeyRing

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
    """Return the epoch in which data keys are wrapped at this instant: its month, ``YYYY-MM``."""
    return f"{now:%Y-%m}"


def take_over(session: Session, ring: KeyRing) -> None:
    """Add the epochs that others have begun since this ring was last written, oldest first."""
    newer = select(KeyEpoch).where(KeyEpoch.epoch > ring.current_epoch, KeyEpoch.sealed.is_not(None))
    for row in session.scalars(newer.order_by(KeyEpoch.epoch)):
        try:
            ring.take_over(row.epoch, row.sealed or b"", row.under or "")
        except UnreadableError:
            log.warning("key_ring_is_behind", epoch=row.epoch, under=row.under)
            return
