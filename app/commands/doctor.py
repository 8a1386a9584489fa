"""The examination: ``doctor``."""

from __future__ import annotations

import json
import os
import sys
from itertools import chain
from pathlib import Path

import click

from app.commands.shared import FAULT, as_data, fails_clearly
from app.troubles import what_is_wrong

MARKS = {"ok": "  ok   ", "warn": "  warn ", "fault": "FAULT  "}


@click.command()
@click.option(
    "--holes",
    "index",
    metavar="INDEX",
    help="Also ask this package index (https://…) about every package we use: it learns which.",
)
@as_data
@fails_clearly
def doctor(index: str | None, *, as_json: bool) -> None:
    """Look at everything that must be right, and say what is not and what to do about it.

    Changes nothing. Ends with status 1 when there is a fault. Helpers are named in it, nobody else is.
    """
    from app.doctor.examination import examine
    from app.doctor.holes import check_holes

    findings = []
    looking = examine(os.environ, Path(".env"), what_is_wrong)
    for found in looking if index is None else chain(looking, check_holes(index)):
        findings.append(found)
        if not as_json:
            click.echo(f"{MARKS[found.level]}{found.name}: {found.what}")
            if found.what_to_do:
                click.echo(f"         → {found.what_to_do}")
    if as_json:
        click.echo(json.dumps([found.as_json() for found in findings], ensure_ascii=False))
    sys.exit(FAULT if any(found.level == "fault" for found in findings) else 0)
