"""What is happening to whom: a case, the reports it grew from, every word and answer of them.

All content is ciphertext under the case's key; codes, states and instants are readable.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id
from store.claims import Claimable, due_index


class CaseState(StrEnum):
    """reported → corroborated (a second, independent source) → confirmed (a document, a lawyer or an official)."""

    REPORTED = "reported"
    CORROBORATED = "corroborated"
    CONFIRMED = "confirmed"


class Case(Base):
    """Somebody may be sent back. One report opens it; more may join later."""

    __tablename__ = "case"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(7), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=CaseState.REPORTED)
    hostile_at: Mapped[datetime | None]
    """Since when the report is suspected to be a trap: nothing is sent back and nothing leaves."""
    region: Mapped[str | None] = mapped_column(String(8))
    """ISO 3166-2 (or -1) code of the place of custody, None while unknown."""
    jurisdiction: Mapped[str | None] = mapped_column(String(2))
    """ISO 3166-1 code of the State whose law runs the clocks, None while unknown."""
    timezone: Mapped[str | None] = mapped_column(String(64))
    """IANA name of the zone in which its papers are dated."""
    threatened_state: Mapped[str | None] = mapped_column(String(2))
    """ISO 3166-1 code of the State to which the person may be returned."""
    rules_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """The rules by which its clocks were counted last; None while nothing was entered."""
    language: Mapped[str] = mapped_column(String(16))
    """The reporter's language: the lawyer and interpreter are sought by it."""
    opened_at: Mapped[datetime]
    reporter_told_at: Mapped[datetime | None]
    """When the reporter was told that a human has it."""


class Report(Base):
    """What one conversation tells about a case."""

    __tablename__ = "report"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    chat_id: Mapped[UUID | None] = mapped_column(ForeignKey("chat.id"), index=True)
    door: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    """Since when a coordinator vouches for who the reporter is."""
    verified_by: Mapped[str | None] = mapped_column(String(80))
    duress_word: Mapped[bytes | None]
    """Ciphertext: what the reporter says when they are made to write; agreed on with a person, never in the chat."""
    duress_at: Mapped[datetime | None]
    """When they first said it."""


class Corroboration(Base):
    """One source that bears a case out."""

    __tablename__ = "corroboration"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    basis: Mapped[str] = mapped_column(String(16))
    """second_source, document, lawyer or official"""
    source: Mapped[bytes]
    """Ciphertext: who, and how they know."""
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]


class ReportMessage(Base):
    """One thing the reporter wrote, said or sent, as received. An edited message is a row beside the one it changes."""

    __tablename__ = "report_message"
    __table_args__ = (Index("ix_report_message_report_id_number", "report_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int | None] = mapped_column(BigInteger)
    """The provider's number of the message within its conversation; versions of one message share it."""
    album: Mapped[str | None] = mapped_column(String(64))
    """What is sent together has the same, opaque, name."""
    forwarded: Mapped[bool] = mapped_column(default=False)
    """Whether it was written by somebody else before; by whom is told in ``about`` or ``content``."""
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[bytes | None]
    """Ciphertext: what came with a text besides its words (where it was forwarded from, what it answers), as JSON."""
    content: Mapped[bytes]
    """Ciphertext: the text, or the provider's description of what was sent, as JSON."""
    fingerprint: Mapped[bytes]
    """HMAC-SHA256 of the content as received, under a key of the case: attests it without giving guesses a target."""
    counsel_only: Mapped[bool] = mapped_column(default=False)
    """Whether it lies in the compartment of counsel: it tells what only the lawyer of the case may know."""
    correction: Mapped[bool] = mapped_column(default=False)
    """Whether it changes something sent before: the message with the same number."""
    received_at: Mapped[datetime]


class ReportAnswer(Base):
    """An answer to one of the few questions. A later answer wins; earlier ones stay."""

    __tablename__ = "report_answer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    question: Mapped[str] = mapped_column(String(24))
    value: Mapped[bytes | None]
    """Ciphertext of the chosen option; None when a message is the answer, or the question was skipped."""
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_message.id"))
    given_at: Mapped[datetime]


class FileState(StrEnum):
    """waiting → stored, or too_large. too_many: not fetched, because its sender had sent too many before.

    not_taken: it came by text message, and of those only words are taken.

    A waiting one that is parked could not be fetched and waits for a person.
    """

    WAITING = "waiting"
    STORED = "stored"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    NOT_TAKEN = "not_taken"


class Download(Claimable, Base):
    """A file that came with a message: to be fetched from its provider, or the reason why it is not."""

    __tablename__ = "download"
    __table_args__ = (
        due_index("download"),
        CheckConstraint("(message_id IS NULL) <> (entry_id IS NULL)", name="of_one_thing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_message.id"), index=True)
    """None for what lies in a sealed file: there it is ``entry_id``."""
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("sealed_entry.id"), index=True)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """voice, photo, video, document, sticker …"""
    source: Mapped[bytes]
    """Ciphertext of the provider's name for the file."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes: as declared, and as received once it is stored."""
    state: Mapped[str] = mapped_column(String(16), default=FileState.WAITING)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    asked_at: Mapped[datetime]


class SetAside(Claimable, Base):
    """What a helper sent in their chat and has not said yet what it is for: a list of people, or anything else.

    ``due_at`` is when its file may be fetched; it is at rest once what was sent can be read.
    """

    __tablename__ = "set_aside"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), index=True)
    is_list: Mapped[bool]
    content: Mapped[bytes]
    """Ciphertext of JSON: what was sent, or what was read of it."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """When it is heard as a report, if nobody has said anything."""


class CaseLink(Base):
    """A one-time way to one case for one helper. Only a fingerprint of the token is kept."""

    __tablename__ = "case_link"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_index: Mapped[bytes] = mapped_column(unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    contact_id: Mapped[UUID]
    language: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CaseAccess(Base):
    """A contact was let into a case that they have not taken, by somebody who has."""

    __tablename__ = "case_access"
    __table_args__ = (Index("ix_case_access_contact_id_case_id", "contact_id", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    granted_by: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    granted_at: Mapped[datetime]
    until: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class CaseReading(Base):
    """A helper opened a case: kept for a day, to notice who opens unusually many. The log keeps it for good."""

    __tablename__ = "case_reading"
    __table_args__ = (Index("ix_case_reading_contact_id_at", "contact_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    at: Mapped[datetime] = mapped_column(index=True)


class CaseNote(Base):
    """What somebody who works on a case wrote down about it. Never changed."""

    __tablename__ = "case_note"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    text: Mapped[bytes]
    """Ciphertext."""
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime]
