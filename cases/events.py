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
