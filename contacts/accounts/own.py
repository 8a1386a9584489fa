"""What somebody changes about their own account: password, password under duress, recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contacts.accounts.events import SecretsChanged
from contacts.accounts.models import Account
from contacts.accounts.second_factor import new_recovery_codes
from contacts.accounts.sessions import end_all_sessions
from store.base import OWN

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def change_password(unit: UnitOfWork, account_id: UUID, hashed: str) -> None:
    """Have another password; every session ends, this one too."""
    account = unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True)
    account.password = hashed
    end_all_sessions(unit, account)
    unit.record(SecretsChanged(case_id=None, account_id=account_id, what="password"))


def change_duress(unit: UnitOfWork, account_id: UUID, hashed: str) -> None:
    """Have another password for a day under duress; sessions go on."""
    account = unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True)
    account.duress = hashed
    unit.session.flush()
    unit.record(SecretsChanged(case_id=None, account_id=account_id, what="duress"))


def renew_recovery_codes(unit: UnitOfWork, account_id: UUID) -> list[str]:
    """Have ten new codes on paper; the old ones stop working."""
    codes = new_recovery_codes(unit, account_id)
    unit.record(SecretsChanged(case_id=None, account_id=account_id, what="recovery_codes"))
    return codes
