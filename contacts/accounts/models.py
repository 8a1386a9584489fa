"""The rows of accounts. What is secret is a fingerprint, a slow hash under a key of ours, or ciphertext."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class Account(Base):
    """A way in for one person: a contact's, or an administrator's who is none.

    invited → (approved →) active → revoked; a new invitation leads back. ``epoch`` grows with every change that ends
    what went before: sessions of an earlier one are nobody's.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("(role = 'admin') = (contact_id IS NULL)", name="admins_are_no_contacts"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    """What it is called where no name may stand, as ``P-7KMX``."""
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    login: Mapped[bytes]
    """Ciphertext of the name its owner signs in with."""
    login_index: Mapped[bytes] = mapped_column(unique=True)
    password: Mapped[str | None] = mapped_column(String(200))
    duress: Mapped[str | None] = mapped_column(String(200))
    """Hash of the password under duress; of something nobody knows where none was chosen, so that the row tells not."""
    totp: Mapped[bytes | None]
    """Ciphertext of the secret that the second factor is made of."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The half-minute (since 1970) of the last code that was taken: none of it, or before it, is taken again."""
    epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    """Since when an invitation may be handed out."""
    activated_at: Mapped[datetime | None]
    coerced_at: Mapped[datetime | None]
    """Since when somebody is thought to be forcing its owner: it reads nothing any more, and looks as if it did."""
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody makes an account theirs: once, for a day. An account has at most one that is good."""

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    token_index: Mapped[bytes] = mapped_column(unique=True)
    totp: Mapped[bytes | None]
    """Ciphertext of the secret it shows; gone once it was used or replaced."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten ways in without the second factor. Only a keyed fingerprint is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    code_index: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class AccountSession(Base):
    """Somebody is signed in, or half: ``proved`` says whether the second factor was given."""

    __tablename__ = "account_session"
    __table_args__ = (Index("ix_account_session_source", "account_id", "source_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    token_index: Mapped[bytes] = mapped_column(unique=True)
    source_index: Mapped[bytes]
    """Keyed fingerprint of where it came from: a place that has signed in before is not shut out by strangers."""
    epoch: Mapped[int]
    proved: Mapped[bool]
    duress: Mapped[bool]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """What a program of an account's owner shows to ask in their place. Only a fingerprint of it is kept.

    Like a session it is of the account as it was when it was made: whatever ends sessions ends it.
    """

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    """What it is called in lists, as ``T-7KMX``."""
    purpose: Mapped[str] = mapped_column(String(16))
    """A word of a list: so no name of a person gets here."""
    scopes: Mapped[list[Any]]
    token_index: Mapped[bytes] = mapped_column(unique=True)
    epoch: Mapped[int]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """When it was last used, to the minute."""
    revoked_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """What a program was answered when it changed something: it asks again by the same key, and hears the same."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("token_id", "key_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_id: Mapped[UUID] = mapped_column(ForeignKey("api_token.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    """The case it is about; the answer is ciphertext under that case's key."""
    key_index: Mapped[bytes]
    asked_index: Mapped[bytes]
    """Keyed fingerprint of what was asked: route, place and body."""
    status: Mapped[int]
    answer: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(index=True)


class Passkey(Base):
    """A key of an authenticator that stands for the second factor. The password stays what it is."""

    __tablename__ = "passkey"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    credential_index: Mapped[bytes] = mapped_column(unique=True)
    """Keyed fingerprint of the credential's id: no authenticator can be told from a copy of the database."""
    credential: Mapped[bytes]
    """Ciphertext of a JSON object: the credential's id, its public key, how it is reached, what its owner calls it."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it has signed, as it says; some always say 0. One that falls back was copied."""
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    suspect_at: Mapped[datetime | None]
    """Since when its count fell back: it lets nobody in any more."""


class PasskeyChallenge(Base):
    """What an authenticator is asked to sign: good once, for minutes, within one session. A session has at most one."""

    __tablename__ = "passkey_challenge"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("account_session.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    """add or sign_in"""
    challenge: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Tries(Base):
    """How often something was tried within one span of time. ``key`` is a keyed fingerprint of who, or from where."""

    __tablename__ = "tries"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]


class Approval(Base):
    """Something that one person wants and another has to agree to. At most one of a kind waits for each subject."""

    __tablename__ = "approval"
    __table_args__ = (
        Index(
            "uq_approval_waiting",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[UUID]
    wanted: Mapped[str] = mapped_column(String(32))
    """What is wanted, as a word: a role, for instance."""
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    verdict: Mapped[str | None] = mapped_column(String(16))
    """confirmed, refused, replaced"""
