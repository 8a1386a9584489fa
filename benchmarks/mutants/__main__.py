"""``python -m benchmarks.mutants AREA``: make mistakes in what decides, and see whether a test notices."""

from __future__ import annotations

import sys

import click
import pytest

from benchmarks.mutants.areas import AREAS, table
from benchmarks.mutants.trying import Trying


@click.command()
@click.argument("area", type=click.Choice(list(AREAS)))
@click.option("--only", default="", help="Mistakes that say this: a path, a line, a word.")
@click.option("--module", "wanted", default="", help="Modules whose path has this in it.")
@click.option("--sample", type=int, help="At most so many mistakes of each module, drawn by chance.")
@click.option("--seed", default=1, show_default=True, help="Which chance.")
@click.option("--seconds", default=60.0, show_default=True, help="Of tests for one mistake, the quick ones first.")
@click.option("--at-once", default=1, show_default=True, help="So many mistakes are tried side by side.")
def main(area: str, *, only: str, wanted: str, sample: int | None, seed: int, seconds: float, at_once: int) -> None:
    """Make mistakes in what decides, one at a time, and see whether a test notices."""
    chosen = AREAS[area]
    modules = tuple(path for path in chosen.modules if wanted in path)
    tried = Trying(modules, sample=sample, seed=seed, seconds=seconds, at_once=at_once, only=only)
    code = pytest.main([*chosen.tests, "-q", "--tb=native", "-p", "no:cacheprovider"], plugins=[tried])
    click.echo(table(tried))
    sys.exit(int(code))


if __name__ == "__main__":
    main()
