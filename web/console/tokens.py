"""Tokens of one's own account: made with the second factor at hand, shown once, revoked at any time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from contacts.accounts.api_tokens import (
    LASTS,
    Purpose,
    TokenRefusedError,
    TokenScope,
    make_token,
    revoke_token,
)
from contacts.accounts.signing_in import prove_second_factor
from web.console.own import account_page

if TYPE_CHECKING:
    from uuid import UUID

    from web.console.gate import Gate


def token_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("tokens", __name__)
    gate.press(pages, "/console/account/tokens", make)
    gate.press(pages, "/console/account/token/<uuid:token_id>/revoke", revoke)
    return pages


def make(gate: Gate) -> Response:
    """Make a token and show it, this once."""
    given = request.form
    purpose = next((one for one in Purpose if one == given.get("purpose")), None)
    scopes = frozenset(one for one in TokenScope if one in given.getlist("scope"))
    days = next((one for one in LASTS if str(one) == given.get("days")), None)
    if purpose is None or days is None or not scopes:
        return account_page(gate, "scopes")
    if not prove_second_factor(gate.store, gate.passwords, gate.who.account_id, given.get("proof", "")):
        return account_page(gate, "factor")
    gate.goes_on()
    try:
        with gate.store.unit(gate.who.actor) as unit:
            token = make_token(unit, gate.who.account_id, purpose, scopes, timedelta(days=days))
    except TokenRefusedError as error:
        return gate.stays_in(account_page(gate, error.why))
    return gate.stays_in(gate.show("console/token_made.html", token=token, days=days))


def revoke(gate: Gate, token_id: UUID) -> Response:
    """Let a token open nothing any more."""
    with gate.store.unit(gate.who.actor) as unit:
        revoke_token(unit, gate.who.account_id, token_id)
    return gate.to("own.look", said="done")
