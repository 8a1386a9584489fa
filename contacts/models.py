"""Who can help, and how they are reached. Names, numbers and notes are ciphertext under the contact's own key."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class Contact(Base):
    """Somebody who helps. What is readable here is what matching needs."""

    __tablename__ = "contact"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    role: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[bytes]
    name_index: Mapped[bytes] = mapped_column(unique=True)
    private: Mapped[bytes]
    """Ciphertext of a JSON object: whom to avoid, who verified them, notes, gender."""
    regions: Mapped[list[Any]]
    languages: Mapped[list[Any]]
    specialities: Mapped[list[Any]]
    timezone: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(2))
    max_active_cases: Mapped[int | None]
    may_act_until: Mapped[date | None] = mapped_column(Date)
    left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ContactMethod(Base):
    """One way to reach a contact. A Telegram account counts only after ``/link`` from that account."""

    __tablename__ = "contact_method"
    __table_args__ = (UniqueConstraint("contact_id", "channel"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[bytes | None]
    """Ciphertext of the number or address as given; a linked Telegram account is its conversation instead."""
    chat_id: Mapped[UUID | None] = mapped_column(ForeignKey("chat.id"), index=True)
    """The conversation at this address: a linked Telegram account, or a number or address that was proved. Two who
    share a telephone share it; a Telegram account is one contact's only."""
    verified_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    """Since when the provider says that nobody can be reached here."""


class MethodCheck(Base):
    """A short-lived, single-use code that was sent to a method to prove that its owner reads it there."""

    __tablename__ = "method_check"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    method_id: Mapped[UUID] = mapped_column(ForeignKey("contact_method.id"), index=True)
    code: Mapped[bytes | None]
    """Ciphertext, for the message that carries it; gone once it was used or has expired."""
    code_index: Mapped[bytes]
    link_index: Mapped[bytes] = mapped_column(unique=True)
    """For the link of an e-mail that proves the address."""
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    sent_at: Mapped[datetime]


class LinkCode(Base):
    """A short-lived, single-use code that ties a Telegram account to a contact."""

    __tablename__ = "link_code"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    code_index: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkTry(Base):
    """A wrong code, counted against the conversation it came from."""

    __tablename__ = "link_try"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), index=True)
    at: Mapped[datetime]


class CalendarFeed(Base):
    """A secret address at which a contact's calendar program reads. The row keeps a fingerprint of it, never itself.

    A contact has at most one that was not revoked.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_in_use",
            "contact_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    token_index: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
