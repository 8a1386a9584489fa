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
@click.option("--holes", is_flag=True, help="Also ask the package index about every package: it learns which we use.")
@click.option("--index", default="https://pypi.org", show_default=True, help="Which index is asked.")
@as_data
@fails_clearly
def doctor(index: str, *, holes: bool, as_json: bool) -> None:
    """Look at everything that must be right, and say what is not and what to do about it.

    Changes nothing. Ends with status 1 when there is a fault. Helpers are named in it, nobody else is.
    """
    from app.doctor.examination import examine
    from app.doctor.holes import check_holes

    findings = []
    looking = examine(os.environ, Path(".env"), what_is_wrong)
    for found in chain(looking, check_holes(index)) if holes else looking:
        findings.append(found)
        if not as_json:
            click.echo(f"{MARKS[found.level]}{found.name}: {found.what}")
            if found.what_to_do:
                click.echo(f"         → {found.what_to_do}")
    if as_json:
        click.echo(json.dumps([found.as_json() for found in findings], ensure_ascii=False))
    sys.exit(FAULT if any(found.level == "fault" for found in findings) else 0)
