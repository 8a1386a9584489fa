"""Who has signed off which rule, in which words, and for how long."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class RuleSignoff(Base):
    """A lawyer's word that a rule says what the law says, bound to its text by a fingerprint.

    ``contact_id`` is opaque here: who that is, and whether they may sign, is for those above to know. A contact has at
    most one that was not revoked for each rule.
    """

    __tablename__ = "rule_signoff"
    __table_args__ = (
        CheckConstraint("signed_at < valid_until", name="valid_for_a_while"),
        Index(
            "uq_rule_signoff_in_force",
            "rule_id",
            "contact_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    rule_id: Mapped[str] = mapped_column(String(64), index=True)
    edition: Mapped[str] = mapped_column(String(500))
    """In which edition the rule had been read when it was signed; for people, the fingerprint covers it."""
    text_hash: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[UUID] = mapped_column(index=True)
    signed_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    """When its signer was told that it ends soon."""
