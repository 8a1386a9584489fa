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
    """Somebody signed in with both factors; ``by`` is ``code``, ``recovery`` or ``passkey``."""

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
    """An account has another password, duress password, recovery codes or passkeys; ``what`` says which."""

    account_id: UUID
    what: str


@dataclass(frozen=True)
class AccountCoerced(Event):
    """Somebody signed in with the password that means: I am being forced."""

    account_id: UUID


@dataclass(frozen=True)
class PasskeyFellBack(Event):
    """A passkey signed with a count that is no higher than before: there is a copy of it."""

    account_id: UUID
    passkey_id: UUID


@dataclass(frozen=True)
class TokenMade(Event):
    """An account has one more token by which a program asks in its place."""

    account_id: UUID
    token_id: UUID


@dataclass(frozen=True)
class TokenRevoked(Event):
    """A token opens nothing any more."""

    account_id: UUID
    token_id: UUID


@dataclass(frozen=True)
class AskedByToken(Event):
    """A program read a case or changed something, by this token; ``what`` names the route."""

    token_id: UUID
    what: str


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
