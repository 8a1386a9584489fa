"""What can happen to a case, in the past tense. Ids and codes only."""

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
class FamilyPromised(Event):
    """A person promised the family the word that this watch waits for: one that opens by itself is no promise."""

    watch_id: UUID


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
class ReleaseAcknowledged(Event):
    """A recipient says that they have it in hand."""

    release_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ReleaseUnanswered(Event):
    """Nobody has acknowledged it in time."""

    release_id: UUID


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


@dataclass(frozen=True)
class RegistryImported(Event):
    """A list was taken into the registry; ``entries``: how many it made or changed. Of no case."""

    import_id: UUID
    entries: int


@dataclass(frozen=True)
class RegistryImportUndone(Event):
    """A whole import was taken back. Of no case."""

    import_id: UUID


@dataclass(frozen=True)
class RegistryEntryErased(Event):
    """An entry of the registry was erased. Of no case."""

    entry_id: UUID


@dataclass(frozen=True)
class RegistryEntryShown(Event):
    """What the registry has of somebody was shown: on the page, or to whoever has a shell. Of no case."""

    entry_id: UUID


@dataclass(frozen=True)
class RegistryPairDecided(Event):
    """Somebody says of two entries of the registry that they are one person (``same``), or two. Of no case."""

    entry_id: UUID
    other_id: UUID
    same: int


@dataclass(frozen=True)
class RegistryProposalRefused(Event):
    """Somebody says that the person of a case is not the one in the registry."""

    entry_id: UUID
