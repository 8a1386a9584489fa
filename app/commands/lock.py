"""The last resorts: ``lock``, ``unlock``, ``wipe``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.shared import fail, fails_clearly, settings

WORD = "destroy everything"


@click.command()
@click.option("--to", "recipients", multiple=True, help="Who can unlock it (age1…) instead of PANAH_BACKUP_RECIPIENT.")
@fails_clearly
def lock(recipients: tuple[str, ...]) -> None:
    """Make this instance unreadable at once: nobody is asked anything, processes that run lose their keys.

    The key ring is sealed to the recipient. What people bring to any door is kept sealed by `panah up`, and nobody is
    asked for anything until `panah unlock`.
    """
    from app.locking import lock as seal

    chosen = settings()
    done = seal(chosen, recipients or chosen.recipients)
    said = "It was locked already." if done.before else "Locked."
    click.echo(f"{said} Running processes of this home lose their keys within a second and begin anew without them.")
    for copy in done.copies:
        click.echo(f"The copy of the key ring was destroyed too: {copy}")
    if not done.takes_in:
        click.echo("Nothing is taken in until it is unlocked: there is no public key of now to seal it to.")
    click.echo("Other nodes have a key ring of their own: lock each. To be sure of memory, switch the machine off.")


@click.command()
@click.option("--identity", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=True,
              help="The file with the age identity.")  # fmt: skip
@fails_clearly
def unlock(identity: Path) -> None:
    """Make a locked instance readable again. A `panah up` that waits goes on by itself."""
    from app.backup.identity import read_identity
    from app.locked.intake import publish
    from app.locking import unlock as put_back
    from app.wiring import open_home

    chosen = settings()
    put_back(chosen, read_identity(identity))
    publish(chosen, open_home(chosen))  # it may be locked again before anything runs
    click.echo("Unlocked.")


@click.command()
@click.option("--confirm", help=f"The words “{WORD}”, where there is no terminal to type them on.")
@fails_clearly
def wipe(confirm: str | None) -> None:
    """Destroy this instance for good: key ring, key, database, files. There is no way back."""
    from app.erasing.wiping import NOT_REACHED
    from app.erasing.wiping import wipe as destroy

    chosen = settings()
    if confirm is None and sys.stdin.isatty():
        click.echo(f"This destroys {chosen.home} and the database, for good.", err=True)
        confirm = click.prompt(f"Type “{WORD}” to go on", err=True)
    if confirm != WORD:
        fail(f"nothing was done: type “{WORD}”, or give it with --confirm")
    try:
        for line in destroy(chosen):
            click.echo(f"destroyed: {line}")
    finally:
        click.echo("Not reached, and yours to see to:")
        for line in NOT_REACHED:
            click.echo(f"- {line}")
