"""Copies of everything: ``backup``, ``restore``."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.agreeing import agree_by_shares, by_two, have_two_agree
from app.commands.shared import FILE, as_data, fail, fails_clearly, house, settings

if TYPE_CHECKING:
    from app.backup.spending import Units
    from app.settings import Settings


@click.command()
@click.argument("file", type=FILE)
@click.option("--recipient", "recipients", multiple=True, help="Who can open it (age1…) instead of the setting's.")
@as_data
@fails_clearly
def backup(file: Path, recipients: tuple[str, ...], *, as_json: bool) -> None:
    """Write everything in the database into FILE, encrypted by age, while Panah runs.

    It holds neither the key nor the key ring, and can be read only as long as its key epoch is kept.
    """
    from app.backup.making import make_backup

    built = house()
    to = recipients or built.settings.recipients
    if not to:
        fail("nobody could open it: set PANAH_BACKUP_RECIPIENT, or give --recipient; `panah key identity` makes one")
    rows = make_backup(built.store, file, to)
    if as_json:
        click.echo(json.dumps({"file": str(file), "epoch": built.store.ring.current_epoch, "rows": rows}))
    else:
        click.echo(f"{sum(rows.values())} rows of {len(rows)} tables: {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--identity", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=True,
              help="The file with the age identity that opens it.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace what is in the database.")
@click.option("--verify", "only_verify", is_flag=True, help="Read it to its end and change nothing.")
@by_two
@click.option("--shares", is_flag=True, help="Two of the three shares of the key instead of people with accounts.")
@fails_clearly
def restore(
    file: Path, identity: Path, *, force: bool, only_verify: bool, agreed: tuple[str, ...], shares: bool
) -> None:
    """Put the backup FILE back, of either engine into either engine, all of it or nothing.

    Needs the key ring and the key of the home it was made in, that nothing runs, and that two people agree who have
    accounts in it.
    """
    from app.backup.identity import read_identity
    from app.backup.restoring import Asking, verify
    from app.backup.restoring import restore as put_back
    from app.backup.spending import SpentFile
    from app.erasing.gone import be_gone_again, remember_gone
    from app.presence import alone
    from app.wiring import build, clock_of, open_home

    chosen = settings()
    ring = open_home(chosen)
    opener = read_identity(identity)
    if only_verify:
        header, end = verify(ring, file, opener)
        click.echo(
            f"Whole, and ours: {sum(end.rows.values())} rows of {header.made_at:%Y-%m-%d %H:%M} UTC, "
            f"key epoch {header.epoch}{'' if header.epoch in ring.epochs else ', which is destroyed'}"
        )
        return
    who = agree_by_shares(partial(_opens, chosen)) if shares else None
    with alone(chosen.home):
        remember_gone(chosen.gone_path, chosen.database)
        done = put_back(
            chosen.database,
            ring,
            file,
            opener,
            clock=clock_of(chosen),
            force=force,
            asking=Asking(partial(_agree, given=agreed, shares=who), SpentFile(chosen.spent_path)),
        )
        again = be_gone_again(build(chosen, ring).store, chosen.gone_path)
    click.echo(f"{done.rows} rows of {done.made_at:%Y-%m-%d %H:%M} UTC are back, and the event log holds.")
    if again.codes:
        click.echo(f"Erased again, because they had been before: {', '.join(again.codes)}")
    if again.files:
        click.echo(f"Sealed files that had been withdrawn, and are again: {again.files}")
    if done.unreadable_scopes:
        click.echo(f"{done.unreadable_scopes} data keys are of destroyed epochs: what they close is lost.")


def _agree(units: Units, *, given: tuple[str, ...], shares: str | None) -> str:
    """Return who agreed; nobody is asked where the shares of the key said so already."""
    return have_two_agree(units, given) if shares is None else shares


def _opens(chosen: Settings, key: str) -> bool:
    """Whether a key opens the ring of a home."""
    from store.errors import StoreError
    from store.ring_file import open_ring
    from store.vault import read_key

    try:
        open_ring(chosen.ring_path, read_key(key))
    except StoreError:
        return False
    return True
