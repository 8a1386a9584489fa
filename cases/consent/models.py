"""Rows of consent. Fields' names, audiences and instants are readable, because deciding needs them; values are not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class Person(Base):
    """Somebody a case is about. A case has one; the model allows more."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    """Counts the people of a case from 1."""
    guardian_implicated: Mapped[bool] = mapped_column(default=False)
    """Whether the guardian has a part in what happens to them: then the guardian's yes is none."""
    created_at: Mapped[datetime]


class FactState(StrEnum):
    """standing → superseded (corrected, or taken back; it stays in the history)."""

    STANDING = "standing"
    SUPERSEDED = "superseded"


class Fact(Base):
    """One field of a person, as one source has it. At most one of a field stands."""

    __tablename__ = "fact"
    __table_args__ = (
        Index(
            "uq_fact_standing",
            "person_id",
            "field",
            unique=True,
            sqlite_where=text("state = 'standing'"),
            postgresql_where=text("state = 'standing'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    field: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(16), default=FactState.STANDING)
    value: Mapped[bytes]
    """Ciphertext."""
    source: Mapped[bytes]
    """Ciphertext: who says so."""
    confidence: Mapped[str] = mapped_column(String(8))
    """low, medium or high."""
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]


class Consent(Base):
    """One word of somebody about one audience and one class of fields. Nothing is ever changed: a later word counts."""

    __tablename__ = "consent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    audience: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    granted: Mapped[bool]
    authority: Mapped[int]
    how: Mapped[bytes]
    """Ciphertext: by what way it was given, who heard it, the reason where nobody could be asked."""
    given_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]


class Freeze(Base):
    """Nothing of a case leaves, since somebody took their consent back, until that is settled. At most one holds."""

    __tablename__ = "freeze"
    __table_args__ = (
        Index(
            "uq_freeze_in_force",
            "case_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    began_at: Mapped[datetime]
    began_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(80))


class CounselRelease(Base):
    """Counsel lets one audience see one field of the compartment. Whether the person agreed is another question."""

    __tablename__ = "counsel_release"
    __table_args__ = (UniqueConstraint("person_id", "field", "audience"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    field: Mapped[str] = mapped_column(String(24))
    audience: Mapped[str] = mapped_column(String(16))
    released_by: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    released_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class EmergencyRelease(Base):
    """What a person signed beforehand: to whom which fields go, should the trigger come. Dormant until fired."""

    __tablename__ = "emergency_release"
    __table_args__ = (CheckConstraint("(fired_at IS NULL) = (fired_by IS NULL)", name="fired_by_somebody"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    audiences: Mapped[list[Any]]
    kinds: Mapped[list[Any]]
    terms: Mapped[bytes]
    """Ciphertext: on what trigger, in the person's words, and how it was signed."""
    signed_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    fired_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    withdrawn_at: Mapped[datetime | None]
