"""Sessions: rows of ours, so that each can be ended from elsewhere at once. A browser holds a random token only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, delete, select, update

from contacts.accounts.directory import role_of
from contacts.accounts.events import SessionEnded
from contacts.accounts.models import Account, AccountSession
from contacts.models import Contact
from store.base import new_id
from store.tokens import token_index

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from contacts.accounts.roles import AccountRole
    from store.unit_of_work import UnitOfWork

AT_MOST: Final = timedelta(hours=12)
"""A session's length, however busy: a shift."""
IDLE: Final = timedelta(minutes=30)
HALF: Final = timedelta(minutes=5)
"""How long the second factor may be waited for."""
KEPT: Final = timedelta(days=30)
"""How long it can be seen from where somebody was signed in."""
TOUCHED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """Who asks: an account in one of its sessions, with the role it has right now."""

    session_id: UUID
    account_id: UUID
    contact_id: UUID | None
    role: AccountRole
    duress: bool
    seen_at: datetime

    @property
    def actor(self) -> str:
        """What the log calls who did it."""
        return f"account:{self.account_id}" if self.contact_id is None else f"contact:{self.contact_id}"


def begin_session(
    unit: UnitOfWork, account: Account, source_index: bytes, *, proved: bool, duress: bool
) -> tuple[UUID, str]:
    """Begin one; return its id and the token, which is kept nowhere. ``proved``: with both factors."""
    token = secrets.token_urlsafe(32)
    row = AccountSession(
        id=new_id(),
        account_id=account.id,
        token_index=token_index(token),
        source_index=source_index,
        epoch=account.epoch,
        proved=proved,
        duress=duress,
        began_at=unit.now,
        seen_at=unit.now,
        expires_at=unit.now + (AT_MOST if proved else HALF),
    )
    unit.session.add(row)
    unit.session.flush()
    return row.id, token


Beside = Sequence[tuple[Any, ColumnElement[bool]]]
"""What is read along with a contact by an outer join: mapped classes, and of which rows."""


def signed_in(unit: UnitOfWork, token: str, beside: Beside = ()) -> SignedIn | None:
    """Return whose session a token opens; None for one that is unknown, half, ended, over, idle, or of before.

    Looked up by its fingerprint: how long that takes tells nothing about how much of a token is right. What is read
    ``beside`` is found by :func:`came_along`.
    """
    found = _row(unit, token, beside, proved=True)
    if found is None:
        return None
    row, account = found
    role = role_of(unit, account)
    if role is None or row.seen_at <= unit.now - IDLE or (account.coerced_at is not None and not row.duress):
        return None
    return SignedIn(row.id, account.id, account.contact_id, role, row.duress, row.seen_at)


def half_signed_in(unit: UnitOfWork, token: str) -> tuple[AccountSession, Account] | None:
    """Return the session of somebody who gave the password and not yet the second factor."""
    return _row(unit, token, (), proved=False)


def came_along(unit: UnitOfWork) -> tuple[Contact | None, list[tuple[Any, ...]]]:
    """Return the contact of who was just found to be signed in, and the rows that were read beside it."""
    rows: Sequence[Any] = unit.session.info["signed_in"]
    return rows[0][2], [tuple(row[3:]) for row in rows]


def touch(unit: UnitOfWork, session_id: UUID) -> None:
    """Note that a session is in use; it stays open that much longer."""
    unit.session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=unit.now))


def wants_touch(who: SignedIn, now: datetime) -> bool:
    """Whether it is time to note that a session is in use: not at each request, writing is dear."""
    return now - who.seen_at >= TOUCHED_EVERY


def open_sessions(unit: UnitOfWork, account_id: UUID, *, duress: bool) -> Sequence[AccountSession]:
    """Return the sessions of an account that are open, the latest first; under duress only those begun under duress."""
    wanted = (
        select(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .where(*_open(unit), AccountSession.account_id == account_id, AccountSession.proved)
        .where(AccountSession.seen_at > unit.now - IDLE)
        .order_by(AccountSession.began_at.desc(), AccountSession.id.desc())
    )
    return unit.session.scalars(wanted.where(AccountSession.duress) if duress else wanted).all()


def end_session(unit: UnitOfWork, account_id: UUID, session_id: UUID) -> bool:
    """End one session of an account; return whether it was open. Safe to repeat."""
    ended = unit.session.execute(
        update(AccountSession)
        .where(
            AccountSession.id == session_id,
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=unit.now)
        .returning(AccountSession.id)
    )
    if ended.one_or_none() is None:
        return False
    unit.record(SessionEnded(case_id=None, account_id=account_id, session_id=session_id))
    return True


def end_all_sessions(unit: UnitOfWork, account: Account) -> None:
    """Throw everybody out who is signed in to this account, half or whole; ``account`` is locked or new."""
    account.epoch += 1
    unit.session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
        .values(ended_at=unit.now)
    )
    unit.session.flush()


def forget_old_sessions(unit: UnitOfWork) -> None:
    """Drop sessions that opened nothing any more a month ago; the log keeps that they were. Safe to repeat."""
    long_ago = unit.now - KEPT
    unit.session.execute(
        delete(AccountSession).where((AccountSession.ended_at <= long_ago) | (AccountSession.expires_at <= long_ago))
    )


def _row(unit: UnitOfWork, token: str, beside: Beside, *, proved: bool) -> tuple[AccountSession, Account] | None:
    """Return the session a token opens and its account; the contact comes along, to be found without asking again."""
    wanted: Select[*tuple[Any, ...]] = (
        select(AccountSession, Account, Contact, *(entity for entity, _ in beside))
        .join(Account, Account.id == AccountSession.account_id)
        .outerjoin(Contact, Contact.id == Account.contact_id)
        .where(AccountSession.token_index == token_index(token), AccountSession.proved.is_(proved), *_open(unit))
    )
    for entity, on in beside:
        wanted = wanted.outerjoin(entity, on)
    found = unit.session.execute(wanted).all()
    if not found:
        return None
    unit.session.info["signed_in"] = found  # what nobody holds, a session of SQLAlchemy forgets, and asks for again
    return found[0][0], found[0][1]


def _open(unit: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return (
        AccountSession.ended_at.is_(None),
        AccountSession.expires_at > unit.now,
        AccountSession.epoch == Account.epoch,
        Account.revoked_at.is_(None),
    )
