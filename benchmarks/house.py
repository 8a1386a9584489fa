"""How large the modules and functions of the house are: ``python -m benchmarks.house``. Tests and migrations apart."""

from __future__ import annotations

import ast
from itertools import groupby
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
APART: Final = frozenset({"tests", "benchmarks", "supply", "operations"})


def modules() -> Iterator[tuple[str, str]]:
    """Yield the room and the text of each module that holds anything."""
    for room in sorted(path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in APART):
        for path in sorted(room.rglob("*.py")):
            if path.name != "__init__.py" and "versions" not in path.parts:
                yield room.name, path.read_text(encoding="utf-8")


def functions(text: str) -> Iterator[int]:
    """Yield how many lines each function of a module has, its decorators apart."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def line(room: str, texts: list[str]) -> str:
    """Return a row of the table."""
    long, short = [text.count("\n") for text in texts], [size for text in texts for size in functions(text)]
    figures = [len(long), median(long), ninth(long), max(long), len(short), median(short), ninth(short), max(short)]
    return f"| {room} | " + " | ".join(f"{figure:g}" for figure in figures) + " |"


def ninth(sizes: list[int]) -> float:
    """Return what nine of ten are no larger than."""
    return quantiles(sizes, n=10, method="inclusive")[-1] if len(sizes) > 1 else sizes[0]


def main() -> None:
    """Print the table."""
    found = list(modules())
    click.echo("| room | modules | median | p90 | largest | functions | median | p90 | largest |")
    click.echo("|---|---|---|---|---|---|---|---|---|")
    for room, of_room in groupby(found, key=lambda one: one[0]):
        click.echo(line(room, [text for _, text in of_room]))
    click.echo(line("all", [text for _, text in found]))


if __name__ == "__main__":
    main()
