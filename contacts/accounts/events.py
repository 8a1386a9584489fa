"""What can happen to accounts, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class AccountInvited(Event):
    """An invitation was made; who holds its link can make the account theirs."""

    account_id: UUID


@dataclass(frozen=True)
class AccountActivated(Event):
    """Somebody used the invitation: password and second factor are new, whatever was before has ended."""

    account_id: UUID


@dataclass(frozen=True)
class AccountRevoked(Event):
    """An account opens nothing any more."""

    account_id: UUID


@dataclass(frozen=True)
class RoleChanged(Event):
    """An account has another role than before."""

    account_id: UUID
    role: str
    before: str


@dataclass(frozen=True)
class SignedIn(Event):
    """Somebody signed in with both factors; ``by`` is ``code`` or ``recovery``."""

    account_id: UUID
    session_id: UUID
    by: str


@dataclass(frozen=True)
class SessionEnded(Event):
    """A session was ended by its account: signed out, or thrown out from another one."""

    account_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class SecretsChanged(Event):
    """An account has another password, duress password or recovery codes; ``what`` says which."""

    account_id: UUID
    what: str


@dataclass(frozen=True)
class AccountCoerced(Event):
    """Somebody signed in with the password that means: I am being forced."""

    account_id: UUID


@dataclass(frozen=True)
class ApprovalAsked(Event):
    """Somebody wants what needs a second person."""

    approval_id: UUID
    kind: str
    subject_id: UUID
    wanted: str


@dataclass(frozen=True)
class ApprovalSettled(Event):
    """A second person confirmed or refused it, or it made way for another."""

    approval_id: UUID
    verdict: str
