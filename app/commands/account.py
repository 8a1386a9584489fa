"""Accounts of the pages: ``account invite``, ``list``, ``revoke``, ``remove-passkeys``, ``revoke-tokens``."""

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
    """Print every account: name, role, state, and how many sessions, passkeys and tokens it has."""
    from contacts.accounts.directory import all_accounts

    with house().store.read() as unit:
        rows = [_shown(unit, one) for one in all_accounts(unit)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        forced = ", UNDER DURESS" if row["under_duress"] else ""
        has = "".join(f", {row[what]} {what}" for what in ("passkeys", "tokens") if row[what])
        of = f"{row['code']}  {row['name']} ({row['role']})"
        click.echo(f"{of}: {row['state']}, {row['sessions']} sessions{has}{forced}")


def _shown(unit: UnitOfWork, one: Account) -> dict[str, Any]:
    from contacts.accounts.api_tokens import live_tokens
    from contacts.accounts.directory import login_of, state_of
    from contacts.accounts.passkeys import count_passkeys
    from contacts.accounts.sessions import open_sessions

    return {
        "code": one.code,
        "name": login_of(unit, one),
        "role": one.role,
        "state": state_of(unit, one),
        "sessions": len(open_sessions(unit, one.id, duress=False)),
        "passkeys": count_passkeys(unit, one.id),
        "tokens": len(live_tokens(unit, one.id)),
        "under_duress": one.coerced_at is not None,
    }


@account.command()
@click.argument("name")
@fails_clearly
def revoke(name: str) -> None:
    """End an account at once: every session, every link to it. What they took in the chat stays theirs."""
    from contacts.accounts.managing import revoke_account

    with house().store.unit("cli") as unit:
        ended = revoke_account(unit, _account(unit, name).id)
    click.echo("It opens nothing any more." if ended else "It was revoked before.")


@account.command("remove-passkeys")
@click.argument("name")
@fails_clearly
def remove_passkeys(name: str) -> None:
    """Forget every passkey of an account, for instance when a key was lost, and end its sessions.

    Its owner signs in with the password and a code of the app, or one on paper, and can add passkeys again.
    """
    from contacts.accounts import passkeys
    from contacts.accounts.sessions import end_all_sessions

    with house().store.unit("cli") as unit:
        found = _account(unit, name)
        gone = passkeys.remove_passkeys(unit, found.id)
        if gone:
            end_all_sessions(unit, found)
    click.echo(f"Removed: {gone}. Its sessions and tokens have ended." if gone else "It has no passkeys.")


@account.command("revoke-tokens")
@click.argument("name")
@fails_clearly
def revoke_tokens(name: str) -> None:
    """Let no token of an account open anything any more, for instance when one was published by mistake."""
    from contacts.accounts import api_tokens

    with house().store.unit("cli") as unit:
        gone = api_tokens.revoke_tokens(unit, _account(unit, name).id)
    click.echo(f"Revoked: {gone}." if gone else "It has no tokens.")


def _account(unit: UnitOfWork, name: str) -> Account:
    """Return the account of this name, locked: it is about to change."""
    from contacts.accounts.directory import find_account
    from store.base import OWN

    found = find_account(unit, name)
    if found is None:
        fail("there is no account of that name; see `panah account list`")
    unit.session.refresh(found, with_for_update=OWN)
    return found
