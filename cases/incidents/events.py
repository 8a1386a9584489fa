"""What can happen to an incident and its cases, in the past tense. Ids and counts only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class PeopleListed(Event):
    """A list became people of an incident, each with a case of their own."""

    incident_id: UUID
    people: int


@dataclass(frozen=True)
class IncidentJoined(Event):
    """A case belongs to an incident since this commit."""

    incident_id: UUID


@dataclass(frozen=True)
class IncidentLeft(Event):
    """A case belongs to an incident no longer: it was put there by mistake."""

    incident_id: UUID


@dataclass(frozen=True)
class IncidentViewed(Event):
    """Somebody was shown this case as a line of its incident: the name, the place, the next clock."""

    incident_id: UUID
    contact_id: UUID
