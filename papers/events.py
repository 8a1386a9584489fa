"""What can happen to a paper, in the past tense. Ids, codes and digests only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads this type back from its name

from store.eventlog import Event


@dataclass(frozen=True)
class PaperTaken(Event):
    """Somebody was given a paper: which version, in which form. ``digest`` attests its text under a key of the case."""

    version_id: UUID
    kind: str
    language: str
    number: int
    form: str
    digest: str


@dataclass(frozen=True)
class PaperApproved(Event):
    """A lawyer vouches for the text of a paper as it stood."""

    version_id: UUID
    contact_id: UUID
    kind: str
    language: str
    number: int
    digest: str


@dataclass(frozen=True)
class PaperApprovalWithdrawn(Event):
    """A lawyer vouches for the text of a paper no longer."""

    version_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class PaperHandedIn(Event):
    """Somebody brought a document back that was made of a draft, ``based_on``. ``digest`` attests the file."""

    version_id: UUID
    based_on: UUID
    kind: str
    language: str
    number: int
    digest: str


@dataclass(frozen=True)
class PaperLeft(Event):
    """Somebody says that a paper was sent or handed over."""

    version_id: UUID
    leaving_id: UUID
    kind: str
    language: str
    number: int


@dataclass(frozen=True)
class PapersExported(Event):
    """All papers of a case that may be taken were written out at the machine. ``agreed``: by whom it was agreed to."""

    papers: int
    agreed: str


@dataclass(frozen=True)
class BundleTaken(Event):
    """Somebody was given the files of a case as numbered exhibits: how many, and whether as they came."""

    exhibits: int
    originals: bool
