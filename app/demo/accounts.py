"""The demo's way into the console: accounts of the invented team, made as real ones are, and what their apps show now.

A visitor has no telephone with an app for codes, so the page of the phones shows the codes as its owner would see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyotp

from contacts.accounts.inviting import accept_invitation, find_invitation, invite
from contacts.accounts.managing import FIRST, invite_from_shell
from contacts.accounts.passwords import Passwords
from contacts.accounts.roles import AccountRole
from store.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from app.wiring import House

PASSWORD: Final = "only for the demo"  # noqa: S105  it opens a home that is thrown away
FORCED: Final = "somebody forces me"
MEMBERS: Final = (
    ("Aigerim", AccountRole.COORDINATOR),
    ("Dana", AccountRole.LAWYER),
    (FIRST, AccountRole.ADMIN),
)


class Keys:
    """What the visitor signs in with, for as long as the demo runs."""

    def __init__(self, secrets: dict[str, tuple[AccountRole, str]], address: str) -> None:
        self._secrets = secrets
        self._address = address

    def links(self, now: datetime) -> list[dict[str, str]]:
        """One link for each account, with the code its app shows at ``now``, the business time; one line in all."""
        codes = [f"{login}, code {pyotp.TOTP(secret).at(now)}" for login, (_, secret) in self._secrets.items()]
        labels = [f"Console (password “{PASSWORD}”): {codes[0]}", *codes[1:]]
        return [{"label": label, "url": f"{self._address}/console/sign-in"} for label in labels]


def make_accounts(house: House, address: str) -> Keys:
    """Give the team accounts, by invitations that are accepted at once. The team is in the directory already."""
    passwords = Passwords(house.store.ring)
    hashed, forced = passwords.hash(PASSWORD), passwords.hash(FORCED)
    secrets = {}
    for login, role in MEMBERS:
        with house.store.unit("demo") as unit:
            token = invite(unit, invite_from_shell(unit, login, role))
            invited = find_invitation(unit, token)
        if invited is None:
            raise StoreError("an invitation of the demo cannot be found")
        with house.store.unit("demo") as unit:
            accept_invitation(unit, token, hashed, forced, pyotp.TOTP(invited.secret).at(unit.now))
        secrets[login] = (role, invited.secret)
    return Keys(secrets, address)
