"""What can happen to those who help, in the past tense. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class ContactImported(Event):
    """A contact was added or brought up to date from a file."""

    contact_id: UUID


@dataclass(frozen=True)
class ContactsExported(Event):
    """Everybody who helps was written out, with numbers and names. ``agreed``: codes of the accounts that said yes."""

    agreed: str


@dataclass(frozen=True)
class LinkCodeMade(Event):
    """A code was made by which a Telegram account can become a contact's; the log says by whom."""

    contact_id: UUID


@dataclass(frozen=True)
class AccountLinked(Event):
    """A contact proved a Telegram account to be theirs."""

    contact_id: UUID
    chat_id: UUID


@dataclass(frozen=True)
class MethodDied(Event):
    """The provider says that a contact can no longer be reached this way."""

    contact_id: UUID
    channel: str


@dataclass(frozen=True)
class MethodProved(Event):
    """A contact showed that they can be reached this way."""

    contact_id: UUID
    channel: str


@dataclass(frozen=True)
class CalendarFeedOpened(Event):
    """A contact has an address from which their calendar program can read hearings and deadlines."""

    contact_id: UUID
    feed_id: UUID


@dataclass(frozen=True)
class CalendarFeedRevoked(Event):
    """That address leads nowhere any more."""

    contact_id: UUID
    feed_id: UUID


@dataclass(frozen=True)
class ContactLeft(Event):
    """Somebody helps no longer."""

    contact_id: UUID


@dataclass(frozen=True)
class ContactReturned(Event):
    """Somebody who had left helps again."""

    contact_id: UUID
