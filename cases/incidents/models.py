"""The rows of an incident. Codes, measures and instants are readable; places, notes and what was written are not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id


class Incident(Base):
    """Several people taken at one place and time by one measure. Whatever is of one of them stands in their case."""

    __tablename__ = "incident"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(7), unique=True)
    """As codes of cases are, and never that of a case."""
    measure: Mapped[str] = mapped_column(String(64))
    """The event that was entered for each of them, a word of the docket's vocabulary."""
    happened_at: Mapped[datetime]
    day_only: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(String(64))
    """IANA name of the zone in which its papers are dated."""
    place: Mapped[bytes | None]
    """Ciphertext under the incident's key, as all that is not of one person."""
    notes: Mapped[bytes | None]
    """Ciphertext."""
    unread: Mapped[bytes | None]
    """Ciphertext of a JSON list: what the list said besides its people, piece by piece."""
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    """The coordinator who said, when it was made, that all of it is theirs."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))


class IncidentCase(Base):
    """A case of an incident. A case is in one at most."""

    __tablename__ = "incident_case"
    __table_args__ = (UniqueConstraint("incident_id", "number"), UniqueConstraint("case_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    """Counts its people from 1, in the order of the list; 0 is the report that told of all of them."""
    written: Mapped[bytes | None]
    """Ciphertext under the key of the case: its piece of the list as it came."""
    joined_at: Mapped[datetime]
    joined_by: Mapped[str] = mapped_column(String(80))
