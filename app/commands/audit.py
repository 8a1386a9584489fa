"""The tamper-evident log: ``audit verify``."""

from __future__ import annotations

import json
import sys

import click

from app.commands.shared import FAULT, as_data, fails_clearly, house


@click.group()
def audit() -> None:
    """The tamper-evident log."""


@audit.command()
@as_data
@fails_clearly
def verify(*, as_json: bool) -> None:
    """Recompute every chain of the event log and say where one does not hold."""
    breaks = house().store.verify_log()
    if as_json:
        click.echo(json.dumps([vars(one) for one in breaks]))
    else:
        for one in breaks:
            click.echo(f"{one.chain}: {one.what} at position {one.position}")
        if not breaks:
            click.echo("Every chain holds.")
    sys.exit(FAULT if breaks else 0)
