"""What can happen in the registry, in the past tense; most of it of no case. Ids and counts only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


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
