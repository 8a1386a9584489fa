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


SOUGHT = (NeedState.PAGING, NeedState.EXHAUSTED)
"""Somebody is still looked for."""


class DeliveryState(StrEnum):
    """Where a message to one address stands.

    queued → sending → sent, or failed_temporary (tried again), failed_permanent (rests), unknown (tried again: the
    provider may have it). queued, failed_temporary, unknown → cancelled, when what it says is no longer true; bundled,
    when another message says it too; expired, when it is no longer news. A row found *sending* after its lease is one
    whose worker died: its outcome is unknown. What a provider reports afterwards (sent → delivered → read, or a
    failure after all) follows the table in :mod:`alerts.sending.receiving`.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED_TEMPORARY = "failed_temporary"
    FAILED_PERMANENT = "failed_permanent"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    BUNDLED = "bundled"


CUSTODY = "custody"
"""Kind of the alert that a report raises: the only one a reporter hears of."""
DEADLINE, WATCH, ENTRY = "deadline", "watch", "entry"
"""Kinds of alerts about what is due, did not happen, or nobody understands: of a deadline, a watch, an occurrence."""
RELEASE = "release"
"""Kind of an alert about a release that nobody has acknowledged."""
FREEZE, DURESS = "freeze", "duress"
"""Kinds of alerts about a consent that was taken back, and a reporter who may be made to write."""
SEALED = "sealed"
"""A sealed file was opened, and nobody has the case it belongs to."""
DUE = frozenset({DEADLINE, WATCH, ENTRY, RELEASE, FREEZE, DURESS, SEALED})
ACCOUNT = "account"
"""Kind of an alarm about an account: its owner is being forced, or it reads unusually much."""
CANARY = "canary"
"""Kind of an alert and its need, role of who answers it, channel, door: the drill of :mod:`alerts.occasions.canary`."""
CANARY_READER = UUID("00000000-0000-4000-8000-00000000ca9a")
"""The contact row that answers canaries. It counts as one who has left, so nothing lists, rings or exports it."""
UNSENT = (DeliveryState.QUEUED, DeliveryState.FAILED_TEMPORARY, DeliveryState.UNKNOWN)
HANDED_OVER = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
"""The provider has it, however much further it has come since."""


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


class Alert(Base):
    """A reason why humans must know. There is one per kind, subject and time it comes up."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "ordinal"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """custody (somebody is held or about to be), deadline, watch (something is due or did not happen), fault (an input
    of ours could not be handled), account (one may be in the wrong hands) or canary (a drill that nobody sees)."""
    subject_id: Mapped[UUID]
    """What it is about: the case, the deadline, the watch; itself where there is nothing else."""
    ordinal: Mapped[int] = mapped_column(default=1)
    """Which reminder of its subject it is."""
    cluster_id: Mapped[UUID] = mapped_column(index=True)
    """Alerts of one place and time share it: the first to somebody never waits (:mod:`alerts.messages.clusters`)."""
    opened_at: Mapped[datetime]


class Need(Base):
    """One kind of human that is needed, sought until one accepts, independently of the other needs."""

    __tablename__ = "need"
    __table_args__ = (
        UniqueConstraint("alert_id", "kind", "seat"),
        _one_of("state", NeedState),
        CheckConstraint("(state = 'accepted') = (accepted_by IS NOT NULL)", name="accepted_by_somebody"),
        CheckConstraint("(held_by IS NULL) = (held_until IS NULL)", name="held_until_an_instant"),
        CheckConstraint("held_by IS NULL OR state IN ('paging', 'exhausted')", name="held_while_open"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    seat: Mapped[int] = mapped_column(default=1)
    """Where a policy asks for several who accept, each of them takes a seat: a need of its own."""
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
    """Since when whoever has it has it."""
    first_accepted_at: Mapped[datetime | None]
    """When anybody took it for the first time, whatever became of that."""
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    held_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    """Who said yes by a way that can be forged (SMS, e-mail) and has yet to confirm it; the ladder waits meanwhile."""
    held_until: Mapped[datetime | None]
    contact_made_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    """When whoever took it was last reminded of the next milestone."""


class FeignedAcceptance(Base):
    """What somebody who is being forced believes of a need: to have taken it, and how far they have come with it.

    Their yes counts as a no, what they had is sought for others, and all they say of it later changes this row alone.
    """

    __tablename__ = "feigned_acceptance"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    at: Mapped[datetime]
    """Since when they believe to have it. Before they were forced, if it was really theirs then."""
    contact_made_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    given_back_at: Mapped[datetime | None]
    """Since when they believe to have it no longer."""


class Handover(Base):
    """Whoever has a need has offered it to a colleague, who has not answered yet."""

    __tablename__ = "handover"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), primary_key=True)
    offered_by: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    offered_to: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    offered_at: Mapped[datetime]


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
    """Since when no channel reaches them any more."""
    held_at: Mapped[datetime | None]
    """When they said a provisional yes: nobody can do so twice for one need."""
    channels: Mapped[list[Any]]
    """The channels that the step names, in its order."""
    gap_seconds: Mapped[int | None]
    """Between channels that ring in turn; None when they ring at once."""


class Delivery(Claimable, Base):
    """One message to one address. Holds a template and codes, never text: words are made when it is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        due_index("delivery"),
        Index("ix_delivery_chat_order", "chat_id", "order_key"),
        waiting_index("delivery", "chat_id", "urgent", "order_key"),
        _one_of("state", DeliveryState),
        CheckConstraint("(state = 'bundled') = (bundle_id IS NOT NULL)", name="bundled_into_another"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(16))
    chat_id: Mapped[UUID | None] = mapped_column(ForeignKey("chat.id"))
    method_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_method.id"))
    page_id: Mapped[UUID | None] = mapped_column(ForeignKey("page.id"), index=True)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id"), index=True)
    """The need this message asks for: it is withdrawn or rewritten when somebody has taken that."""
    action: Mapped[str] = mapped_column(String(8))
    """send · edit (the message of ``edits_id``) · answer (a pressed button) · delete (messages) · leave (a group) ·
    redact (at the provider, what ``values`` names)"""
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
    number: Mapped[int | None] = mapped_column(unique=True)
    """What somebody names who answers by SMS ("100A"); never used twice."""
    bundle_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    """The message that says this one's news together with others'."""
    asks: Mapped[bool] = mapped_column(default=False)
    """Whether it asks its reader to take something: a page, or a bundle of them. A throttle keeps these humane."""
    first_of_cluster: Mapped[bool] = mapped_column(default=False)
    """The first this person hears of a place and time: no throttle holds it back."""
    throttled: Mapped[bool] = mapped_column(default=False)
    """Waits because its reader has had enough for the moment; it holds up nothing else."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
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
    meaning: Mapped[str | None] = mapped_column(String(200))
    """What the code means, as our own tables put it; free of addresses, as every ChannelError's is."""
    provider_ref: Mapped[str | None] = mapped_column(String(64), index=True)
    """How the provider names what came of this call."""


