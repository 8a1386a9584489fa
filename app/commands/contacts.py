"""Those who help: ``contacts import``, ``contacts export``, ``contacts link-code``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.shared import FAULT, fail, fails_clearly, house


@click.group()
def contacts() -> None:
    """Those who help."""


@contacts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partial", is_flag=True, help="Import the good rows although others are bad.")
@fails_clearly
def import_(file: Path, *, partial: bool) -> None:
    """Import contacts from a CSV file; all of them or, without --partial, none."""
    from contacts.csv_format import read_contacts
    from contacts.directory import put_contact

    reading = read_contacts(file.read_bytes())
    for problem in reading.problems:
        click.echo(f"{file.name}: {problem}", err=True)
    if reading.problems and not partial:
        fail("nothing was imported; mend the file, or use --partial")
    with house().store.unit("cli") as unit:
        for card in reading.cards:
            put_contact(unit, card)
    click.echo(f"Imported {len(reading.cards)} contacts.")
    sys.exit(FAULT if reading.problems else 0)


@contacts.command()
@fails_clearly
def export() -> None:
    """Print all contacts as CSV, in the form `contacts import` takes."""
    from contacts.csv_format import write_contacts
    from contacts.directory import all_cards

    with house().store.read() as unit:
        click.echo(write_contacts(all_cards(unit)), nl=False)


@contacts.command("link-code")
@click.argument("name")
@fails_clearly
def link_code(name: str) -> None:
    """Print a code that ties a contact's Telegram account to them: they send "/link CODE" to the bot within an hour."""
    from contacts.directory import find_contact
    from contacts.linking import make_link_code

    with house().store.unit("cli") as unit:
        contact = find_contact(unit, name)
        code = None if contact is None or contact.left_at is not None else make_link_code(unit, contact.id)
    if code is None:
        fail("there is no contact of that name; see `panah contacts export`")
    click.echo(code)
