"""Rows of what may be, and of what people say is, one person reported twice. No name stands in them, nor any field."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id
from store.claims import Claimable


class SuggestionState(StrEnum):
    """open → same (a person says so; the cases are joined) | other (two people). A parted pair is other."""

    OPEN = "open"
    SAME = "same"
    OTHER = "other"


class IdentitySuggestion(Base):
    """Two cases may be of one person. Of each pair there is one row, the lower id first; only people act on it."""

    __tablename__ = "identity_suggestion"
    __table_args__ = (
        UniqueConstraint("case_id", "other_id"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when_not_open"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[list[Any]]
    """Words of :class:`cases.identity.records.Reason`, the weightiest first."""
    state: Mapped[str] = mapped_column(String(8), default=SuggestionState.OPEN)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))


class SamePerson(Base):
    """People said that two cases are of one person: one leads, the other follows it. Both keep all that is theirs."""

    __tablename__ = "same_person"
    __table_args__ = (
        Index(
            "uq_same_person_follows",
            "case_id",
            unique=True,
            sqlite_where=text("parted_at IS NULL"),
            postgresql_where=text("parted_at IS NULL"),
        ),
        CheckConstraint("case_id <> leader_id", name="two_cases"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    joined_at: Mapped[datetime]
    joined_by: Mapped[str] = mapped_column(String(80))
    parted_at: Mapped[datetime | None]
    parted_by: Mapped[str | None] = mapped_column(String(80))


class IdentityLook(Claimable, Base):
    """A case of which something new is known: somebody must look whether the person was reported before."""

    __tablename__ = "identity_look"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), unique=True)
