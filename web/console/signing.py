"""Signing in and out: name and password, then the second factor. What did not work is said in one way only."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from contacts.accounts.passkeys import Ceremony, begin_signing
from contacts.accounts.sessions import end_session, half_signed_in
from contacts.accounts.signing_in import give_passkey, give_password, give_second_factor
from web.console.gate import ANYBODY

if TYPE_CHECKING:
    from web.console.gate import Gate


def signing_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("signing", __name__)
    gate.page(pages, "/console/sign-in", sign_in, ANYBODY)
    gate.press(pages, "/console/sign-in", give_name, ANYBODY)
    gate.page(pages, "/console/code", second, ANYBODY)
    gate.press(pages, "/console/code", give_code, ANYBODY)
    gate.press(pages, "/console/code/passkey", give_key, ANYBODY)
    gate.press(pages, "/console/sign-out", sign_out)
    return pages


def sign_in(gate: Gate) -> Response:
    """Ask for name and password."""
    return gate.show("console/sign_in.html")


def give_name(gate: Gate) -> Response:
    """Take them, and ask for the second factor."""
    login, password = request.form.get("name", ""), request.form.get("password", "")
    token = give_password(gate.store, gate.passwords, login, password, gate.source)
    if token is None:
        return gate.show("console/sign_in.html", HTTPStatus.FORBIDDEN, failed=True)
    return gate.with_session(gate.to("signing.second"), token)


def second(gate: Gate) -> Response:
    """Ask for the second factor."""
    return _ask(gate)


def _ask(gate: Gate, failed: str | None = None) -> Response:
    """Draw the page that asks for it. What a passkey is to sign is made anew each time."""
    with gate.store.unit("web", rings=False) as unit:
        half = half_signed_in(unit, gate.token)
        if half is None:
            return gate.to("signing.sign_in")
        row, account = half
        site = gate.site
        options = None if site is None else begin_signing(unit, Ceremony(site, account.id, row.id))
    status = HTTPStatus.OK if failed is None else HTTPStatus.FORBIDDEN
    return gate.show("console/code.html", status, failed=failed, options=options)


def give_code(gate: Gate) -> Response:
    """Take it, and let them in."""
    with gate.store.unit("web") as unit:
        if half_signed_in(unit, gate.token) is None:
            return gate.to("signing.sign_in")
        token = give_second_factor(unit, gate.token, request.form.get("code", ""), gate.source)
    if token is None:
        return _ask(gate, "code")
    return gate.with_session(gate.to("board.home"), token)


def give_key(gate: Gate) -> Response:
    """Take what a passkey has signed in its place, and let them in."""
    if gate.site is None:
        return gate.to("signing.second")
    with gate.store.unit("web") as unit:
        if half_signed_in(unit, gate.token) is None:
            return gate.to("signing.sign_in")
        token = give_passkey(unit, gate.site, gate.token, request.form.get("response", ""), gate.source)
    if token is None:
        return _ask(gate, "passkey")
    return gate.with_session(gate.to("board.home"), token)


def sign_out(gate: Gate) -> Response:
    """End this session."""
    with gate.store.unit(gate.who.actor) as unit:
        end_session(unit, gate.who.account_id, gate.who.session_id)
    return gate.without_session(gate.to("signing.sign_in"))