class Receipt(Base):
    """What a provider reported about one call, kept as it came; the same word twice is one row."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("attempt_id", "arrival", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    arrival: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(64))
    meaning: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class ReplyCounter(Base):
    """The last number given out for answers by SMS. One row."""

    __tablename__ = "reply_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class ChannelState(Base):
    """Whether a channel is set up, as the process that sends last said; a channel without a row is."""

    __tablename__ = "channel_state"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    configured: Mapped[bool]
    since: Mapped[datetime]
    answers_in: Mapped[list[Any]]
    """Countries (ISO 3166) whose numbers can answer our texts, as the team found out; beside what is known of them."""


class RosterOverride(Base):
    """Somebody takes over part of a roster, whoever's turn it is."""

    __tablename__ = "roster_override"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_it_starts"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    roster: Mapped[str] = mapped_column(String(64), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]


class ShiftTest(Base):
    """A test page before a shift, to be confirmed by whoever is about to be on call."""

    __tablename__ = "shift_test"
    __table_args__ = (UniqueConstraint("roster", "contact_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    roster: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    starts_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When others were told that it was not confirmed in time."""


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


class Surge(Base):
    """A time in which so many report that only the first questions are asked (:mod:`alerts.occasions.surge`)."""

    __tablename__ = "surge"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    began_at: Mapped[datetime]
    until: Mapped[datetime]
    """When it ends by itself."""
    began_by: Mapped[str] = mapped_column(String(80))
    """An actor, or ``load``."""
    ended_at: Mapped[datetime | None]
    """When somebody ended it before."""
    ended_by: Mapped[str | None] = mapped_column(String(80))


class PolicyDocument(Base):
    """The policies and rosters as imported; the newest is in force. Ciphertext: it names people."""

    __tablename__ = "policy_document"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content: Mapped[bytes]
    imported_at: Mapped[datetime]
