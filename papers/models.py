"""Rows of papers: versions that somebody took or approved, and what left. What a paper says is ciphertext."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class PaperVersion(Base):
    """A paper as it stood when somebody took, approved or handed it in. It never changes: another is another row."""

    __tablename__ = "paper_version"
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "language", "number"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint("(based_on IS NULL) = (document IS NULL)", name="document_of_something"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    """Counts the versions of one kind in one language from 1."""
    audience: Mapped[str] = mapped_column(String(16))
    content: Mapped[bytes]
    """Ciphertext: the paper, as JSON."""
    text_mac: Mapped[bytes]
    """HMAC-SHA256, under a key of the case, of the SHA-256 of its text: the database alone gives guesses no target."""
    fields: Mapped[list[Any]]
    """The names of the fields that it tells."""
    based_on: Mapped[UUID | None] = mapped_column(ForeignKey("paper_version.id"))
    """Of a document that was handed in: the version it was made of."""
    document: Mapped[bytes | None] = mapped_column(deferred=True)
    """Ciphertext: that document. Its text is in ``content``, and ``text_mac`` is of the SHA-256 of the file."""
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    approved_at: Mapped[datetime | None]


class PaperLeaving(Base):
    """Somebody says that a version was sent or handed over: to whom, by what way, when. Never changed."""

    __tablename__ = "paper_leaving"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("paper_version.id"), index=True)
    details: Mapped[bytes]
    """Ciphertext of a JSON object: to whom, by what way, their reference."""
    left_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]
