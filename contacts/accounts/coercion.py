"""Coercion: somebody is forced to show what they can open.

The second password opens a board with next to nothing on it. From that moment the account, and the contact it belongs
to, read nothing and take nothing any more, wherever they ask: at the pages, in the chat, by text or by call. It looks
as if they did. A new invitation, which needs a second person, ends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from contacts.accounts.events import AccountCoerced
from contacts.accounts.models import Account
from contacts.accounts.sessions import end_all_sessions

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def note_coercion(unit: UnitOfWork, account: Account) -> None:
    """Close an account to whoever holds it by force; every real session of it ends. Repeating it changes nothing."""
    if account.coerced_at is not None:
        return
    account.coerced_at = unit.now
    end_all_sessions(unit, account)
    unit.record(AccountCoerced(case_id=None, account_id=account.id))


def is_coerced(unit: UnitOfWork, contact_id: UUID) -> bool:
    """Whether somebody is thought to be forced: what they say does not count, and nothing is shown to them."""
    return bool(
        unit.session.scalar(select(exists().where(Account.contact_id == contact_id, Account.coerced_at.is_not(None))))
    )


def coerced_contacts(unit: UnitOfWork) -> frozenset[UUID]:
    """Return everybody who is thought to be forced right now."""
    found = unit.session.scalars(select(Account.contact_id).where(Account.coerced_at.is_not(None)))
    return frozenset(one for one in found if one is not None)
