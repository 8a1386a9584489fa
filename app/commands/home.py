"""Setting a home up and running it: ``init``, ``up``, ``migrate``, ``demo``, ``version``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import VERSION
from app.commands.shared import fail, fails_clearly, settings

if TYPE_CHECKING:
    from app.settings import Settings
    from store.vault import KeyRing


@click.command()
def version() -> None:
    """Print which version this is."""
    click.echo(f"panah {VERSION}")


@click.command()
@click.option("--passphrase", is_flag=True, help="Let a passphrase open this home instead of a key file.")
@fails_clearly
def init(*, passphrase: bool) -> None:
    """Set up this home: key, key ring, database, and an invitation for the first administrator. Safe to run again.

    While nobody has taken that invitation, each run makes a new one, and the one before stops working.
    """
    from app.commands.account import link
    from app.setup import invite_first, set_up

    chosen = settings()
    done = set_up(chosen, ask_passphrase=passphrase)
    if done.key_made_at is not None:
        click.echo(f"Made the key: {done.key_made_at}")
        click.echo("Keep a copy of it apart from this machine: without it nothing here can be read again.")
    if done.copied_to is not None:
        click.echo(f"The database as it was: {done.copied_to}")
    click.echo(f"Ready: {chosen.home}")
    click.echo("Next: panah contacts import FILE.csv, panah contacts link-code NAME, then panah up")
    invited = invite_first(chosen)
    if invited is not None:
        name, token = invited
        click.echo(f"The first administrator, {name}, opens this within a day, while panah up runs:")
        click.echo(link(chosen.web_address, token))


@click.command()
@click.option(
    "--role",
    "roles",
    metavar="ROLES",
    default="web,bot,worker",
    show_default=True,
    help="What this process runs, with commas between.",
)
@click.option("--callers", type=int, hidden=True, help="A pipe from the process that this one was before the lock.")
@fails_clearly
def up(roles: str, callers: int | None) -> None:
    """Run the bot, the worker and the web pages until SIGTERM.

    While it is locked, take in what people bring to any door, sealed, and wait for `panah unlock`.
    """
    from app.crash import leave_no_memory
    from app.erasing.gone import finish_being_gone
    from app.locked.again import begin_again_if_locked
    from app.locked.callers import take_over
    from app.locked.staying import stay_locked
    from app.migration import upgrade
    from app.presence import at_home
    from app.roles import ROLES, run
    from app.wiring import build, open_home
    from store.sealed import open_sealed

    leave_no_memory()
    wanted = frozenset(name.strip() for name in roles.split(",") if name.strip())
    if not wanted or wanted - set(ROLES):
        raise click.UsageError(f"--role takes {', '.join(ROLES)}, separated by commas")
    chosen = settings()
    stay_locked(
        chosen, wanted, () if callers is None else take_over(callers), lambda words: click.echo(words, err=True)
    )
    ring = open_home(chosen)
    with at_home(chosen.home):
        if chosen.database.startswith("sqlite"):
            upgrade(chosen.database, backups=chosen.home)
        house = build(chosen, ring)
        finish_being_gone(house.store, chosen.gone_path)
        open_sealed(house.store)  # before anything newer comes in: what people wrote stays in its order
        run(
            house,
            wanted,
            lambda: click.echo(f"ready {chosen.web_address} ({', '.join(sorted(wanted))})"),
            lambda: begin_again_if_locked(chosen, house.callers),
        )


@click.command()
@click.option("--to", "address", help="Move this SQLite home into an empty PostgreSQL database: postgresql+psycopg://…")
@click.option("--to-file", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="A file with that address, so that no list of commands has its password.")  # fmt: skip
@click.option("--give-up", is_flag=True, help="Use the SQLite database again, although a move was begun.")
@fails_clearly
def migrate(address: str | None, file: Path | None, *, give_up: bool) -> None:
    """Bring the database to the schema of this release; an SQLite file is copied first.

    With --to, move an SQLite home into PostgreSQL instead: stop `panah up`, and run it again if it was interrupted. It
    goes on where it was, compares every row, and only then can the new database be used, and the old one never more.
    """
    from app.migration import upgrade
    from app.wiring import open_home

    if (address is not None) + (file is not None) + give_up > 1:
        raise click.UsageError("--to, --to-file and --give-up exclude each other")
    chosen = settings()
    ring = open_home(chosen)
    if give_up:
        _give_up(chosen)
    elif address is not None or file is not None:
        _move(chosen, ring, address or (file.read_text(encoding="utf-8").strip() if file else ""))
    else:
        copy = upgrade(chosen.database, backups=chosen.home)
        if copy is not None:
            click.echo(f"The database as it was: {copy}")
        click.echo("The database is up to date.")


def _move(chosen: Settings, ring: KeyRing, address: str) -> None:
    """Move a home into PostgreSQL, while nothing runs on it."""
    from app.moving.move import move
    from app.presence import alone
    from app.setting_values import is_postgresql
    from app.wiring import clock_of

    if not chosen.database.startswith("sqlite"):
        fail("DATABASE_URL names PostgreSQL already; only an SQLite home can be moved")
    if not is_postgresql(address):
        fail("--to takes postgresql+psycopg://USER@HOST/NAME")
    with alone(chosen.home):
        done = move(
            chosen.database,
            address,
            ring,
            clock_of(chosen),
            backups=chosen.home,
            tell=lambda name, rows: click.echo(f"{name}: {rows}", err=True),
        )
    click.echo(f"{done.rows} rows of {done.tables} tables are there, each was compared, and the event log holds.")
    click.echo("Set DATABASE_URL to the new database and start `panah up`. The old one opens for nobody any more.")


def _give_up(chosen: Settings) -> None:
    from app.moving.move import give_up
    from app.presence import alone

    with alone(chosen.home):
        give_up(chosen.database)
    click.echo("The SQLite database is in use again. Drop the other one: what was copied into it is worth nothing.")


@click.command()
@click.option("--port", default=8765, show_default=True, help="Where the phones can be looked at.")
@click.option(
    "--lived-in/--empty",
    default=True,
    show_default=True,
    help="Begin in a night in which others have reported already, or with phones nobody has used.",
)
@fails_clearly
def demo(*, port: int, lived_in: bool) -> None:
    """Play the story in the browser: the real program, with a local Telegram and phones. Needs nothing else."""
    from app.demo.playing import play

    play(port, lived_in=lived_in)
