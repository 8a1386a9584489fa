"""What can happen to a report and its case, in the past tense. Ids and codes only.

What its rooms keep happens in theirs: ``cases/docket/events.py`` and the others beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  as below
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
    """A file that was sent stays where it is; ``why`` is ``too_large``, ``too_many`` or ``not_taken``."""

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
class NoteWritten(Event):
    """Somebody who works on the case wrote something down about it."""

    note_id: UUID


@dataclass(frozen=True)
class AccessGranted(Event):
    """Somebody who has the case let another read it, until an instant."""

    contact_id: UUID
    granted_by: UUID
    until: datetime


@dataclass(frozen=True)
class AccessWithdrawn(Event):
    """What somebody was let read is closed to them again."""

    contact_id: UUID


@dataclass(frozen=True)
class CaseBorneOut(Event):
    """A further source bears a case out; ``state`` is what the case is now."""

    corroboration_id: UUID
    state: str


@dataclass(frozen=True)
class HostilitySuspected(Event):
    """The report may be a trap."""


@dataclass(frozen=True)
class HostilityCleared(Event):
    """It is none."""


@dataclass(frozen=True)
class ReporterVerified(Event):
    """A coordinator vouches for who the reporter is."""

    report_id: UUID


@dataclass(frozen=True)
class DuressSpoken(Event):
    """The reporter said the word for being made to write."""

    report_id: UUID


@dataclass(frozen=True)
class MovedToCounsel(Event):
    """A message was moved into the compartment of counsel."""

    message_id: UUID


@dataclass(frozen=True)
class CaseRead(Event):
    """Somebody with a shell read what is known of a person."""


@dataclass(frozen=True)
class CaseExported(Event):
    """What an audience may see of a case was written out. ``agreed``: who said yes, where it was one of many."""

    audience: str
    agreed: str = ""


@dataclass(frozen=True)
class EvidenceExported(Event):
    """The operator had the evidence of the case written into a folder; with the names of helpers, or without.

    ``agreed``: who said yes, where it was one of many.
    """

    with_names: bool
    agreed: str = ""


@dataclass(frozen=True)
class CaseClosed(Event):
    """Somebody said that a case is over (``no_case`` 1: that it never was one): nobody is sought for it any more."""

    no_case: int


@dataclass(frozen=True)
class CaseReopened(Event):
    """A closed case is open again: somebody said so, or something came in (``by`` is then ``system``)."""

    by: str


@dataclass(frozen=True)
class CaseKept(Event):
    """A case is to be kept whatever its age (``kept`` 1), or no longer (0)."""

    kept: int


@dataclass(frozen=True)
class ErasureWarned(Event):
    """People were told that a closed case is about to be erased."""


@dataclass(frozen=True)
class ErasureConfirmed(Event):
    """Somebody said that a closed case may be erased when its time has come."""


@dataclass(frozen=True)
class CaseErased(Event):
    """Its data keys are destroyed and its rows gone; this chain is what is left, beside a line for counting."""
