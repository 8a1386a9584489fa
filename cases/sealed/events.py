"""What can happen to a sealed file and to the check-ins of its person, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  as below
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class SealedFileBegun(Event):
    """Somebody began to leave a file for the day they are taken."""

    file_id: UUID


@dataclass(frozen=True)
class SealedEntryKept(Event):
    """Something was put into a sealed file; ``kind`` is what becomes of it when that is opened."""

    entry_id: UUID
    kind: str


@dataclass(frozen=True)
class SealedFileStored(Event):
    """A file that was sent into a sealed file is ours now; ``fingerprint`` as in FileStored."""

    entry_id: UUID
    file_id: UUID
    fingerprint: str


@dataclass(frozen=True)
class SealedFileNotFetched(Event):
    """What was sent into a sealed file could not be copied: ``too_large`` or ``too_many``."""

    entry_id: UUID
    chat_id: UUID
    why: str


@dataclass(frozen=True)
class SealedFileWithdrawn(Event):
    """The person took the file back: its key is destroyed, and so many entries and files are gone."""

    file_id: UUID
    entries: int
    files: int


@dataclass(frozen=True)
class SealedTracesOverwritten(Event):
    """What a withdrawn file left on the disk was overwritten, as far as the engine lets us see to it."""

    file_id: UUID


@dataclass(frozen=True)
class SealedDuressSpoken(Event):
    """Whoever left a sealed file said that they are made to write."""

    file_id: UUID


@dataclass(frozen=True)
class SealedDuressCleared(Event):
    """The person of a sealed file confirmed by a way that is safe that nobody makes them write."""

    file_id: UUID


@dataclass(frozen=True)
class SealedSourceEntered(Event):
    """Somebody confirms that the trigger of a sealed file has come; ``sources`` that now do."""

    source_id: UUID
    sources: int


@dataclass(frozen=True)
class SealedSourceDropped(Event):
    """A source of a trigger turned out to be none."""

    source_id: UUID


@dataclass(frozen=True)
class SealedFileApproved(Event):
    """Somebody agrees that a sealed file be opened; ``approvals`` that now count."""

    contact_id: UUID
    approval_id: UUID
    approvals: int


@dataclass(frozen=True)
class SealedOpeningStopped(Event):
    """What people had agreed to counts no longer: ``objection``, ``answered`` (a check-in) or ``source``."""

    why: str


@dataclass(frozen=True)
class SealedFileOpened(Event):
    """A sealed file was opened: what it holds belongs to the case now."""

    file_id: UUID


@dataclass(frozen=True)
class SealedContentShown(Event):
    """Somebody was shown whom the person trusts, or other parts of a sealed file."""

    contact_id: UUID
    what: str


@dataclass(frozen=True)
class CheckInAgreed(Event):
    """A person agreed to be written to again and again."""

    check_in_id: UUID


@dataclass(frozen=True)
class CheckInAsked(Event):
    """A person was written to."""

    check_in_id: UUID


@dataclass(frozen=True)
class CheckInAnswered(Event):
    """A person answered that all is as usual."""

    check_in_id: UUID


@dataclass(frozen=True)
class CheckInPaused(Event):
    """A person is not written to for a while, as they wished."""

    check_in_id: UUID
    until: datetime


@dataclass(frozen=True)
class CheckInStopped(Event):
    """A person is written to no longer."""

    check_in_id: UUID


@dataclass(frozen=True)
class CheckInStopDoubted(Event):
    """Somebody wants the check-ins of a person stopped, or the file withdrawn, and does not know the phrase."""

    check_in_id: UUID
