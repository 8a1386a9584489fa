"""Tokens: what a program of an account's owner shows to ask in their place. Rows of ours, so that each can be ended.

A token never does more than its account does at the pages, right now: the role is read anew each time, and whatever
ends sessions (another password, another role, a revocation, being forced, a new invitation) ends tokens too. One that
is made under duress reads next to nothing, as a session under duress does.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from contacts.accounts.directory import role_of
from contacts.accounts.events import TokenMade, TokenRevoked
from contacts.accounts.models import Account, ApiToken
from contacts.accounts.sessions import SignedIn
from contacts.accounts.throttle import Limit
from contacts.linking import ALPHABET
from store.base import OWN, new_id
from store.tokens import token_index

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

BEGINS: Final = "panah_"
"""What every token begins with, so that a search for secrets that were published finds one."""
LONGEST: Final = timedelta(days=90)
LASTS: Final = (1, 7, 30, 90)
"""Days a token may be good for."""
AT_MOST: Final = 10
"""Tokens an account may have that are good."""
CODE_LENGTH: Final = 4
TOUCHED_EVERY: Final = timedelta(minutes=1)
PER_TOKEN: Final = Limit(900, timedelta(minutes=15))
"""Requests: one a second, in the long run."""


class TokenScope(StrEnum):
    """What a token is for. Each route takes one of them, and besides what the account's role may do."""

    READ = "read"
    ENTER = "enter"
    """Enter what happened in a case."""
    ACCEPT = "accept"
    """Accept or decline what is sought."""


class Purpose(StrEnum):
    """What a token is made for: a word of this list, so that no name of a person gets into lists and logs."""

    BOARD = "board"
    """A screen on the wall."""
    CASES = "cases"
    """Another program that cases are kept in."""
    CALENDAR = "calendar"
    NUMBERS = "numbers"
    SCRIPT = "script"
    TRIAL = "trial"


class TokenRefusedError(ValueError):
    """A token cannot be like this; ``why`` is the end of a text key."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Bearer:
    """Who asks by a token: its account as it is right now, and what the token is for."""

    token_id: UUID
    who: SignedIn
    scopes: frozenset[TokenScope]
    purpose: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class ShownToken:
    """A token as its owner sees it."""

    id: UUID
    code: str
    purpose: str
    scopes: tuple[str, ...]
    expires_at: datetime
    used_at: datetime | None


def make_token(
    unit: UnitOfWork, account_id: UUID, purpose: Purpose, scopes: Collection[TokenScope], lasts: timedelta
) -> str:
    """Make a token for an account and return it: it is kept nowhere, and never shown again. Raises TokenRefusedError.

    Whether whoever asks is the account's owner is for the caller to have proved.
    """
    account = unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True)
    if not scopes:
        raise TokenRefusedError("scopes")
    if not timedelta(0) < lasts <= LONGEST:
        raise TokenRefusedError("lasts")
    if len(live_tokens(unit, account_id)) >= AT_MOST:
        raise TokenRefusedError("many")
    token = BEGINS + secrets.token_urlsafe(32)
    row = ApiToken(
        id=new_id(),
        account_id=account_id,
        code=_free_code(unit),
        purpose=str(purpose),
        scopes=[str(one) for one in TokenScope if one in scopes],
        token_index=token_index(token),
        epoch=account.epoch,
        made_at=unit.now,
        expires_at=unit.now + lasts,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.record(TokenMade(case_id=None, account_id=account_id, token_id=row.id))
    return token


def bearer(unit: UnitOfWork, token: str) -> Bearer | None:
    """Return who asks by a token; None for one that is unknown, revoked, over, or of an account that changed since.

    Looked up by its fingerprint: how long that takes tells nothing about how much of a token is right.
    """
    found = unit.session.execute(
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.token_index == token_index(token), *_live(unit.now))
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    role = role_of(unit, account)
    if role is None:
        return None
    # Being forced ends every token that was there before: one that is still good was made since.
    forced = account.coerced_at is not None
    who = SignedIn(row.id, account.id, account.contact_id, role, forced, row.used_at or row.made_at)
    scopes = frozenset(one for one in TokenScope if one in row.scopes)
    return Bearer(row.id, who, scopes, row.purpose, row.expires_at, row.used_at)


def touch_token(unit: UnitOfWork, token: Bearer) -> None:
    """Note that a token is in use, once a minute at most."""
    if token.used_at is None or token.used_at <= unit.now - TOUCHED_EVERY:
        unit.session.execute(update(ApiToken).where(ApiToken.id == token.token_id).values(used_at=unit.now))


def live_tokens(unit: UnitOfWork, account_id: UUID) -> list[ShownToken]:
    """Return the tokens of an account that are good, the latest first; those of before are nobody's, and not shown."""
    wanted = (
        select(ApiToken)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.account_id == account_id, *_live(unit.now))
        .order_by(ApiToken.made_at.desc(), ApiToken.id.desc())
    )
    return [
        ShownToken(row.id, row.code, row.purpose, tuple(row.scopes), row.expires_at, row.used_at)
        for row in unit.session.scalars(wanted)
    ]


def revoke_token(unit: UnitOfWork, account_id: UUID, token_id: UUID) -> bool:
    """Let a token of an account open nothing any more; return whether it did. Safe to repeat."""
    return bool(_revoke(unit, account_id, ApiToken.id == token_id))


def revoke_tokens(unit: UnitOfWork, account_id: UUID) -> int:
    """Let no token of an account open anything any more; return how many did. Safe to repeat."""
    return _revoke(unit, account_id)


def _revoke(unit: UnitOfWork, account_id: UUID, *which: ColumnElement[bool]) -> int:
    ended = unit.session.scalars(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None), *which)
        .values(revoked_at=unit.now)
        .returning(ApiToken.id)
    ).all()
    for token_id in sorted(ended):
        unit.record(TokenRevoked(case_id=None, account_id=account_id, token_id=token_id))
    return len(ended)


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > now,
        ApiToken.epoch == Account.epoch,
        Account.revoked_at.is_(None),
    )


def _free_code(unit: UnitOfWork) -> str:
    while True:
        code = "T-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if unit.session.scalar(select(ApiToken.id).where(ApiToken.code == code)) is None:
            return code
