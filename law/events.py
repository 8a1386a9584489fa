"""What can happen to a rule, in the past tense. Ids and fingerprints only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class RuleSignedOff(Event):
    """A contact signed a rule off, in the words that this fingerprint stands for."""

    signoff_id: UUID
    contact_id: UUID
    rule_id: str
    text_hash: str


@dataclass(frozen=True)
class RuleSignoffRevoked(Event):
    """A sign-off was taken back, or made way for a new one of the same contact."""

    signoff_id: UUID
    contact_id: UUID
    rule_id: str
