"""Whoever reads the log of a case without the program is told what each line of it means."""

from __future__ import annotations

import re
from pathlib import Path

from app.evidence.meanings import ROOMS, meanings

HOUSE = Path(__file__).parents[2]
NO_ROOMS = {"tests", "benchmarks", "operations", "supply"}
EVENT = re.compile(r"^class \w+\(Event\):", re.MULTILINE)


def test_whatever_can_be_written_is_described() -> None:
    rooms = [path.parent for path in HOUSE.glob("*/__init__.py") if path.parent.name not in NO_ROOMS]
    modules = [path for room in rooms for path in room.rglob("*.py") if EVENT.search(path.read_text(encoding="utf-8"))]
    written = {".".join(path.relative_to(HOUSE).with_suffix("").parts) for path in modules}
    assert {room.__name__ for room in ROOMS} == written
    assert all(meanings().values())


def test_what_became_of_a_paper_is_described_like_what_became_of_a_release() -> None:
    assert meanings()["PaperLeft"] == "Somebody says that a paper was sent or handed over."
    assert meanings()["ReleaseSent"] == "It is on its way to its recipients."
