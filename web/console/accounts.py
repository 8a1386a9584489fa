"""Accounts, for who runs them: invite, revoke, another role; and for who is the second of two: agree or refuse."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from contacts.accounts.directory import AccountRefusedError, login_of, state_from, team_of
from contacts.accounts.inviting import invite
from contacts.accounts.managing import (
    approvals_for,
    ask_for_role,
    ask_to_invite,
    may_invite_now,
    other_roles,
    revoke_account,
    settle,
)
from contacts.accounts.models import Account
from contacts.accounts.roles import Ability, AccountRole
from web.console.gate import Guard
from web.refusals import reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any
    from uuid import UUID

    from contacts.accounts.directory import Team
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

RUNS = Guard(ability=Ability.ACCOUNTS)
SECOND = Guard(ability=Ability.CONFIRM)


def account_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("accounts", __name__)
    gate.page(pages, "/console/accounts", look, SECOND)
    gate.press(pages, "/console/accounts/invite", ask, RUNS)
    gate.press(pages, "/console/accounts/<uuid:account_id>/link", link, RUNS)
    gate.press(pages, "/console/accounts/<uuid:account_id>/revoke", revoke, RUNS)
    gate.press(pages, "/console/accounts/<uuid:account_id>/role", change, RUNS)
    gate.press(pages, "/console/approval/<uuid:approval_id>", agree, SECOND)
    return pages


def look(gate: Gate) -> Response:
    """Show every account, and what waits for a second person."""
    return _page(gate)


def ask(gate: Gate) -> Response:
    """Want an invitation for somebody, new or again."""
    role = _role(request.form.get("role", ""))
    if role is None:
        return _page(gate, refused=True)
    if gate.who.duress:
        return gate.to("accounts.look", said="waits")
    try:
        with gate.store.unit(gate.who.actor) as unit:
            came = ask_to_invite(unit, gate.who.account_id, request.form.get("name", ""), role)
    except AccountRefusedError as error:
        return _page(gate, refused=True, why=reason(error, gate.words()))
    return gate.to("accounts.look", said=came.value)


def link(gate: Gate, account_id: UUID) -> Response:
    """Make the link of an invitation that was agreed to and show it, this once; an earlier one stops working."""
    if gate.who.duress:
        return _page(gate, refused=True)
    with gate.store.unit(gate.who.actor) as unit:
        account = unit.session.get(Account, account_id)
        if account is None or not may_invite_now(account):
            return _page(gate, refused=True)
        token, login = invite(unit, account), login_of(unit, account)
    return gate.show("console/link_made.html", login=login, address=gate.address("invitation.look", token=token))


def revoke(gate: Gate, account_id: UUID) -> Response:
    """Let an account open nothing any more."""
    if not gate.who.duress:
        with gate.store.unit(gate.who.actor) as unit:
            if unit.session.get(Account, account_id) is not None:
                revoke_account(unit, account_id)
    return gate.to("accounts.look", said="done")


def change(gate: Gate, account_id: UUID) -> Response:
    """Want another role for an account."""
    role = _role(request.form.get("role", ""))
    if role is None:
        return _page(gate, refused=True)
    if gate.who.duress:
        return gate.to("accounts.look", said="waits")
    try:
        with gate.store.unit(gate.who.actor) as unit:
            if unit.session.get(Account, account_id) is None:
                return _page(gate, refused=True)
            came = ask_for_role(unit, gate.who.account_id, account_id, role)
    except AccountRefusedError as error:
        return _page(gate, refused=True, why=reason(error, gate.words()))
    return gate.to("accounts.look", said=came.value)


def agree(gate: Gate, approval_id: UUID) -> Response:
    """Be the second person."""
    if gate.who.duress:
        return gate.to("accounts.look", said="done")
    try:
        with gate.store.unit(gate.who.actor) as unit:
            confirms = request.form.get("answer") == "confirm"
            settled = settle(unit, approval_id, gate.who.account_id, confirms=confirms)
    except AccountRefusedError as error:
        return _page(gate, refused=True, why=reason(error, gate.words()))
    return gate.to("accounts.look", said="done") if settled else _page(gate, refused=True)


def _page(gate: Gate, *, refused: bool = False, why: str = "") -> Response:
    with gate.store.read() as unit:
        team = team_of(unit)
        rows = list(_rows(gate, unit, team))
        waiting = [] if gate.who.duress else list(_waiting(gate, unit))
    status = HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK
    return gate.show(
        "console/accounts.html", status, rows=rows, waiting=waiting, roles=list(AccountRole), refused=refused, why=why
    )


def _rows(gate: Gate, unit: UnitOfWork, team: Team) -> Iterator[dict[str, Any]]:
    """Every account; to who is being forced only their own."""
    for account in team.accounts:
        if gate.who.duress and account.id != gate.who.account_id:
            continue
        yield {
            "id": account.id,
            "code": account.code,
            "name": login_of(unit, account),
            "role": account.role,
            "state": state_from(account, is_invited=account.id in team.invited),
            "forced": account.coerced_at is not None and not gate.who.duress,
            "mine": account.id == gate.who.account_id,
            "agreed": may_invite_now(account),
            "since": account.activated_at,
            "others": other_roles(unit, account),
        }


def _waiting(gate: Gate, unit: UnitOfWork) -> Iterator[dict[str, Any]]:
    for row, may in approvals_for(unit, gate.who.account_id):
        yield {
            "id": row.id,
            "kind": row.kind.partition(".")[2],
            "wanted": row.wanted,
            "name": login_of(unit, unit.session.get_one(Account, row.subject_id)),
            "by": login_of(unit, unit.session.get_one(Account, row.asked_by)),
            "at": row.asked_at,
            "may": may,
        }


def _role(text: str) -> AccountRole | None:
    return AccountRole(text) if text in set(AccountRole) else None
