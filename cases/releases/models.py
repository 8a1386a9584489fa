"""Rows of releases. What leaves is never kept in one: it is made anew from the view whenever it is shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class ReleaseState(StrEnum):
    """proposed → approved → sent → recalled; proposed → vetoed; proposed, approved → void.

    Void: what was approved is not what would leave now. Recalled: it has left; whoever has it is asked not to use it.
    """

    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT = "sent"
    RECALLED = "recalled"
    VETOED = "vetoed"
    VOID = "void"


OPEN = (ReleaseState.PROPOSED, ReleaseState.APPROVED)


class Basis(StrEnum):
    """On what ground something leaves."""

    CONSENT = "consent"
    VITAL_INTEREST = "vital"
    """The person cannot be asked, removal is imminent, no refusal is known: UNHCR only."""
    EMERGENCY = "emergency"
    """The person signed it beforehand, and its trigger has come."""


class Release(Base):
    """One thing that is to leave: fields of a case for an audience."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'approved', 'sent', 'recalled', 'vetoed', 'void')", name="state_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    audience: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=ReleaseState.PROPOSED)
    fields: Mapped[list[Any]]
    """The names of the fields that leave."""
    content_mac: Mapped[bytes]
    """HMAC-SHA256, under a key of the case, of what leaves: what was approved is what is shown, to the letter."""
    reason: Mapped[bytes]
    """Ciphertext: why it is to leave; of vital interest, why nobody could be asked."""
    not_before: Mapped[datetime | None]
    """The embargo: nothing of it leaves earlier."""
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    proposed_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(16))


class ReleaseVoice(Base):
    """What one member of the team said to a release: yes, or a veto. Nobody has two voices."""

    __tablename__ = "release_voice"
    __table_args__ = (UniqueConstraint("release_id", "contact_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    role: Mapped[str] = mapped_column(String(16))
    """The role they had when they said it."""
    approves: Mapped[bool]
    said_at: Mapped[datetime]


class ReleaseRecipient(Base):
    """One person outside the team whom a release goes to, by a link of their own."""

    __tablename__ = "release_recipient"
    __table_args__ = (UniqueConstraint("release_id", "contact_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    fallback: Mapped[bool] = mapped_column(default=False)
    """Hears of it only if none of the others has acknowledged it in time: who answers out of hours."""
    token_index: Mapped[bytes] = mapped_column(unique=True)
    device_index: Mapped[bytes | None]
    """Of the device that opened it first: no other may."""
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    asked_back_at: Mapped[datetime | None]
    """When they were asked not to use it."""
