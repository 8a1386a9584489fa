"""Two people for what nobody should do alone at the machine: each gives the code that their app shows now.

A code of the app shows that its owner is there, or at the telephone; it is good once, and whoever sits at the keyboard
learns nothing that is worth anything afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contacts.accounts.directory import all_accounts, find_account, role_of
from contacts.accounts.roles import Ability, can
from contacts.accounts.second_factor import take_code, use_recovery_code
from contacts.accounts.throttle import PER_CODE, count_try, forget_tries, key_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from contacts.accounts.models import Account
    from store.unit_of_work import UnitOfWork

ENOUGH: Final = 2


def is_able_to_agree(unit: UnitOfWork, account: Account) -> bool:
    """Whether an account may be one of two: in use, of a role that confirms, and nobody forced."""
    return account.coerced_at is None and _confirms(unit, account)


def _confirms(unit: UnitOfWork, account: Account) -> bool:
    role = role_of(unit, account)
    return role is not None and can(role, Ability.CONFIRM)


def wanted_people(unit: UnitOfWork) -> int:
    """Return how many have to agree: two, or as many as have the role for it while a team is that small.

    Who is thought to be forced counts, and cannot agree: a team does not become small by being forced.
    """
    return min(ENOUGH, sum(_confirms(unit, one) for one in all_accounts(unit)))


def agrees(unit: UnitOfWork, login: str, code: str, already: Collection[Account]) -> Account | None:
    """Take a code of somebody's app, or one of theirs on paper; return who agreed, None if nobody did.

    Nobody agrees twice. Tries are counted with those of signing in.
    """
    account = find_account(unit, login)
    if account is None or not is_able_to_agree(unit, account) or account.id in {one.id for one in already}:
        return None
    key = key_of(unit, "second_factor", account.id)
    if not count_try(unit, key, PER_CODE):
        return None
    if not (take_code(unit, account, code) or use_recovery_code(unit, account.id, code)):
        return None
    forget_tries(unit, key)
    return account
