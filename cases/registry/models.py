"""The rows of the registry. Whose list, which line, when and by whom is readable; what is said of people is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.identity.models import SuggestionState
from store.base import Base, new_id


class RegistryImport(Base):
    """One file that was taken in; as long as it has no end, taking it in goes on where it was interrupted."""

    __tablename__ = "registry_import"
    __table_args__ = (Index("ix_registry_import_source", "source"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(40))
    """A short word for whose list it is."""
    digest: Mapped[bytes]
    """The SHA-256 of the file."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    finished_at: Mapped[datetime | None]
    lines: Mapped[int] = mapped_column(default=0)
    """Entries that it made or changed."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(80))
    compared_at: Mapped[datetime | None]
    """When all that follows had been done: its people compared with each other, and the cases asked to look again."""


class RegistryEntry(Base):
    """One person as one source documents them. Entries are never merged, whatever people say of them."""

    __tablename__ = "registry_entry"
    __table_args__ = (UniqueConstraint("source", "own_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(9), unique=True)
    """What it is called where no name may stand: R-K7M-4TX."""
    source: Mapped[str] = mapped_column(String(40))
    own_index: Mapped[bytes]
    """A keyed fingerprint of the id by which the source knows it."""
    import_id: Mapped[UUID] = mapped_column(ForeignKey("registry_import.id"), index=True)
    """Which made it."""
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)


class RegistryField(Base):
    """What one line of one file says in one field of an entry. Nothing is overwritten; one of them stands."""

    __tablename__ = "registry_field"
    __table_args__ = (
        Index(
            "uq_registry_field_stands",
            "entry_id",
            "field",
            unique=True,
            sqlite_where=text("superseded_by IS NULL"),
            postgresql_where=text("superseded_by IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("registry_entry.id"), index=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("registry_import.id"), index=True)
    line: Mapped[int]
    field: Mapped[str] = mapped_column(String(24))
    value: Mapped[bytes]
    """Ciphertext under the entry's key."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("registry_import.id"), index=True)
    """The import that said otherwise; None where it stands."""


class RegistryErased(Base):
    """An entry that was erased: a fingerprint by which it is not taken in again, and nothing of it."""

    __tablename__ = "registry_erased"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(40))
    own_index: Mapped[bytes] = mapped_column(unique=True)
    erased_at: Mapped[datetime]
    erased_by: Mapped[str] = mapped_column(String(80))


class RegistryPair(Base):
    """Two entries may be of one person. Of each pair there is one row, the lower id first; people decide."""

    __tablename__ = "registry_pair"
    __table_args__ = (
        UniqueConstraint("entry_id", "other_id"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when_not_open"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("registry_entry.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("registry_entry.id"), index=True)
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[list[Any]]
    """Words of :class:`cases.identity.records.Reason`."""
    state: Mapped[str] = mapped_column(String(8), default=SuggestionState.OPEN)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))


class RegistryProposal(Base):
    """The person of a case may be in the registry. Nobody is told of it but who asks on the page of the case."""

    __tablename__ = "registry_proposal"
    __table_args__ = (
        UniqueConstraint("case_id", "entry_id"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when_not_open"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("registry_entry.id"), index=True)
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(8), default=SuggestionState.OPEN)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
