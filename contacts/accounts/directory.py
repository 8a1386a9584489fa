"""Accounts, found and made. The name somebody signs in with is ciphertext; it is found by a keyed fingerprint."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select

from contacts.accounts.models import Account, Invitation
from contacts.accounts.roles import AccountRole, fits
from contacts.directory import find_contact, name_of
from contacts.linking import ALPHABET
from contacts.models import Contact
from store.base import new_id
from store.data_keys import account_scope, contact_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

CODE_LENGTH: Final = 4
STATES: Final = ("waits", "invited", "active", "revoked")


class AccountRefusedError(ValueError):
    """An account cannot be as it is wanted; the message says why and holds no name."""


def find_account(unit: UnitOfWork, login: str) -> Account | None:
    """Return the account that signs in by this name (compared after NFKC and case folding)."""
    return unit.session.scalars(select(Account).where(Account.login_index == _index(unit, login))).one_or_none()


def account_of(unit: UnitOfWork, contact_id: UUID) -> Account | None:
    """Return a contact's account, whatever has become of it."""
    return unit.session.scalars(select(Account).where(Account.contact_id == contact_id)).one_or_none()


def all_accounts(unit: UnitOfWork) -> Sequence[Account]:
    """Return every account, oldest first, revoked ones too."""
    return unit.session.scalars(select(Account).order_by(Account.created_at, Account.id)).all()


@dataclass(frozen=True)
class Team:
    """Everybody who has, or had, an account, and the contacts these belong to: what is held is not asked for again."""

    accounts: Sequence[Account]
    contacts: Mapping[UUID, Contact]
    invited: frozenset[UUID]
    """Accounts to which a link leads that somebody could use."""


def team_of(unit: UnitOfWork) -> Team:
    """Return every account, oldest first, with its contact, and fetch the keys of their names. Two statements."""
    open_link = exists().where(
        Invitation.account_id == Account.id, Invitation.used_at.is_(None), Invitation.expires_at > unit.now
    )
    rows: Sequence[Any] = unit.session.execute(
        select(Account, Contact, open_link)
        .outerjoin(Contact, Contact.id == Account.contact_id)
        .order_by(Account.created_at, Account.id)
    ).all()
    contacts = {contact.id: contact for _, contact, _ in rows if contact is not None}
    unit.vault.fetch([*(account_scope(account.id) for account, *_ in rows), *map(contact_scope, contacts)])
    return Team(
        [account for account, *_ in rows], contacts, frozenset(account.id for account, _, invited in rows if invited)
    )


def login_of(unit: UnitOfWork, account: Account) -> str:
    """Decrypt the name somebody signs in with."""
    return unit.vault.open(account_scope(account.id), Field("account", "login", account.id), account.login)


def state_of(unit: UnitOfWork, account: Account) -> str:
    """One of STATES. *waits*: there is no link to it that somebody could use, so it is for others to do something."""
    invited = exists().where(
        Invitation.account_id == account.id, Invitation.used_at.is_(None), Invitation.expires_at > unit.now
    )
    return state_from(account, is_invited=bool(unit.session.scalar(select(invited))))


def state_from(account: Account, *, is_invited: bool) -> str:
    """Return the same where it is known whether a link leads to it."""
    if account.revoked_at is None and account.activated_at is not None:
        return "active"
    if is_invited:
        return "invited"
    return "waits" if account.revoked_at is None else "revoked"


def open_account(unit: UnitOfWork, login: str, role: AccountRole) -> Account:
    """Return the account of this name, made if there is none yet: one that nobody can use before they are invited.

    An administrator's belongs to no contact; every other to the contact of that name. One that is there keeps its role
    while it is in use; a revoked one takes the new. Raises AccountRefusedError.
    """
    name = " ".join(login.split())
    if not name or not name.isprintable():
        raise AccountRefusedError("an account needs a name to sign in with")
    contact = _owner(unit, name, role)
    if contact is not None:
        name = name_of(unit, contact)
    found = find_account(unit, name) or (None if contact is None else account_of(unit, contact.id))
    if found is None:
        return _make(unit, name, role, contact)
    if found.revoked_at is None and found.role != role:
        raise AccountRefusedError(f"it comes in as {found.role.replace('_', ' ')}; another role needs a second person")
    if (found.contact_id is None) != (role is AccountRole.ADMIN):
        raise AccountRefusedError("this name was somebody else's account; choose another")
    found.role = role
    unit.session.flush()
    return found


def _owner(unit: UnitOfWork, name: str, role: AccountRole) -> Contact | None:
    """The contact an account of this name and role would belong to; raises AccountRefusedError where it cannot be."""
    contact = find_contact(unit, name)
    if contact is not None and contact.left_at is not None:
        contact = None
    if role is AccountRole.ADMIN:
        if contact is not None:
            raise AccountRefusedError(
                "an administrator reads no case, so it cannot be somebody of the contacts: choose another name"
            )
    elif contact is None:
        raise AccountRefusedError("there is no contact of that name; see `panah contacts show`")
    elif not fits(role, contact.role):
        raise AccountRefusedError(f"a contact who is {contact.role} cannot come in as {role.replace('_', ' ')}")
    return contact


def _make(unit: UnitOfWork, login: str, role: AccountRole, contact: Contact | None) -> Account:
    account = Account(id=new_id(), role=str(role), created_at=unit.now, code=_free_code(unit))
    account.contact_id = None if contact is None else contact.id
    account.login_index = _index(unit, login)
    account.login = unit.vault.seal(account_scope(account.id), Field("account", "login", account.id), login)
    account.last_step = account.epoch = 0
    unit.session.add(account)
    unit.session.flush()
    return account


def _free_code(unit: UnitOfWork) -> str:
    while True:
        code = "P-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if unit.session.scalar(select(Account.id).where(Account.code == code)) is None:
            return code


def _index(unit: UnitOfWork, login: str) -> bytes:
    return unit.vault.blind_index("account_login", login)


def role_of(unit: UnitOfWork, account: Account) -> AccountRole | None:
    """As what an account comes in right now; None for one that opens nothing.

    That is one that was revoked or never set up, whose contact has left, or whose role does not fit what the contact
    does by now.
    """
    contact = None if account.contact_id is None else unit.session.get_one(Contact, account.contact_id)
    has_left = contact is not None and contact.left_at is not None
    if account.revoked_at is not None or account.activated_at is None or has_left:
        return None
    return AccountRole(account.role) if fits(account.role, None if contact is None else contact.role) else None
