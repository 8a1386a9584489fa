"""The tamper-evident log: ``audit verify``, ``seal``, ``export``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from app.commands.agreeing import agreed_if_many, by_two
from app.commands.shared import FAULT, as_data, fail, fails_clearly, house, the_case


@click.group()
def audit() -> None:
    """The tamper-evident log, and what else is evidence."""


@audit.command()
@click.option(
    "--seals",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Seals that were kept elsewhere: what contradicts them was cut or forged whole.",
)
@click.option("--without-files", is_flag=True, help="Do not read every file that was sent.")
@as_data
@fails_clearly
def verify(*, seals: Path | None, without_files: bool, as_json: bool) -> None:
    """Check the log, its seals, receipts, messages and files; say where something is not what it was."""
    from app.evidence.checking import examine

    store = house().store
    breaks = store.verify_log()
    lines = None if seals is None else seals.read_text(encoding="utf-8", errors="replace").splitlines()
    findings = list(examine(store, seals=lines, with_files=not without_files))
    if as_json:
        click.echo(json.dumps([*map(vars, breaks), *map(vars, findings)]))
    else:
        for one in breaks:
            click.echo(f"{one.chain}: {one.what} at position {one.position}")
        for finding in findings:
            click.echo(str(finding))
        if not breaks:
            click.echo("Every chain holds.")
        if not findings:
            click.echo(_what_was_checked(lines, without_files=without_files))
    sys.exit(FAULT if breaks or findings else 0)


def _what_was_checked(lines: list[str] | None, *, without_files: bool) -> str:
    files = "" if without_files else " and files"
    outside = "" if lines is None else ", and so do the seals kept elsewhere"
    return f"Seals, receipts, messages{files} agree with it{outside}."


@audit.command()
@fails_clearly
def seal() -> None:
    """Seal the log now and print the seal's line: keep it where nobody who runs this machine can change it."""
    from app.evidence.sealing import seal_now

    built = house()
    line = seal_now(built.store, built.settings.seals_path)
    if line is None:
        fail("another process has just sealed the log; its line is in the file of seals")
    click.echo(line)


@audit.command()
@click.argument("code")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="A folder that is new or empty.")
@click.option("--with-names", is_flag=True, help="Name helpers beside their roles.")
@by_two
@as_data
@fails_clearly
def export(code: str, *, folder: Path | None, with_names: bool, agreed: tuple[str, ...], as_json: bool) -> None:
    """Write the evidence of a case for a court: a timeline, the data, and a program that checks it without Panah.

    For a fourth case within a day two people have to agree.

    It holds no words, names of reporters, or addresses; it does hold a key that belongs to this case alone.
    """
    from app.evidence.folder import write_folder

    if (folder is None) != as_json:
        raise click.UsageError("say --to FOLDER, or --json to print the data")
    if folder is not None and folder.exists() and any(folder.iterdir()):
        fail(f"{folder} holds other things already")
    found = _collected(code, agreed, with_names=with_names)
    if folder is None:
        click.echo(json.dumps(found))
        return
    write_folder(found, folder)
    click.echo(f"Written: {folder}. Check it with: python3 -I {folder / 'check.py'}")


def _collected(code: str, agreed: tuple[str, ...], *, with_names: bool) -> dict[str, Any]:
    from app.evidence.dossier import dossier, note_export
    from app.evidence.sealing import seal_now
    from cases.models import Case

    built = house()
    with built.store.read() as unit:
        case_id = the_case(unit, code).id
    who = agreed_if_many(built.store, case_id, agreed)
    with built.store.unit("cli") as unit:
        note_export(unit, case_id, with_names=with_names, agreed=who)
    seal_now(built.store, built.settings.seals_path)
    with built.store.read() as unit:
        return dossier(unit, unit.session.get_one(Case, case_id), built.settings.timezone, with_names=with_names)
