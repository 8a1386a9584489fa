"""Who must know, and how far each of them has been reached. States are documented where they are declared."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.progress import BETWEEN_ROUNDS
from store.base import Base, new_id
from store.claims import Claimable, due_index, waiting_index


class NeedState(StrEnum):
    """paging → accepted | closed; paging → exhausted (announced, and still paging on) → accepted | closed."""

    PAGING = "paging"
    EXHAUSTED = "exhausted"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class DeliveryState(StrEnum):
    """Where a message to one address stands.

    queued → sending → sent, or failed_temporary (tried again), failed_permanent (rests), unknown (tried again: the
    provider may have it). queued, failed_temporary, unknown → cancelled, when what it says is no longer true.
    A row found *sending* after its lease is one whose worker died: its outcome is unknown.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED_TEMPORARY = "failed_temporary"
    FAILED_PERMANENT = "failed_permanent"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


UNSENT = (DeliveryState.QUEUED, DeliveryState.FAILED_TEMPORARY, DeliveryState.UNKNOWN)


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


class Alert(Base):
    """A reason why humans must know. There is one per case and kind."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """custody (somebody is held or about to be) or fault (an input of ours could not be handled)."""
    opened_at: Mapped[datetime]


class Need(Base):
    """One kind of human that is needed, sought until one accepts, independently of the other needs."""

    __tablename__ = "need"
    __table_args__ = (
        UniqueConstraint("alert_id", "kind"),
        _one_of("state", NeedState),
        CheckConstraint("(state = 'accepted') = (accepted_by IS NOT NULL)", name="accepted_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), default=NeedState.PAGING)
    round: Mapped[int] = mapped_column(default=0)
    step: Mapped[int] = mapped_column(default=BETWEEN_ROUNDS)
    rounds_before: Mapped[int] = mapped_column(default=0)
    began_at: Mapped[datetime | None]
    """When the current step, or the pause between rounds, began."""
    opened_at: Mapped[datetime]
    exhausted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))


class Page(Base):
    """Somebody was asked, on one step of one round."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("need_id", "round", "step", "contact_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    round: Mapped[int]
    step: Mapped[int]
    asked_at: Mapped[datetime]
    declined_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]


class Delivery(Claimable, Base):
    """One message to one address. Holds a template and codes, never text: words are made when it is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        due_index("delivery"),
        Index("ix_delivery_chat_order", "chat_id", "order_key"),
        waiting_index("delivery", "chat_id", "urgent", "order_key"),
        _one_of("state", DeliveryState),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(16))
    chat_id: Mapped[UUID | None] = mapped_column(ForeignKey("chat.id"))
    method_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_method.id"))
    page_id: Mapped[UUID | None] = mapped_column(ForeignKey("page.id"), index=True)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id"), index=True)
    """The need this message asks for: it is withdrawn or rewritten when somebody has taken that."""
    action: Mapped[str] = mapped_column(String(8))
    """send · edit (the message of ``edits_id``) · answer (a pressed button) · delete (messages) · leave (a group)"""
    template: Mapped[str] = mapped_column(String(120))
    """One text key, or several joined by ``|`` that stand under each other in one message."""
    values: Mapped[dict[str, Any]]
    buttons: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(String(16))
    silent: Mapped[bool]
    urgent: Mapped[bool]
    order_key: Mapped[int] = mapped_column(BigInteger)
    """Messages of one conversation and urgency leave in this order."""
    edits_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=DeliveryState.QUEUED)
    provider_ref: Mapped[str | None] = mapped_column(String(64))
    dedupe_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When the message was taken out of the chat again."""


class ChatLine(Base):
    """A message that a reporter sent and that is still to be erased from the chat. What it said is kept elsewhere."""

    __tablename__ = "chat_line"

    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """The provider's number of the message within the chat."""
    said_at: Mapped[datetime]


class ChatWipe(Base):
    """A reporter asked for the chat to be erased: all that was in it at ``up_to``."""

    __tablename__ = "chat_wipe"

    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), primary_key=True)
    up_to: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When we said what had become of it."""


class Attempt(Base):
    """One provider call: written before it, completed after it. An unfinished one has an unknown outcome."""

    __tablename__ = "attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(64))


class PressableButton(Base):
    """A button somebody may press: opaque, expiring, bound to the conversation it was shown in."""

    __tablename__ = "button"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_index: Mapped[bytes] = mapped_column(unique=True)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"))
    action: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    once: Mapped[bool]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PolicyDocument(Base):
    """The policies and rosters as imported; the newest is in force. Ciphertext: it names people."""

    __tablename__ = "policy_document"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content: Mapped[bytes]
    imported_at: Mapped[datetime]
