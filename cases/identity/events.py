"""What people can say of two cases that may be of one person, in the past tense. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class SamePersonSuggested(Event):
    """What is known of two cases lets people ask whether they are of one person."""

    suggestion_id: UUID
    other_id: UUID


@dataclass(frozen=True)
class SamePersonRefused(Event):
    """Somebody said that they are two people."""

    suggestion_id: UUID


@dataclass(frozen=True)
class CasesJoined(Event):
    """Somebody said that two cases are of one person: one follows the other from now on."""

    leader_id: UUID
    follower_id: UUID


@dataclass(frozen=True)
class CasesParted(Event):
    """Somebody took that back."""

    leader_id: UUID
    follower_id: UUID
