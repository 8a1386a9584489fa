"""What can happen to what is known of a person and to who may learn it, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class FactEntered(Event):
    """Somebody entered what a source says about a field of a person."""

    fact_id: UUID
    field: str


@dataclass(frozen=True)
class FactSuperseded(Event):
    """What stood in a field stands no longer."""

    fact_id: UUID
    field: str


@dataclass(frozen=True)
class FamilyAsked(Event):
    """Somebody had whoever reported asked, in their conversation, for a field of the person."""

    field: str


@dataclass(frozen=True)
class GuardianMarked(Event):
    """Somebody says that the guardian has a part in what happens (``implicated`` is yes), or none."""

    person_id: UUID
    implicated: str


@dataclass(frozen=True)
class ConsentEntered(Event):
    """Somebody with authority over a person agreed (``granted`` is yes) or refused, for an audience and a class."""

    person_id: UUID
    audience: str
    kind: str
    granted: str


@dataclass(frozen=True)
class DisclosuresFrozen(Event):
    """Consent was taken back: nothing of the case leaves until that is settled."""

    freeze_id: UUID


@dataclass(frozen=True)
class DisclosuresThawed(Event):
    """It is settled."""

    freeze_id: UUID


@dataclass(frozen=True)
class CounselReleased(Event):
    """Counsel opened a field of the compartment to an audience."""

    field: str
    audience: str
    contact_id: UUID


@dataclass(frozen=True)
class CounselReleaseRevoked(Event):
    """Counsel closed it again."""

    field: str
    audience: str


@dataclass(frozen=True)
class EmergencyReleaseSigned(Event):
    """A person decided beforehand what is told to whom, should it come to it."""

    release_id: UUID


@dataclass(frozen=True)
class EmergencyReleaseFired(Event):
    """It has come to it."""

    release_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class EmergencyReleaseWithdrawn(Event):
    """It is not to be told any more, should it come to it."""

    release_id: UUID
