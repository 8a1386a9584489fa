"""The rules of law: ``law check``, ``law show``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from app.commands.shared import FAULT, as_data, fail, fails_clearly, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from law.check import Finding, Signoff
    from law.rules import Rule, Rulebook
    from store.unit_of_work import UnitOfWork


@click.group()
def law() -> None:
    """The rules of law: what they say, who vouches for them, what is doubtful."""


@law.command()
@fails_clearly
def recount() -> None:
    """Count the clocks of every case by the rules of this release.

    The running program does the same within a minute of its start; this tells how far it has come. Repeating it, or
    ending it in the middle, loses nothing.
    """
    from app.recounting import recount_all

    done = recount_all(house().store, lambda counted: click.echo(f"{counted} cases", err=True))
    click.echo(f"{done} cases were counted by other rules before.")


@law.command()
@as_data
@fails_clearly
def check(*, as_json: bool) -> None:
    """Show every rule with its sign-offs and everything that speaks against relying on it; then the local days.

    Ends with status 1 if anything was found.
    """
    from law.check import findings
    from law.shipped import load_rules
    from law.signoff import signoffs

    built = house()  # first: it lays the team's own table of days over the calendars
    book = load_rules()
    with built.store.read() as unit:
        signed = signoffs(unit)
        found = findings(book, signed, unit.now.date())
        rows = [_row(unit, rule, signed, found) for rule in book.rules]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo("\n".join(_lines(row)))
        click.echo("\n".join(_local_days(book)))
        click.echo(_summary(rows))
    sys.exit(FAULT if found else 0)


def _row(unit: UnitOfWork, rule: Rule, signed: list[Signoff], found: list[Finding]) -> dict[str, Any]:
    from law.check import in_force

    return {
        "rule": rule.id,
        "jurisdiction": rule.jurisdiction,
        "confidence": rule.confidence,
        "edition": rule.edition,
        "edition_date": rule.source.edition_date,
        "signed": [
            {"by": _name(unit, one), "until": one.until.isoformat(timespec="seconds")}
            for one in in_force(rule, signed, unit.now.date())
        ],
        "findings": [{"fault": one.fault.value, "detail": one.detail} for one in found if one.rule_id == rule.id],
    }


def _local_days(book: Rulebook) -> Iterator[str]:
    from law.local_days import in_words

    days = in_words(book.local_days)
    yield f"\nLocal days (PANAH_CALENDAR_OVERRIDES): {len(days) or 'none'}"
    yield from (f"    {day}" for day in days)


def _name(unit: UnitOfWork, signoff: Signoff) -> str:
    from contacts.directory import name_of
    from contacts.models import Contact

    contact = unit.session.get(Contact, signoff.by)
    return str(signoff.by) if contact is None else name_of(unit, contact)


def _lines(row: dict[str, Any]) -> Iterator[str]:
    signed = ", ".join(f"{one['by']} until {one['until'][:10]}" for one in row["signed"]) or "nobody"
    edition = row["edition_date"] or "undated"
    yield f"{row['rule']:<42} {row['jurisdiction']:<4} {row['confidence']:<6} {edition:<10} signed by {signed}"
    for one in row["findings"]:
        yield f"    {one['fault']}: {one['detail']}"


def _summary(rows: list[dict[str, Any]]) -> str:
    signed = sum(1 for row in rows if row["signed"])
    kinds = Counter(one["fault"] for row in rows for one in row["findings"])
    found = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items())) or "nothing"
    return f"\n{len(rows)} rules, {signed} signed off. Found: {found}."


@law.command()
@click.argument("rule_id", metavar="RULE")
@fails_clearly
def show(rule_id: str) -> None:
    """Show one rule as it would be signed, with the way it is counted and its fingerprint."""
    from law.errors import UnknownRuleError
    from law.shipped import load_rules
    from law.telling import doubt_told, told

    book = load_rules()
    try:
        rule = book.rule(rule_id)
    except UnknownRuleError:
        fail("there is no rule of this id; `panah law check` lists them all")
    click.echo("\n".join(told(rule)))
    for doubt in book.doubts_about(rule):
        click.echo(doubt_told(doubt))
