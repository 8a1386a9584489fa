"""Who is asked, in which order, for how long: ``policy import``, ``policy show``."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.shared import fail, fails_clearly, house


@click.group()
def policy() -> None:
    """Who is asked, in which order, for how long."""


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@fails_clearly
def import_(file: Path) -> None:
    """Put the policies and rosters of a YAML file in force."""
    from alerts.policies import import_policies
    from alerts.policy import PolicyError

    try:
        with house().store.unit("cli") as unit:
            found = import_policies(unit, file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        fail(f"{file.name}: this is not UTF-8 text; nothing has changed")
    except PolicyError as error:
        fail(f"{file.name}: {error}")
    else:
        click.echo(f"In force: {len(found.policies)} policies, {len(found.rosters)} rosters.")


@policy.command()
@fails_clearly
def show() -> None:
    """Print the policies and rosters in force."""
    from alerts.policies import policies_in_force
    from alerts.policy import to_yaml

    with house().store.read() as unit:
        click.echo(to_yaml(policies_in_force(unit)), nl=False)
