"""Figures: a measure, the baseline beside it, and what was hoped for. Pure."""

from __future__ import annotations

import math
import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MILLISECONDS = 1000.0


@dataclass(frozen=True)
class Row:
    """One line of the table.

    ``ours`` and ``baseline`` are in ``unit``; ``met`` is None where no goal was set. ``note`` says what a reader of
    the figure must know (what was lifted, what was lost, why a goal was missed).
    """

    bench: str
    what: str
    ours: float
    unit: str
    baseline: float | None = None
    against: str = ""
    goal: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the baseline."""
        return None if not self.baseline else self.ours / self.baseline

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return {**asdict(self), "ratio": self.ratio}


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that is not exceeded by ``share`` of them (nearest rank); ValueError when there are none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median_of(runs: Sequence[Sequence[float]], share: float) -> float:
    """The median, over runs, of each run's percentile: one disturbed run does not decide."""
    return statistics.median(percentile(run, share) for run in runs)


def table(rows: Sequence[Row]) -> str:
    """The rows as text, the ratio before the absolutes."""
    head = ("", "ratio", "ours", "baseline", "goal", "")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = []
    for number, line in enumerate(lines):
        text.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number and rows[number - 1].note:
            text.append(f"    {rows[number - 1].note}")
    return "\n".join(text)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{short(row.ratio)} ×"
    baseline = "" if row.baseline is None else f"{short(row.baseline)} {row.unit} ({row.against})"
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    return (f"{row.bench}: {row.what}", ratio, f"{short(row.ours)} {row.unit}", baseline, row.goal, verdict)


def short(value: float) -> str:
    """A number with three figures that mean something."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"
