"""The page behind an invitation: a password and the second factor, both at once.

Looking at it shows a button only: previews of messengers must not read the secret.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import segno
from flask import Blueprint, Response, request

from contacts.accounts.directory import AccountRefusedError
from contacts.accounts.inviting import accept_invitation, find_invitation
from contacts.accounts.passwords import complaint, same
from contacts.accounts.second_factor import app_address
from web.console.gate import ANYBODY

if TYPE_CHECKING:
    from contacts.accounts.inviting import Invited
    from web.console.gate import Gate

PATH = "/console/invitation/<token>"


def invitation_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("invitation", __name__)
    gate.page(pages, PATH, look, ANYBODY)
    gate.press(pages, PATH, begin, ANYBODY)
    gate.press(pages, f"{PATH}/accept", accept, ANYBODY)
    return pages


def look(gate: Gate, token: str) -> Response:
    """Show a button, if the link is good."""
    with gate.store.read() as unit:
        invited = find_invitation(unit, token)
    return _gone(gate) if invited is None else gate.show("console/invitation_link.html", token=token)


def begin(gate: Gate, token: str) -> Response:
    """Show the secret and ask for everything."""
    with gate.store.read() as unit:
        invited = find_invitation(unit, token)
    return _gone(gate) if invited is None else _form(gate, token, invited)


def accept(gate: Gate, token: str) -> Response:
    """Make the account theirs and show the recovery codes, this once."""
    with gate.store.read() as unit:
        invited = find_invitation(unit, token)
    if invited is None:
        return _gone(gate)
    wrong = _what_is_wrong(invited.login)
    if wrong is not None:
        return _form(gate, token, invited, wrong)
    hashed, second = gate.passwords.hash(request.form["password"]), gate.passwords.hash_of_nothing()
    try:
        with gate.store.unit("web") as unit:
            codes = accept_invitation(unit, token, hashed, second, request.form.get("code", ""))
    except AccountRefusedError:  # somebody else was quicker
        return _gone(gate)
    return _form(gate, token, invited, "code") if codes is None else gate.show("console/codes.html", codes=codes)


def _what_is_wrong(login: str) -> str | None:
    """Return the end of a text key, or None when the password can be taken."""
    password = request.form.get("password", "")
    found = complaint(password, login)
    return "differs" if found is None and not same(password, request.form.get("again", "")) else found


def _form(gate: Gate, token: str, invited: Invited, wrong: str | None = None) -> Response:
    status = HTTPStatus.OK if wrong is None else HTTPStatus.BAD_REQUEST
    return gate.show(
        "console/invitation.html",
        status,
        token=token,
        login=invited.login,
        secret=" ".join(invited.secret[at : at + 4] for at in range(0, len(invited.secret), 4)),
        picture=_picture(invited),
        wrong=wrong,
    )


def _picture(invited: Invited) -> str:
    """Draw the address an app reads, black on white in the dark too: cameras need it so."""
    code = segno.make(app_address(invited.secret, invited.code), error="m", micro=False)
    return str(code.svg_inline(border=4, dark="#000000", light="#ffffff", omitsize=True))


def _gone(gate: Gate) -> Response:
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.console_invitation_gone")
