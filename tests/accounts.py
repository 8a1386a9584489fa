"""People with accounts, made as they are made in earnest: invited, with a password and an app for codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyotp
from argon2 import PasswordHasher

from contacts.accounts.inviting import accept_invitation, find_invitation, invite
from contacts.accounts.managing import invite_from_shell
from contacts.accounts.models import Account
from contacts.accounts.passwords import Passwords
from contacts.accounts.roles import AccountRole
from contacts.accounts.sessions import begin_session
from contacts.accounts.signing_in import give_password, give_second_factor, source_index
from contacts.directory import put_contact
from contacts.values import ContactCard, Role

if TYPE_CHECKING:
    from uuid import UUID

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.unit_of_work import Store

PASSWORD, DURESS = "apricots on the roof", "a second kettle whistles"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
FORM = re.compile(r'name="form" value="([^"]+)"')


def quick(store: Store) -> Passwords:
    """The same passwords, hashed in no time."""
    return Passwords(store.ring, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Member:
    """Somebody with an account. ``contact_id`` is None for an administrator."""

    store: Store
    login: str
    account_id: UUID
    contact_id: UUID | None
    secret: str
    recovery: list[str]

    def code(self, later: int = 1) -> str:
        """What the app shows, so many half-minutes from now."""
        return pyotp.TOTP(self.secret).at(self.store.clock.now(), counter_offset=later)

    def gives(self, password: str = PASSWORD, source: str = HERE) -> str | None:
        """The half token that a password brings."""
        return give_password(self.store, quick(self.store), self.login, password, source)

    def proves(self, half: str, code: str | None = None, source: str = HERE) -> str | None:
        """The token that the second factor brings."""
        with self.store.unit("web") as unit:
            return give_second_factor(unit, half, self.code() if code is None else code, source)

    def session(self, *, duress: bool = False) -> str:
        """A token, without the ceremony."""
        with self.store.unit("test") as unit:
            account = unit.session.get_one(Account, self.account_id)
            return begin_session(unit, account, source_index(unit, HERE), proved=True, duress=duress)[1]


def join(
    store: Store,
    login: str,
    role: str = "coordinator",
    *,
    works_as: str | None = None,
    regions: tuple[str, ...] = ("KZ",),
    duress: str = DURESS,
) -> Member:
    contact_id = None
    with store.unit("test") as unit:
        if role != "admin":
            as_ = works_as or {"press_officer": "partner"}.get(role, role)
            contact_id = put_contact(unit, ContactCard(login, Role(as_), regions, ("en",)))
        account = invite_from_shell(unit, login, AccountRole(role))
        token = invite(unit, account)
        invited = find_invitation(unit, token)
    assert invited is not None
    passwords = quick(store)
    with store.unit("test") as unit:
        code = pyotp.TOTP(invited.secret).at(unit.now)
        codes = accept_invitation(unit, token, passwords.hash(PASSWORD), passwords.hash(duress), code)
    assert codes is not None
    return Member(store, login, account.id, contact_id, invited.secret, codes)


class Browser:
    """A browser that fills forms in: what it was shown it sends back."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._tokens: dict[str, str] = {}
        """What the forms of each session repeat: they do so for as long as it lasts."""

    def comes_in(self, member: Member, *, duress: bool = False) -> Browser:
        """Signed in, without the ceremony."""
        self.client.set_cookie("panah", member.session(duress=duress))
        return self

    def sees(self, path: str, status: int = 200) -> str:
        """What a page says."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def token(self, path: str = "/console/account") -> str:
        """What the forms of a page repeat."""
        found = FORM.search(self.client.get(path).text)
        assert found is not None
        return found[1]

    def sends(self, path: str, *, shown: str | None = None, **fields: Any) -> TestResponse:
        """Press a button. ``shown``: the page that its form stood on. A file is a pair: content, name."""
        return self.client.post(path, data={"form": self.token(shown) if shown else self._known(), **fields})

    def _known(self) -> str:
        session = self.client.get_cookie("panah")
        if session is None:
            return self.token()
        if session.value not in self._tokens:
            self._tokens[session.value] = self.token()
        return self._tokens[session.value]
