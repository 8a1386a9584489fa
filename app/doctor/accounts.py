"""Accounts and signatures: can somebody invite others, is anybody forced, whose word for a rule ends soon."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.doctor.findings import Finding, fault, ok, warn
from contacts.accounts.directory import all_accounts, login_of
from contacts.accounts.managing import has_administrator
from law.signoff import signoffs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.wiring import House
    from store.unit_of_work import UnitOfWork

SOON = timedelta(days=30)


def check_accounts(house: House) -> Iterator[Finding]:
    """Look at who may come in at the pages, and at what lawyers vouch for."""
    with house.store.read() as unit:
        yield _administrator(unit)
        yield from _forced(unit)
        yield from _ending(unit)


def _administrator(unit: UnitOfWork) -> Finding:
    if has_administrator(unit):
        return ok("accounts", "there is an administrator")
    return warn("accounts", "nobody can come in who may invite others", "open the link that `panah init` prints last")


def _forced(unit: UnitOfWork) -> Iterator[Finding]:
    for account in all_accounts(unit):
        if account.coerced_at is not None and account.revoked_at is None:
            said = f"{login_of(unit, account)} ({account.code}) signed in under duress and reads nothing since"
            yield fault("accounts", said, "see the runbook: a coordinator is seized; a new invitation ends it")


def _ending(unit: UnitOfWork) -> Iterator[Finding]:
    ending = [one for one in signoffs(unit) if unit.now < one.until <= unit.now + SOON]
    if ending:
        said = f"{len(ending)} signatures under rules of law end within {SOON.days} days, the first on "
        first = min(one.until for one in ending)
        yield warn("law", f"{said}{first:%Y-%m-%d}", "their signers were told; `panah law check` names the rules")
