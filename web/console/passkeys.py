"""Passkeys of one's own account: added with the second factor at hand, named, removed at any time."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, request

from contacts.accounts.passkeys import Ceremony, add_passkey, begin_adding, remove_passkey
from contacts.accounts.signing_in import prove_second_factor
from web.console.own import account_page

if TYPE_CHECKING:
    from uuid import UUID

    from web.console.gate import Gate

LARGEST: Final = dict.fromkeys(("passkeys.add", "signing.give_key"), 16 * 1024)
"""Bytes of what an authenticator says, by the name of the endpoint that takes it."""


def passkey_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("passkeys", __name__)
    gate.press(pages, "/console/account/passkeys", begin)
    gate.press(pages, "/console/account/passkeys/add", add)
    gate.press(pages, "/console/account/passkey/<uuid:passkey_id>/remove", remove)
    return pages


def begin(gate: Gate) -> Response:
    """Take the proof, and have the browser ask an authenticator."""
    if gate.site is None:
        abort(HTTPStatus.NOT_FOUND)
    if not prove_second_factor(gate.store, gate.passwords, gate.who.account_id, request.form.get("proof", "")):
        return account_page(gate, "factor")
    gate.goes_on()
    with gate.store.unit(gate.who.actor) as unit:
        options = begin_adding(unit, Ceremony(gate.site, gate.who.account_id, gate.who.session_id))
    if options is None:
        return gate.stays_in(account_page(gate, "many"))
    return gate.stays_in(gate.show("console/passkey_new.html", options=options))


def add(gate: Gate) -> Response:
    """Keep what the authenticator made: only for who has just given the proof, in the same session."""
    if gate.site is None:
        abort(HTTPStatus.NOT_FOUND)
    here = Ceremony(gate.site, gate.who.account_id, gate.who.session_id)
    with gate.store.unit(gate.who.actor) as unit:
        wrong = add_passkey(unit, here, request.form.get("response", ""), request.form.get("name", ""))
    return gate.to("own.look", said="done") if wrong is None else account_page(gate, wrong)


def remove(gate: Gate, passkey_id: UUID) -> Response:
    """Forget a passkey; codes of the app go on working."""
    with gate.store.unit(gate.who.actor) as unit:
        remove_passkey(unit, gate.who.account_id, passkey_id)
    return gate.to("own.look", said="done")
