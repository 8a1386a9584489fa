"""Rows of sealed files. What was left is ciphertext under a key of the file's own; states and instants are readable."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class EntryKind(StrEnum):
    """What somebody left, by what becomes of it when the file is opened."""

    TEAM = "team"
    """For whoever has the case: shown on its page."""
    COUNSEL = "counsel"
    """For the lawyer of the case alone: testimony, an instruction. It stays in the compartment of counsel."""
    TRUSTED = "trusted"
    """Somebody who may confirm, be asked and be told. Coordinators read it once a source says so, or silence does."""
    RELEASE = "release"
    """What the person signed beforehand: to whom, which fields, on what trigger."""
    PRESS = "press"
    """Whether the press may be told, and on what condition."""


class SealedFile(Base):
    """What one person left. deposited → opened, or withdrawn: then its key and all that lay under it are destroyed.

    It has a case of its own from the beginning, which holds the name and date of birth by which it is recognised.
    """

    __tablename__ = "sealed_file"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR opened_at IS NULL", name="one_end"),
        CheckConstraint("(objected_at IS NULL) = (objected_by IS NULL)", name="objected_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    chat_id: Mapped[UUID | None] = mapped_column(ForeignKey("chat.id"), index=True)
    """In which conversation it is left and added to; None once that can see nothing of it any more."""
    left_in: Mapped[UUID | None] = mapped_column(ForeignKey("chat.id"), index=True)
    """In which conversation it was left, also where that seems to have withdrawn it: what is said there is the person's
    own word, or that of whoever holds their telephone. None once it was withdrawn."""
    phrase: Mapped[bytes | None]
    """Ciphertext: what the person says to show that it is they."""
    duress_word: Mapped[bytes | None]
    """Ciphertext: what they say when they are made to write."""
    asked: Mapped[str | None] = mapped_column(String(24))
    """What the conversation asked for last; None while what is said there is no business of the file."""
    talked_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    forced_at: Mapped[datetime | None]
    """Since when the person is thought to be made to write: what they seem to withdraw is kept."""
    approved_at: Mapped[datetime | None]
    """When the second of two approved; from then on it waits for objections."""
    opens_at: Mapped[datetime | None]
    objected_at: Mapped[datetime | None]
    objected_by: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    traces_at: Mapped[datetime | None]
    """When the traces of what was withdrawn were overwritten on the disk."""


class SealedEntry(Base):
    """One thing in a sealed file."""

    __tablename__ = "sealed_entry"
    __table_args__ = (Index("ix_sealed_entry_case_id_number", "case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(16))
    """text, voice, video, document …"""
    number: Mapped[int | None] = mapped_column(BigInteger)
    """The provider's number of the message it came in, so that it can be erased there."""
    content: Mapped[bytes]
    """Ciphertext under the key of the file."""
    left_at: Mapped[datetime]


class SealedAnswer(Base):
    """Which message answered what was asked for the file itself: a name, an hour, a word. Not what it said."""

    __tablename__ = "sealed_answer"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """The provider's number of the message, by which a correction names it."""
    what: Mapped[str] = mapped_column(String(24))
    """What had been asked, as :attr:`SealedFile.asked` says it."""


class SealedSource(Base):
    """Somebody, independent of the others, says that the trigger has come; or a check-in that was missed."""

    __tablename__ = "sealed_source"
    __table_args__ = (UniqueConstraint("case_id", "origin"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    origin: Mapped[str] = mapped_column(String(80))
    """Who it comes from: a conversation, a fingerprint of who was spoken to, or the watch. Each counts once."""
    report_case_id: Mapped[UUID | None] = mapped_column(index=True)
    """The case in which they reported it, where they did."""
    watch_id: Mapped[UUID | None]
    words: Mapped[bytes]
    """Ciphertext under the key of the case: who, and how they know."""
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    """When it turned out to be none."""


class SealedApproval(Base):
    """One person agrees that a sealed file be opened, and says why. Void ones stay in the log alone."""

    __tablename__ = "sealed_approval"
    __table_args__ = (UniqueConstraint("case_id", "contact_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    why: Mapped[bytes]
    """Ciphertext under the key of the case."""
    at: Mapped[datetime]


class CheckIn(Base):
    """An agreement that somebody is written to at an hour, again and again, and people are told if they are silent."""

    __tablename__ = "check_in"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), index=True)
    zone: Mapped[str] = mapped_column(String(64))
    """IANA name of the zone whose clock counts."""
    minute: Mapped[int]
    """Of the local day, from midnight."""
    every_hours: Mapped[int]
    patience_minutes: Mapped[int]
    """How long after it was asked an answer is waited for."""
    agreed_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    """When it is asked next; None once it was stopped."""
    heard_at: Mapped[datetime | None]
    """When the person was heard of last, as far as their conversation shows: what was asked before is answered."""
    stopped_at: Mapped[datetime | None]
