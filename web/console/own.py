"""What somebody sees and changes of their own account: open sessions, passwords, recovery codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from contacts.accounts.api_tokens import LASTS, Purpose, TokenScope, live_tokens
from contacts.accounts.directory import login_of
from contacts.accounts.models import Account
from contacts.accounts.own import change_duress, change_password, renew_recovery_codes
from contacts.accounts.passkeys import passkeys_of
from contacts.accounts.passwords import Found, complaint, same
from contacts.accounts.second_factor import recovery_codes_left
from contacts.accounts.sessions import end_session, open_sessions
from contacts.accounts.signing_in import prove_again

if TYPE_CHECKING:
    from uuid import UUID

    from contacts.accounts.sessions import SignedIn
    from web.console.gate import Gate


def own_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("own", __name__)
    gate.page(pages, "/console/account", look)
    gate.press(pages, "/console/account/session/<uuid:session_id>/end", end)
    gate.press(pages, "/console/account/sessions/end", end_others)
    gate.press(pages, "/console/account/password", password)
    gate.press(pages, "/console/account/duress", duress)
    gate.press(pages, "/console/account/codes", codes)
    return pages


def look(gate: Gate) -> Response:
    """Show the sessions that are open, and how many recovery codes are left."""
    return account_page(gate)


def end(gate: Gate, session_id: UUID) -> Response:
    """Throw one session out."""
    with gate.store.unit(gate.who.actor) as unit:
        end_session(unit, gate.who.account_id, session_id)
    return gate.to("own.look", said="done")


def end_others(gate: Gate) -> Response:
    """Throw all other sessions out."""
    with gate.store.unit(gate.who.actor) as unit:
        for row in open_sessions(unit, gate.who.account_id, duress=gate.who.duress):
            if row.id != gate.who.session_id:
                end_session(unit, gate.who.account_id, row.id)
    return gate.to("own.look", said="done")


def password(gate: Gate) -> Response:
    """Have another password; under duress it is the one for such days that changes."""
    new, wrong = _new_password(gate)
    wrong = wrong or _taken_for_the_other(gate, new, Found.DURESS)
    if wrong is not None:
        return account_page(gate, wrong)
    hashed, who = gate.passwords.hash(new), gate.who
    with gate.store.unit(who.actor) as unit:
        if _is_forced(gate, who):
            change_duress(unit, who.account_id, hashed)
        else:
            change_password(unit, who.account_id, hashed)
    return gate.without_session(gate.to("signing.sign_in"))


def duress(gate: Gate) -> Response:
    """Have another password for a day under duress; on such a day nothing changes."""
    new, wrong = _new_password(gate)
    wrong = wrong or _taken_for_the_other(gate, new, Found.REAL)
    if wrong is not None:
        return account_page(gate, wrong)
    hashed, who = gate.passwords.hash(new), gate.who
    if not _is_forced(gate, who):
        with gate.store.unit(who.actor) as unit:
            change_duress(unit, who.account_id, hashed)
    return gate.stays_in(gate.to("own.look", said="done"))


def codes(gate: Gate) -> Response:
    """Have ten new recovery codes and show them, this once."""
    who = gate.who
    if not prove_again(gate.store, gate.passwords, who.account_id, request.form.get("proof", "")):
        return account_page(gate, "proof")
    with gate.store.unit(who.actor) as unit:
        fresh = renew_recovery_codes(unit, who.account_id)
    return gate.stays_in(gate.show("console/codes.html", codes=fresh))


def account_page(gate: Gate, wrong: str | None = None) -> Response:
    """Draw the page of one's own account. ``wrong``: what went wrong with something pressed there, the end of a key."""
    who = gate.who
    with gate.store.read() as unit:
        found = open_sessions(unit, who.account_id, duress=who.duress)
        sessions = [(one.id, one.began_at, one.seen_at, one.id == who.session_id) for one in found]
        left = recovery_codes_left(unit, who.account_id)
        passkeys, tokens = passkeys_of(unit, who.account_id), live_tokens(unit, who.account_id)
    status = HTTPStatus.OK if wrong is None else HTTPStatus.BAD_REQUEST
    return gate.show(
        "console/account.html",
        status,
        sessions=sessions,
        left=left,
        wrong=wrong,
        passkeys=passkeys,
        may_add=gate.site is not None,
        tokens=tokens,
        purposes=list(Purpose),
        scopes=list(TokenScope),
        lasts=LASTS,
    )


def _new_password(gate: Gate) -> tuple[str, str | None]:
    """Return the password that is wanted, and what is wrong with it or with the proof: the end of a text key."""
    new = request.form.get("password", "")
    with gate.store.read() as unit:
        login = login_of(unit, unit.session.get_one(Account, gate.who.account_id))
    wrong = complaint(new, login)
    if wrong is None and not same(new, request.form.get("again", "")):
        wrong = "differs"
    proof = request.form.get("proof", "")
    if wrong is None and not prove_again(gate.store, gate.passwords, gate.who.account_id, proof):
        wrong = "proof"
    return new, wrong


def _taken_for_the_other(gate: Gate, new: str, other: Found) -> str | None:
    """Return what is wrong with a password that is their other one; who is forced is told nothing of either.

    It takes as long for them.
    """
    with gate.store.read() as unit:
        account = unit.session.get_one(Account, gate.who.account_id)
        real, under_duress = account.password, account.duress
    is_other = gate.passwords.check(real, under_duress, new) is other
    return "duress_same" if is_other and not _is_forced(gate, gate.who) else None


def _is_forced(gate: Gate, who: SignedIn) -> bool:
    """Whether they are being forced, perhaps only since the proof they have just given."""
    return who.duress or not gate.recognised_again()
