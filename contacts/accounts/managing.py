"""Managing accounts: who invites whom, who gives another role, who takes everything away.

Taking away needs one person, for it must be quick. Giving needs two, where there are two: an invitation, new or again,
and another role are confirmed by a second administrator or a coordinator, neither who asked nor whom it is about.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from contacts.accounts.approvals import ask_approval, may_settle, settle_approval, take_approval, waiting_approvals
from contacts.accounts.directory import AccountRefusedError, all_accounts, open_account, role_of
from contacts.accounts.events import AccountRevoked, RoleChanged
from contacts.accounts.inviting import forget_invitations
from contacts.accounts.models import Account
from contacts.accounts.roles import Ability, AccountRole, can, fits
from contacts.accounts.sessions import end_all_sessions
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from contacts.accounts.models import Approval
    from store.unit_of_work import UnitOfWork

INVITE: Final = "account.invite"
ROLE: Final = "account.role"


class Asked(Enum):
    """What came of a wish."""

    DONE = "done"
    """There is nobody else who could agree yet, so it was done at once; the log says who did it."""
    WAITS = "waits"


def needs_second(first: UUID, concerned: UUID, able: Collection[UUID]) -> bool:
    """Whether somebody else has to agree: whenever there is anybody who could. ``able``: accounts that may confirm."""
    return any(one not in (first, concerned) for one in able)


def ask_to_invite(unit: UnitOfWork, asked_by: UUID, login: str, role: AccountRole) -> Asked:
    """Want an invitation for somebody, new or again (a lost telephone). Raises AccountRefusedError."""
    account = open_account(unit, login, role)
    if needs_second(asked_by, account.id, _able(unit)):
        ask_approval(unit, INVITE, account.id, str(role), asked_by)
        return Asked.WAITS
    account.approved_at = unit.now
    unit.session.flush()
    return Asked.DONE


def ask_for_role(unit: UnitOfWork, asked_by: UUID, account_id: UUID, role: AccountRole) -> Asked:
    """Want another role for an account. Raises AccountRefusedError for one that does not fit whom it belongs to."""
    account = unit.session.get_one(Account, account_id)
    _refuse_misfit(unit, account, role)
    if needs_second(asked_by, account_id, _able(unit)):
        ask_approval(unit, ROLE, account_id, str(role), asked_by)
        return Asked.WAITS
    _change_role(unit, account_id, role)
    return Asked.DONE


def settle(unit: UnitOfWork, approval_id: UUID, settler: UUID, *, confirms: bool) -> bool:
    """Be the second person: what was wanted happens, or never does. False if it was not theirs, or is over."""
    row = take_approval(unit, approval_id)
    if row is None or not _may(unit, row, settler):
        return False
    settle_approval(unit, row, settler, confirms=confirms)
    if confirms:
        _carry_out(unit, row)
    return True


def approvals_for(unit: UnitOfWork, settler: UUID) -> list[tuple[Approval, bool]]:
    """Return what waits for a second person, and of each whether this account may be it."""
    return [(row, _may(unit, row, settler)) for row in waiting_approvals(unit) if row.kind in (INVITE, ROLE)]


def may_invite_now(account: Account) -> bool:
    """Whether a link may be handed out: it was agreed that there shall be one."""
    return account.approved_at is not None


def other_roles(unit: UnitOfWork, account: Account) -> list[AccountRole]:
    """Return the roles that somebody could ask for on behalf of an account."""
    does = None if account.contact_id is None else unit.session.get_one(Contact, account.contact_id).role
    return [role for role in AccountRole if role != account.role and fits(role, does)]


def revoke_account(unit: UnitOfWork, account_id: UUID) -> bool:
    """Let an account open nothing any more, from this commit on; return whether it did before. Safe to repeat.

    Links to it lead nowhere, and a new invitation needs a second person again.
    """
    account = unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True)
    if account.revoked_at is not None:
        return False
    account.revoked_at, account.approved_at = unit.now, None
    end_all_sessions(unit, account)
    forget_invitations(unit, account_id)
    unit.record(AccountRevoked(case_id=None, account_id=account_id))
    return True


def _able(unit: UnitOfWork) -> list[UUID]:
    """Accounts that may confirm: in use, of a role that may, and nobody forced."""
    return [one.id for one in all_accounts(unit) if _is_able(unit, one)]


def _is_able(unit: UnitOfWork, account: Account) -> bool:
    role = role_of(unit, account)
    return role is not None and account.coerced_at is None and can(role, Ability.CONFIRM)


def _may(unit: UnitOfWork, row: Approval, settler: UUID) -> bool:
    able = _is_able(unit, unit.session.get_one(Account, settler))
    return may_settle(asked_by=row.asked_by, concerned=(row.subject_id,), settler=settler, is_able=able)


def _carry_out(unit: UnitOfWork, row: Approval) -> None:
    account = unit.session.get_one(Account, row.subject_id, with_for_update=OWN, populate_existing=True)
    if row.kind == INVITE:
        account.approved_at = unit.now
        unit.session.flush()
    elif row.kind == ROLE:
        _refuse_misfit(unit, account, AccountRole(row.wanted))
        _change_role(unit, account.id, AccountRole(row.wanted))


def _refuse_misfit(unit: UnitOfWork, account: Account, role: AccountRole) -> None:
    contact = None if account.contact_id is None else unit.session.get_one(Contact, account.contact_id)
    if not fits(role, None if contact is None else contact.role):
        raise AccountRefusedError("this role does not fit what they do; see the contacts file")


def _change_role(unit: UnitOfWork, account_id: UUID, role: AccountRole) -> None:
    account = unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True)
    if account.role == role:
        return
    before, account.role = account.role, str(role)
    end_all_sessions(unit, account)
    unit.record(RoleChanged(case_id=None, account_id=account_id, role=str(role), before=before))


FIRST: Final = "administrator"
"""The name the first administrator signs in with."""


def has_administrator(unit: UnitOfWork) -> bool:
    """Whether somebody can come in who may invite others."""
    return any(role_of(unit, one) is AccountRole.ADMIN for one in all_accounts(unit))


def invite_from_shell(unit: UnitOfWork, login: str, role: AccountRole) -> Account:
    """Agree to an invitation as whoever runs the machine, who could do worse. Raises AccountRefusedError."""
    account = open_account(unit, login, role)
    account.approved_at = account.approved_at or unit.now
    unit.session.flush()
    return account
