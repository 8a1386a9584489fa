"""What can happen to keys and copies, in the past tense. Names of epochs and counts only."""

from __future__ import annotations

from dataclasses import dataclass

from store.eventlog import Event


@dataclass(frozen=True)
class EpochBegun(Event):
    """Data keys are wrapped by another epoch from now on."""

    epoch: str


@dataclass(frozen=True)
class EpochDestroyed(Event):
    """What only this epoch wraps, in whatever copy, can be read by nobody any more."""

    epoch: str


@dataclass(frozen=True)
class RingWrappedAnew(Event):
    """The key ring is opened by another key-encryption key."""


@dataclass(frozen=True)
class BackupMade(Event):
    """A backup was written; it can be read as long as ``epoch`` is kept."""

    epoch: str


@dataclass(frozen=True)
class BackupRestored(Event):
    """What stands here was taken from a backup that was made in ``epoch``.

    ``agreed``: codes of the accounts that said yes, ``shares``, or that nobody could.
    """

    epoch: str
    agreed: str = ""


@dataclass(frozen=True)
class DatabaseMoved(Event):
    """Everything before this was written in another database, and was found equal here."""
