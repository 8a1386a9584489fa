"""The rows of a docket. Instants and codes are readable, because clocks must run; sources and notes are ciphertext."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class OccurrenceState(StrEnum):
    """standing → superseded (it was moved or corrected; it stays in the history)."""

    STANDING = "standing"
    SUPERSEDED = "superseded"


class Occurrence(Base):
    """Something that happened, or is to happen, as one source dates it.

    Where sources disagree, several rows share a ``matter_id``; the earliest of them drives the clocks.
    """

    __tablename__ = "occurrence"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    matter_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=OccurrenceState.STANDING)
    at: Mapped[datetime]
    """When it happened; of a day without a time, the first instant of that day."""
    day_only: Mapped[bool] = mapped_column(default=False)
    for_at: Mapped[datetime | None]
    """When it is to happen: a hearing, a removal, an appearance."""
    until_at: Mapped[datetime | None]
    """The end that a ruling sets."""
    zone: Mapped[str] = mapped_column(String(64))
    """IANA name of the zone in which its dates were written down."""
    people: Mapped[int | None]
    details: Mapped[bytes | None]
    """Ciphertext of a JSON object: source, note, terms, its times as papers have them, what hearing it gave up."""
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime]


class Proposal(Base):
    """What a helper wants to enter, until they have said yes or no to how it was read. Nothing is counted from it."""

    __tablename__ = "proposal"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    content: Mapped[bytes]
    """Ciphertext of a JSON object: the event, its time, a note."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class DeadlineState(StrEnum):
    """running → done (somebody says what was done) | superseded (its date moved, or its ground is gone)."""

    RUNNING = "running"
    DONE = "done"
    SUPERSEDED = "superseded"


class Deadline(Base):
    """One clock: counted by a rule, a hearing, or a date entered by hand. ``safe_at`` drives alerts."""

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("matter_id", "rule_id"), UniqueConstraint("case_id", "number"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    matter_id: Mapped[UUID]
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrence.id"))
    """The occurrence whose date drives it."""
    number: Mapped[int]
    """Counts the clocks of a case from 1: ``K7M-4TX.3`` is its third."""
    rule_id: Mapped[str] = mapped_column(String(64))
    """A rule of ``law``, ``hearing``, or ``by_hand``."""
    rule_hash: Mapped[str | None] = mapped_column(String(64))
    """The text of the rule it was counted by."""
    track: Mapped[str] = mapped_column(String(24))
    severity: Mapped[str] = mapped_column(String(24))
    safe_at: Mapped[datetime]
    arguable_at: Mapped[datetime]
    safe_on: Mapped[date] = mapped_column(Date)
    arguable_on: Mapped[date] = mapped_column(Date)
    zone: Mapped[str] = mapped_column(String(64))
    why: Mapped[list[Any]]
    """The count, line by line."""
    state: Mapped[str] = mapped_column(String(16), default=DeadlineState.RUNNING)
    rung: Mapped[int] = mapped_column(default=0)
    """How many reminders have begun; the next one is wound by the timer."""
    counted_at: Mapped[datetime]
    """When its dates were set as they stand."""
    moved_at: Mapped[datetime | None]
    """Since when it is known that a hearing is at this time and not at the one that was known: that is said at once."""
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[bytes | None]
    """Ciphertext: what was done."""


class WatchState(StrEnum):
    """waiting → kept (it happened in time) | missed (somebody is paged) → kept; or cancelled."""

    WAITING = "waiting"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Watch(Base):
    """What should happen, by when, and who is paged if it does not."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("matter_id", "kind", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    matter_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(24))
    number: Mapped[int] = mapped_column(default=1)
    """Which of a row of like watches."""
    due_at: Mapped[datetime]
    every_seconds: Mapped[int | None]
    """A watch that comes again and again is set anew this long after it was due."""
    pages: Mapped[str] = mapped_column(String(16))
    """The kind of human who is asked when it is missed."""
    state: Mapped[str] = mapped_column(String(16), default=WatchState.WAITING)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))


class RiskReading(Base):
    """How high the risk of return stood at an instant, and for which reasons."""

    __tablename__ = "risk_reading"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    occurrence_id: Mapped[UUID | None] = mapped_column(ForeignKey("occurrence.id"))
    at: Mapped[datetime]
    level: Mapped[int]
    reasons: Mapped[list[Any]]
    """Kinds of occurrences, the weightiest first."""


class Dismissal(Base):
    """Somebody asked that the lawyer of a case be dismissed, and what the safe contact said to it, once asked.

    One of a case is open at a time: that is held by the lock on the case.
    """

    __tablename__ = "dismissal"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    confirmed: Mapped[bool | None]
    """Whether the person wants it, as they said by a safe way; None while nobody has asked them."""
    counsel_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    """Whose work on the case ended with it: they are not asked for it any more."""
    how: Mapped[bytes | None]
    """Ciphertext: by what safe way they were asked, and what they said."""
