"""Asking for two people at the terminal: an option, then questions, then who it was, for the log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from store.errors import StoreError

if TYPE_CHECKING:
    from uuid import UUID

    from contacts.accounts.models import Account
    from store.unit_of_work import Store, UnitOfWork

TRIES = 3
"""How often one person may type a code."""
NOBODY = "nobody could"
"""What the log says while a team is too small for anybody to agree."""

by_two = click.option(
    "--agreed", "agreed", multiple=True, metavar="NAME[:CODE]",
    help="Somebody who agrees, by the name they sign in with; give it twice. Their code is asked for.",
)  # fmt: skip


class NotAgreedError(StoreError):
    """Fewer people agreed than have to; the message says how many."""


Units = Callable[[], AbstractContextManager["UnitOfWork"]]


def have_two_agree(units: Units, given: tuple[str, ...]) -> str:
    """Have as many people agree as must, and return the codes of their accounts for the log.

    Each try is in a unit of its own, so that it counts whatever comes of it. Raises NotAgreedError. Whoever runs the
    machine could do without: this is for those who do not want to.
    """
    from contacts.accounts.two_people import wanted_people

    with units() as unit:
        wanted = wanted_people(unit)
    found: list[Account] = []
    for name, code in _people(given, wanted):
        account = _one(units, name, code, found)
        if account is None:
            raise NotAgreedError("nobody of that name and code may agree, or they have already; nothing was done")
        found.append(account)
    return ",".join(one.code for one in found) or NOBODY


def _people(given: tuple[str, ...], wanted: int) -> list[tuple[str, str | None]]:
    people = [_split(one) for one in given[:wanted]]
    while len(people) < wanted and sys.stdin.isatty():
        people.append((str(click.prompt(f"Who agrees ({len(people) + 1} of {wanted}), by name", err=True)), None))
    if len(people) < wanted:
        who = "two people have" if wanted > 1 else "one person has"
        raise NotAgreedError(f"{who} to agree, an administrator or a coordinator each: --agreed NAME; nothing was done")
    return people


def _split(one: str) -> tuple[str, str | None]:
    name, colon, code = one.rpartition(":")
    return (name, code) if colon else (code, None)


def _one(units: Units, name: str, code: str | None, found: list[Account]) -> Account | None:
    from contacts.accounts.two_people import agrees

    for _ in range(TRIES if code is None else 1):
        typed = str(click.prompt(f"Code of {name}", hide_input=True, err=True)) if code is None else code
        with units() as unit:
            account = agrees(unit, name, typed, found)
        if account is not None:
            return account
    return None


def agreed_if_many(store: Store, case_id: UUID, given: tuple[str, ...]) -> str:
    """Have two people agree if this is one case of many that are written out; nobody need be asked for a few."""
    from app.bulk import is_one_of_many

    with store.read() as unit:
        if not is_one_of_many(unit, case_id):
            return ""
    return have_two_agree(lambda: store.unit("cli"), given)


def agree_by_shares(opens: Callable[[str], bool]) -> str:
    """Take two of the three shares of the key instead, asked for or one a line on standard input.

    ``opens``: whether a key opens the ring here. Raises NotAgreedError, or SettingsError for what is no share.
    """
    from app.key.shares import ENOUGH, recover_key

    if sys.stdin.isatty():
        shares = [str(click.prompt(f"Share {number}", hide_input=True, err=True)) for number in range(1, ENOUGH + 1)]
    else:
        shares = [line for line in sys.stdin.read(100_000).splitlines() if line.strip()]
    if not opens(recover_key(shares)):
        raise NotAgreedError("these shares are of another key; nothing was done")
    return "shares"
