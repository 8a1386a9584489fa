"""Reading pairs, and measuring on them: numbers come out, no pair and no id does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from cases.identity.comparing import compare
from cases.identity.records import Record

WRITTEN = datetime(2025, 12, 31, tzinfo=UTC)
"""When an age was told where a pair does not say: all of them were written as of that year."""
HERE = Path(__file__).parent
REPORTING, TUNING = HERE / "reporting_pairs.yaml", HERE / "tuning_pairs.yaml"


@dataclass(frozen=True)
class Measured:
    """How often the matcher was right. ``kinds``: of each kind how many were right, of how many."""

    precision: float
    recall: float
    f1: float
    pairs: int
    kinds: dict[str, tuple[int, int]]

    def __str__(self) -> str:
        lines = [f"precision {self.precision:.3f}  recall {self.recall:.3f}  F1 {self.f1:.3f}  of {self.pairs} pairs"]
        lines += [f"  {kind}: {right} of {number} right" for kind, (right, number) in sorted(self.kinds.items())]
        return "\n".join(lines)


def record_of(told: dict[str, Any]) -> Record:
    born = told.get("born")
    return Record(
        name=told["name"],
        born=date.fromisoformat(born) if isinstance(born, str) else born,
        age=told.get("age"),
        at=datetime.fromisoformat(told["at"]) if "at" in told else WRITTEN,
        place=told.get("place", ""),
        document=told.get("document", ""),
    )


def measure(file: Path) -> Measured:
    said: Counter[tuple[bool, bool]] = Counter()
    right: Counter[str] = Counter()
    number: Counter[str] = Counter()
    pairs = yaml.safe_load(file.read_text(encoding="utf-8"))
    for pair in pairs:
        suggests = compare(record_of(pair["a"]), record_of(pair["b"])).suggests
        said[suggests, pair["same"]] += 1
        number[pair["kind"]] += 1
        right[pair["kind"]] += suggests == pair["same"]
    found, wrong, missed = said[True, True], said[True, False], said[False, True]
    precision, recall = found / max(found + wrong, 1), found / max(found + missed, 1)
    kinds = {kind: (right[kind], count) for kind, count in number.items()}
    return Measured(precision, recall, 2 * found / max(2 * found + wrong + missed, 1), len(pairs), kinds)


if __name__ == "__main__":
    print(measure(REPORTING))  # noqa: T201  what this is for
