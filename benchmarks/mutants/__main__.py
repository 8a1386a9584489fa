"""``python -m benchmarks.mutants AREA``: make mistakes in what decides, and see whether a test notices."""

from __future__ import annotations

import signal
import sys
from typing import IO, TYPE_CHECKING

import click
import pytest

from benchmarks.mutants.areas import AREAS, table
from benchmarks.mutants.trying import Fate, Mutant, Trying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@click.command()
@click.argument("area", type=click.Choice(list(AREAS)))
@click.option("--only", default="", help="Mistakes that say this: a path, a line, a word.")
@click.option("--again", type=click.File(), help="What this said before: those that nothing noticed then.")
@click.option("--module", "wanted", default="", help="Modules whose path has this in it.")
@click.option("--tests", "asked", default="", help="Files of tests whose path has this in it.")
@click.option("--sample", type=int, help="At most so many mistakes of each module, drawn by chance.")
@click.option("--seed", default=1, show_default=True, help="Which chance.")
@click.option("--seconds", default=60.0, show_default=True, help="Of tests for one mistake, the quick ones first.")
@click.option("--at-once", default=1, show_default=True, help="So many mistakes are tried side by side.")
def main(
    area: str,
    *,
    only: str,
    again: IO[str] | None,
    wanted: str,
    asked: str,
    sample: int | None,
    seed: int,
    seconds: float,
    at_once: int,
) -> None:
    """Make mistakes in what decides, one at a time, and see whether a test notices.

    Ctrl-C ends it early: what was tried until then is told.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell leaves it ignored in what runs in the background
    chosen = AREAS[area]
    before = None if again is None else set(unnoticed(again))
    modules = tuple(path for path in chosen.modules if wanted in path)
    tried = Trying(
        modules,
        sample=sample,
        seed=seed,
        seconds=seconds,
        at_once=at_once,
        wanted=lambda one: is_wanted(one, only, before),
    )
    tests = [path for path in chosen.tests if asked in path]
    code = pytest.main([*tests, "-q", "--tb=native", "-p", "no:cacheprovider"], plugins=[tried])
    click.echo(table(tried))
    sys.exit(int(code))


def unnoticed(said: Iterable[str]) -> Iterator[str]:
    """Yield what an earlier table lists below it, without the lines."""
    for line in said:
        fate, _, mistake = line.rstrip("\n").partition(": ")
        if fate in (Fate.SURVIVED, Fate.NOT_REACHED):
            place, _, what = mistake.partition(": ")
            yield f"{place.partition(':')[0]}: {what}"


def is_wanted(mutant: Mutant, only: str, before: set[str] | None) -> bool:
    """Whether a mistake is one of those that were asked for."""
    return only in str(mutant) and (before is None or mutant.wherever in before)


if __name__ == "__main__":
    main()
