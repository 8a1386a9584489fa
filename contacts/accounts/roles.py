"""Roles: what each kind of account may do at the pages. One table; whatever is not in it may not be done."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from contacts.values import Role

if TYPE_CHECKING:
    from collections.abc import Mapping


class AccountRole(StrEnum):
    """What somebody comes in as."""

    ADMIN = "admin"
    """Runs the accounts and reads no case, by no page: it belongs to nobody who could hold one."""
    COORDINATOR = "coordinator"
    LAWYER = "lawyer"
    PRESS_OFFICER = "press_officer"
    OBSERVER = "observer"


class Ability(StrEnum):
    """Something that pages offer. Reading a case is not among them: that is decided for each case."""

    BOARD = "board"
    """See the codes of the cases one may know of."""
    OPEN_CASE = "open_case"
    """Ask for a case; whether this one, says :func:`cases.access.may_read`."""
    ACCEPT = "accept"
    GRANT = "grant"
    """Let a colleague read a case that one has."""
    ACCOUNTS = "accounts"
    """Invite, revoke, ask for another role."""
    CONFIRM = "confirm"
    """Be the second of two."""
    ASSIGN = "assign"
    """Ask a lawyer by name for a case that one reads."""
    ENTER = "enter"
    """Enter what is known of a person, and who agreed to what, in a case that one reads."""
    CLOSE = "close"
    """Close a case that one reads, and say that it may be erased in its time."""
    JOIN = "join"
    """Say that two cases that one reads are of one person, or of two."""
    UNSEAL = "unseal"
    """Confirm the trigger of a sealed file, agree to opening it, object."""
    RELEASE = "release"
    """Propose, approve, stop and call back what is told outside."""
    CALENDAR = "calendar"
    """See the dates of the cases one may know of, and have them in one's own calendar."""
    DUTY = "duty"
    """See who is on call, and when nobody would hear."""
    ROSTER = "roster"
    """Put somebody on call for a while, and have them tested."""
    CONTACTS = "contacts"
    """See who helps and how they are reached; no number is among it, and no case."""
    LINK = "link"
    """Make the code that ties a Telegram account to somebody: whoever uses it speaks as them. No administrator does."""
    DELIVERIES = "deliveries"
    """See what became of every message, and decide about those that failed."""
    CHANNELS = "channels"
    """See how the ways of telling people do."""
    DRILL = "drill"
    """Play a story with nobody outside, and read who knew when."""
    NUMBERS = "numbers"
    """See what the work has come to, counted; no case can be told from it."""
    REGISTRY = "registry"
    """Search the registry of documented people, and count it. No case is among it."""
    SETTINGS = "settings"
    """See how the instance stands, have it examined, lock it."""
    LAW = "law"
    SIGN_LAW = "sign_law"


_EVERYBODY = frozenset({Ability.LAW})
_RUNS = frozenset({Ability.DUTY, Ability.CONTACTS, Ability.DELIVERIES})
_READERS = _EVERYBODY | {Ability.BOARD, Ability.OPEN_CASE}
ABILITIES: Final[Mapping[AccountRole, frozenset[Ability]]] = {
    AccountRole.ADMIN: _EVERYBODY
    | _RUNS
    | {Ability.ACCOUNTS, Ability.CONFIRM, Ability.DRILL, Ability.SETTINGS, Ability.CHANNELS},
    AccountRole.COORDINATOR: _READERS
    | _RUNS
    | {
        Ability.ACCEPT,
        Ability.GRANT,
        Ability.ASSIGN,
        Ability.CONFIRM,
        Ability.ENTER,
        Ability.CLOSE,
        Ability.JOIN,
        Ability.UNSEAL,
        Ability.RELEASE,
        Ability.DRILL,
        Ability.NUMBERS,
        Ability.REGISTRY,
        Ability.SETTINGS,
        Ability.CHANNELS,
        Ability.CALENDAR,
        Ability.ROSTER,
        Ability.LINK,
    },
    AccountRole.LAWYER: _READERS
    | {
        Ability.ACCEPT,
        Ability.SIGN_LAW,
        Ability.ENTER,
        Ability.UNSEAL,
        Ability.RELEASE,
        Ability.CALENDAR,
        Ability.DUTY,
    },
    AccountRole.PRESS_OFFICER: _READERS,
    AccountRole.OBSERVER: _READERS | {Ability.NUMBERS},
}

_OUTSIDE = frozenset({Role.UNHCR, Role.JOURNALIST})
_FITS: Final[Mapping[AccountRole, frozenset[Role]]] = {
    AccountRole.ADMIN: frozenset(),
    AccountRole.COORDINATOR: frozenset({Role.COORDINATOR}),
    AccountRole.LAWYER: frozenset({Role.LAWYER}),
    AccountRole.PRESS_OFFICER: frozenset(Role) - _OUTSIDE,
    AccountRole.OBSERVER: frozenset(Role) - _OUTSIDE,
}
"""As what a contact of each role may come in. Agencies and press are told what consent allows; they get no account."""


def can(role: str, ability: Ability) -> bool:
    """Whether accounts of this role may do something; False for a role nobody knows."""
    return role in set(AccountRole) and ability in ABILITIES[AccountRole(role)]


def fits(role: str, contact_role: str | None) -> bool:
    """Whether an account of this role may be that of a contact of that role (None: of nobody).

    Asked again at each request: whose work changes does not keep what they came in as.
    """
    if role not in set(AccountRole):
        return False
    if contact_role is None:
        return role == AccountRole.ADMIN
    return contact_role in _FITS[AccountRole(role)]
