"""What can happen to a case, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class ReportReceived(Event):
    """Somebody told us for the first time; the case exists since this commit."""

    report_id: UUID


@dataclass(frozen=True)
class ReportExtended(Event):
    """More was written, said or sent about a case."""

    report_id: UUID
    message_id: UUID


@dataclass(frozen=True)
class PlaceMoved(Event):
    """A place that is shared live has moved; nobody is rung for it."""

    report_id: UUID
    message_id: UUID


@dataclass(frozen=True)
class QuestionAnswered(Event):
    """The reporter answered (or skipped) one of our questions."""

    report_id: UUID
    question: str


@dataclass(frozen=True)
class FileStored(Event):
    """A file that was sent is ours now, to the last byte.

    ``fingerprint`` is the HMAC-SHA256, under a key of the case, of the file's hexadecimal SHA-256: it attests the file
    without letting anybody look up in the log files that they know.
    """

    message_id: UUID
    file_id: UUID
    fingerprint: str


@dataclass(frozen=True)
class FileNotFetched(Event):
    """A file that was sent stays where it is; ``why`` is ``too_large`` or ``too_many``."""

    message_id: UUID
    chat_id: UUID
    why: str


@dataclass(frozen=True)
class FileViewed(Event):
    """A helper fetched a file of the case."""

    contact_id: UUID
    file_id: UUID


@dataclass(frozen=True)
class CaseViewed(Event):
    """A helper opened the case."""

    contact_id: UUID


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
class RiskRead(Event):
    """The risk of return is another than before."""

    level: int
    before: int


@dataclass(frozen=True)
class EvidenceExported(Event):
    """The operator had the evidence of the case written into a folder; with the names of helpers, or without."""

    with_names: bool
