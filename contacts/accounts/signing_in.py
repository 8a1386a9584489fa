"""Signing in: a password, then a second factor. What went wrong is never said, nor told by how long it took.

No transaction is open while a password is hashed: that takes a tenth of a second, and others want to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from contacts.accounts.coercion import note_coercion
from contacts.accounts.directory import find_account, role_of
from contacts.accounts.events import SignedIn
from contacts.accounts.models import Account, AccountSession
from contacts.accounts.passkeys import Ceremony, take_passkey
from contacts.accounts.passwords import Found
from contacts.accounts.second_factor import DIGITS, take_code, use_recovery_code
from contacts.accounts.sessions import begin_session, end_session, half_signed_in
from contacts.accounts.throttle import PER_ACCOUNT, PER_CODE, PER_SOURCE, count_try, forget_tries, key_of
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from contacts.accounts.passkeys import Site
    from contacts.accounts.passwords import Passwords
    from store.unit_of_work import Store, UnitOfWork

KNOWN_FOR: Final = timedelta(days=30)
"""How long a place counts as known after somebody has signed in from there."""


@dataclass(frozen=True)
class _Attempt:
    """A password that may be looked at: what it is compared with, and where it is counted."""

    account_id: UUID | None
    real: str | None
    duress: str | None
    judged: bool
    key: bytes


def give_password(store: Store, passwords: Passwords, login: str, password: str, source: str) -> str | None:
    """Return a token with which the second factor is awaited for five minutes; None if this did not work.

    It did not for a name nobody has, a wrong password, an account that opens nothing, and after too many tries: all of
    them count, take as long, and are answered alike. ``source``: the address it comes from. The password for a day
    under duress gives such a token too, and from that moment the account reads nothing.
    """
    with store.unit("web", rings=False) as unit:
        if not count_try(unit, key_of(unit, "source", source), PER_SOURCE):
            return None  # says nothing about any name: this place has tried too often
        attempt = _begin(unit, login, source)
    found = passwords.check(attempt.real, attempt.duress, password)
    if attempt.account_id is None or not attempt.judged or found is Found.NEITHER:
        return None
    with store.unit("web") as unit:
        return _half(unit, attempt, attempt.account_id, source, duress=found is Found.DURESS)


def _begin(unit: UnitOfWork, login: str, source: str) -> _Attempt:
    account = find_account(unit, login)
    known = account is not None and _is_known(unit, account.id, source)
    key = key_of(unit, "password", login.casefold(), source) if known else key_of(unit, "password", login.casefold())
    judged = count_try(unit, key, PER_ACCOUNT)
    if account is None or role_of(unit, account) is None:
        return _Attempt(None, None, None, judged, key)
    return _Attempt(account.id, account.password, account.duress, judged, key)


def _is_known(unit: UnitOfWork, account_id: UUID, source: str) -> bool:
    signed_in_before = exists().where(
        AccountSession.account_id == account_id,
        AccountSession.source_index == source_index(unit, source),
        AccountSession.proved,
        AccountSession.began_at > unit.now - KNOWN_FOR,
    )
    return bool(unit.session.scalar(select(signed_in_before)))


def _half(unit: UnitOfWork, attempt: _Attempt, account_id: UUID, source: str, *, duress: bool) -> str | None:
    account = unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True)
    if account.password != attempt.real or role_of(unit, account) is None:
        return None  # it changed while we were looking
    forget_tries(unit, attempt.key)
    unit.actor = f"account:{account.id}"
    if duress:
        note_coercion(unit, account)
    _, token = begin_session(
        unit, account, source_index(unit, source), proved=False, duress=duress or account.coerced_at is not None
    )
    return token


def source_index(unit: UnitOfWork, source: str) -> bytes:
    """What a session keeps of where it came from."""
    return unit.vault.blind_index("session_source", source)


def give_second_factor(unit: UnitOfWork, half_token: str, code: str, source: str) -> str | None:
    """Return the token of a session for whoever gave the password; None if the code is not right, or was tried often.

    ``code``: of the app, or one of those on paper. The half session ends with it.
    """
    return _let_in(unit, half_token, source, lambda account, _: _by(unit, account, code))


def give_passkey(unit: UnitOfWork, site: Site, half_token: str, response: str, source: str) -> str | None:
    """Return the token of a session as :func:`give_second_factor`, for whoever has a passkey of the account sign.

    ``response``: what the browser brings from the authenticator, as JSON. The password came first, and says whether
    somebody is being forced: the session is what the half one was.
    """

    def by(account: Account, session_id: UUID) -> str | None:
        return "passkey" if take_passkey(unit, Ceremony(site, account.id, session_id), response) else None

    return _let_in(unit, half_token, source, by)


def _let_in(
    unit: UnitOfWork, half_token: str, source: str, by_what: Callable[[Account, UUID], str | None]
) -> str | None:
    half = half_signed_in(unit, half_token)
    if half is None:
        return None
    row, account = half
    key = key_of(unit, "second_factor", account.id)
    allowed = count_try(unit, key, PER_CODE) and count_try(unit, key_of(unit, "source", source), PER_SOURCE)
    by = by_what(account, row.id) if allowed else None
    if by is None or role_of(unit, account) is None:
        return None
    forget_tries(unit, key)
    end_session(unit, account.id, row.id)
    unit.actor = f"account:{account.id}"
    session_id, token = begin_session(unit, account, source_index(unit, source), proved=True, duress=row.duress)
    unit.record(SignedIn(case_id=None, account_id=account.id, session_id=session_id, by=by))
    return token


def _by(unit: UnitOfWork, account: Account, code: str) -> str | None:
    if take_code(unit, account, code):
        return "code"
    return "recovery" if use_recovery_code(unit, account.id, code) else None


def prove_again(store: Store, passwords: Passwords, account_id: UUID, proof: str) -> bool:
    """Whether somebody who is signed in still is who they are: by their password, or a code of the app.

    Asked for before something that binds. Tries are counted with those of the second factor.
    """
    return _proved(store, passwords, account_id, proof, by_password=True)


def prove_second_factor(store: Store, passwords: Passwords, account_id: UUID, proof: str) -> bool:
    """Whether somebody who is signed in has the second factor at hand: a code of the app, their password is not enough.

    Asked for before something new can open the account. The password for a day under duress is taken as well, and
    means what it means everywhere: whoever looks on sees that it was right.
    """
    return _proved(store, passwords, account_id, proof, by_password=False)


def _proved(store: Store, passwords: Passwords, account_id: UUID, proof: str, *, by_password: bool) -> bool:
    typed = "".join(proof.split())
    with store.unit("web", rings=False) as unit:
        key = key_of(unit, "second_factor", account_id)
        if not count_try(unit, key, PER_CODE):
            return False
        account = unit.session.get_one(Account, account_id)
        if len(typed) == DIGITS and typed.isdecimal():
            is_theirs = take_code(unit, account, typed)
            if is_theirs:
                forget_tries(unit, key)
            return is_theirs
        real, duress, coerced = account.password, account.duress, account.coerced_at is not None
    found = passwords.check(real, duress, proof)
    if found is Found.NEITHER or (found is Found.REAL and not by_password):
        return False
    with store.unit("web") as unit:
        forget_tries(unit, key)
        if found is Found.DURESS and not coerced:
            note_coercion(unit, unit.session.get_one(Account, account_id, with_for_update=OWN, populate_existing=True))
    return True
