"""What can happen in a docket, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class OccurrenceEntered(Event):
    """Somebody entered what happened, or is to happen; ``event`` is a word of the vocabulary, or one nobody knows."""

    occurrence_id: UUID
    event: str


@dataclass(frozen=True)
class OccurrenceSuperseded(Event):
    """What was entered stands no longer: it was moved or corrected."""

    occurrence_id: UUID
    event: str


@dataclass(frozen=True)
class UnknownEventEntered(Event):
    """What was entered is no word of the vocabulary: a human must say what follows from it."""

    occurrence_id: UUID


@dataclass(frozen=True)
class DeadlineSet(Event):
    """A clock runs from now on."""

    deadline_id: UUID
    rule: str


@dataclass(frozen=True)
class DeadlineMoved(Event):
    """A clock has another date than before; what was said about the old one is void."""

    deadline_id: UUID
    rule: str


@dataclass(frozen=True)
class DeadlineSuperseded(Event):
    """A clock has no ground any more: nobody is reminded of it."""

    deadline_id: UUID
    rule: str


@dataclass(frozen=True)
class DeadlineDone(Event):
    """Somebody says that what a clock asked for is done."""

    deadline_id: UUID
    rule: str


@dataclass(frozen=True)
class WatchOpened(Event):
    """Something should happen by a certain time."""

    watch_id: UUID
    watch: str


@dataclass(frozen=True)
class WatchEnded(Event):
    """A watch is over: kept, or cancelled because it is no question any more."""

    watch_id: UUID
    watch: str
    state: str


@dataclass(frozen=True)
class WatchMissed(Event):
    """What was watched for has not happened in time."""

    watch_id: UUID
    watch: str


@dataclass(frozen=True)
class FamilyPromised(Event):
    """A person promised the family the word that this watch waits for: one that opens by itself is no promise."""

    watch_id: UUID


@dataclass(frozen=True)
class RiskRead(Event):
    """The risk of return is another than before."""

    level: int
    before: int


@dataclass(frozen=True)
class DismissalAsked(Event):
    """Somebody asked that the lawyer be dismissed. Nothing has changed yet."""

    dismissal_id: UUID


@dataclass(frozen=True)
class DismissalConfirmed(Event):
    """The safe contact wants it: the lawyer, if one had the case, has it no longer."""

    dismissal_id: UUID
    contact_id: UUID | None


@dataclass(frozen=True)
class DismissalDenied(Event):
    """The safe contact does not want it: somebody may have been made to ask."""

    dismissal_id: UUID
