"""Measuring: ``bench``. The benchmarks come with the source, not with the installed program."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import click

from app.commands.shared import as_data, fails_clearly


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@as_data
@click.option("--quick", is_flag=True, help="A few samples of each: shows that it runs, not how fast it is.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this benchmark; may be repeated.")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder on the disk to measure."
)
@click.option("--postgresql", metavar="URL", help="A server on which to make databases and drop them again.")
@fails_clearly
def bench(
    *,
    names: tuple[str, ...],
    as_json: bool,
    quick: bool,
    only: tuple[str, ...],
    folder: Path | None,
    postgresql: str | None,
) -> None:
    """Measure how fast it is, beside each figure a baseline of the same run (about a quarter of an hour).

    With names only these: `panah bench surge`.
    """
    if find_spec("benchmarks") is None:
        raise click.ClickException("the benchmarks come with the source: ./panah bench, in a checkout")
    from benchmarks.home import Options
    from benchmarks.suite import BENCHMARKS, run

    wanted = (*names, *only)
    if unknown := set(wanted) - set(BENCHMARKS):
        raise click.UsageError(f"there is {', '.join(BENCHMARKS)}; not {', '.join(sorted(unknown))}")
    report = run(Options(quick, folder, postgresql), wanted, lambda name: click.echo(f"… {name}", err=True))
    click.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
