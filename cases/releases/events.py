"""What can happen to a release, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class ReleaseProposed(Event):
    """Somebody wants something to leave; others must approve it."""

    release_id: UUID
    audience: str


@dataclass(frozen=True)
class ReleaseApproved(Event):
    """Enough people have said yes: it leaves, when its time has come."""

    release_id: UUID


@dataclass(frozen=True)
class ReleaseVetoed(Event):
    """Somebody said no."""

    release_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ReleaseSent(Event):
    """It is on its way to its recipients."""

    release_id: UUID


@dataclass(frozen=True)
class ReleaseEnded(Event):
    """It does not leave, or is called back; ``state`` is what it is now."""

    release_id: UUID
    state: str
    why: str


@dataclass(frozen=True)
class ReleaseOpened(Event):
    """A recipient was shown what left."""

    release_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ReleaseLinkFreed(Event):
    """Somebody of the team let a recipient open their link on another device."""

    release_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ReleaseAcknowledged(Event):
    """A recipient says that they have it in hand."""

    release_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ReleaseUnanswered(Event):
    """Nobody has acknowledged it in time."""

    release_id: UUID
