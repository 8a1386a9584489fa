"""Invitations: a link by which somebody makes an account theirs, once, within a day.

Whoever has the link chooses the password and takes the second factor. So a link is handed out by two people together
where there are two (:mod:`contacts.accounts.managing`), and whoever the account belongs to is told when it was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from contacts.accounts.directory import AccountRefusedError, login_of
from contacts.accounts.events import AccountActivated, AccountInvited
from contacts.accounts.models import Account, Invitation
from contacts.accounts.passkeys import remove_passkeys
from contacts.accounts.second_factor import keep_secret, matching_step, new_recovery_codes, new_secret
from contacts.accounts.sessions import end_all_sessions
from contacts.calendar_feeds import revoke_feed
from store.base import OWN, new_id
from store.data_keys import account_scope
from store.tokens import token_index, token_of
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

GOOD_FOR: Final = timedelta(hours=24)
PURPOSE: Final = "invitation"


@dataclass(frozen=True)
class Invited:
    """What an invitation shows: the name to sign in with, the account's code, the secret for an app."""

    invitation_id: UUID
    login: str
    code: str
    secret: str


def invite(unit: UnitOfWork, account: Account) -> str:
    """Make an invitation and return the token of its link; an earlier one stops working.

    Nothing changes for who is signed in until it is used. What was agreed to is one link: the next has to be agreed to
    again. Raises AccountRefusedError where nobody agreed.
    """
    if account.approved_at is None:
        raise AccountRefusedError("nobody has agreed to an invitation")
    unit.session.execute(
        update(Invitation)
        .where(Invitation.account_id == account.id, Invitation.used_at.is_(None))
        .values(expires_at=unit.now, totp=None)
    )
    row = Invitation(id=new_id(), account_id=account.id, made_at=unit.now, expires_at=unit.now + GOOD_FOR)
    token = token_of(unit, PURPOSE, row.id)
    row.token_index = token_index(token)
    row.totp = unit.vault.seal(account_scope(account.id), _field(row.id), new_secret())
    account.approved_at = None  # the next link has to be agreed to again
    unit.session.add(row)
    unit.session.flush()
    unit.record(AccountInvited(case_id=None, account_id=account.id))
    return token


def find_invitation(unit: UnitOfWork, token: str) -> Invited | None:
    """Return what an invitation shows, without using it; None for one that is unknown, used, replaced or over."""
    row = _good(unit, token)
    if row is None or row.totp is None:
        return None
    account = unit.session.get_one(Account, row.account_id)
    secret = unit.vault.open(account_scope(account.id), _field(row.id), row.totp)
    return Invited(row.id, login_of(unit, account), account.code, secret)


def accept_invitation(unit: UnitOfWork, token: str, password: str, duress: str, code: str) -> list[str] | None:
    """Make the account its owner's; return ten recovery codes, or None if ``code`` is not one of the secret's app.

    ``password`` and ``duress`` are hashes. Whatever was before ends: sessions, tokens, the old factor, passkeys, a
    revocation, and that its owner was thought to be forced; with that the address of their calendar, which somebody
    else may have seen. Raises AccountRefusedError for an invitation that is not
    good (any more).
    """
    row = _good(unit, token, locked=True)
    if row is None or row.totp is None:
        raise AccountRefusedError("this invitation was used, replaced, or is over")
    account = unit.session.get_one(Account, row.account_id, with_for_update=OWN, populate_existing=True)
    secret = unit.vault.open(account_scope(account.id), _field(row.id), row.totp)
    step = matching_step(secret, code, unit.now)
    if step is None:
        return None
    row.used_at, row.totp = unit.now, None
    account.password, account.duress = password, duress
    keep_secret(unit, account, secret, step)
    was_forced = account.coerced_at is not None
    account.activated_at, account.revoked_at, account.coerced_at = unit.now, None, None
    end_all_sessions(unit, account)
    unit.actor = f"account:{account.id}"
    if was_forced and account.contact_id is not None:
        revoke_feed(unit, account.contact_id)
    remove_passkeys(unit, account.id)
    unit.record(AccountActivated(case_id=None, account_id=account.id))
    return new_recovery_codes(unit, account.id)


def forget_invitations(unit: UnitOfWork, account_id: UUID) -> None:
    """Make every link to an account lead nowhere. Safe to repeat."""
    unit.session.execute(
        update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None))
        .values(expires_at=unit.now, totp=None)
    )


def _good(unit: UnitOfWork, token: str, *, locked: bool = False) -> Invitation | None:
    wanted = select(Invitation).where(
        Invitation.token_index == token_index(token), Invitation.used_at.is_(None), Invitation.expires_at > unit.now
    )
    return unit.session.scalars(wanted.with_for_update(**OWN) if locked else wanted).one_or_none()


def _field(invitation_id: UUID) -> Field:
    return Field("invitation", "totp", invitation_id)
