"""What waits for a person: ``parked``, ``parked retry``."""

from __future__ import annotations

import json
import sys

import click

from app.commands.shared import FAULT, as_data, fail, fails_clearly, house


@click.group(invoke_without_command=True)
@as_data
@click.pass_context
@fails_clearly
def parked(context: click.Context, *, as_json: bool) -> None:
    """Show what could not be handled after several tries and waits for a person."""
    if context.invoked_subcommand is not None:
        return
    from app.parked import parked_items

    with house().store.read() as unit:
        items = parked_items(unit)
    if as_json:
        click.echo(json.dumps([one.as_json() for one in items]))
    else:
        for one in items:
            click.echo(f"{one.queue} {one.id} parked {one.parked_at:%Y-%m-%d %H:%M} UTC: {one.trouble or 'unknown'}")
        if not items:
            click.echo("Nothing is parked.")
    sys.exit(FAULT if items else 0)


@parked.command()
@click.argument("item_id")
@fails_clearly
def retry(item_id: str) -> None:
    """Let a parked item be tried again from the beginning."""
    from app.parked import retry as try_again

    with house().store.unit("cli") as unit:
        found = try_again(unit, item_id)
    if not found:
        fail("there is no parked item with this id")
    click.echo("It is being tried again.")
