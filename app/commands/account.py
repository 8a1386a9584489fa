"""Accounts of the pages: ``account invite``, ``list``, ``revoke``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from app.commands.shared import as_data, fail, fails_clearly, house

if TYPE_CHECKING:
    from contacts.accounts.models import Account
    from store.unit_of_work import UnitOfWork

ROLES = ("admin", "coordinator", "lawyer", "press_officer", "observer")


@click.group()
def account() -> None:
    """Who may come in at the pages, and as what."""


@account.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="As what they come in.")
@fails_clearly
def invite(name: str, role: str) -> None:
    """Print a link by which NAME makes an account theirs: once, within a day. An earlier link stops working.

    For everybody but an administrator NAME is a contact's. For somebody who has an account it is a new beginning: with
    the link they choose a new password and a new second factor, and all their sessions end.
    """
    from contacts.accounts.directory import AccountRefusedError
    from contacts.accounts.inviting import invite as make
    from contacts.accounts.managing import invite_from_shell
    from contacts.accounts.roles import AccountRole

    built = house()
    try:
        with built.store.unit("cli") as unit:
            token = make(unit, invite_from_shell(unit, name, AccountRole(role)))
    except AccountRefusedError as error:
        fail(str(error))
    click.echo(link(built.settings.web_address, token))


def link(address: str, token: str) -> str:
    """Return the whole address of an invitation."""
    return f"{address}/console/invitation/{token}"


@account.command("list")
@as_data
@fails_clearly
def list_(*, as_json: bool) -> None:
    """Print every account: the name to sign in with, role, state, and how many sessions are open."""
    from contacts.accounts.directory import all_accounts

    with house().store.read() as unit:
        rows = [_shown(unit, one) for one in all_accounts(unit)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        forced = ", UNDER DURESS" if row["under_duress"] else ""
        click.echo(f"{row['code']}  {row['name']} ({row['role']}): {row['state']}, {row['sessions']} sessions{forced}")


def _shown(unit: UnitOfWork, one: Account) -> dict[str, Any]:
    from contacts.accounts.directory import login_of, state_of
    from contacts.accounts.sessions import open_sessions

    return {
        "code": one.code,
        "name": login_of(unit, one),
        "role": one.role,
        "state": state_of(unit, one),
        "sessions": len(open_sessions(unit, one.id, duress=False)),
        "under_duress": one.coerced_at is not None,
    }


@account.command()
@click.argument("name")
@fails_clearly
def revoke(name: str) -> None:
    """End an account at once: every session, every link to it. What they took in the chat stays theirs."""
    from contacts.accounts.directory import find_account
    from contacts.accounts.managing import revoke_account

    with house().store.unit("cli") as unit:
        found = find_account(unit, name)
        if found is None:
            fail("there is no account of that name; see `panah account list`")
        ended = revoke_account(unit, found.id)
    click.echo("It opens nothing any more." if ended else "It was revoked before.")
