"""The benchmarks run, by --long; how fast anything is, is no matter of a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from app.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
@pytest.mark.processes
def test_a_quick_run_gives_every_figure_its_baseline(tmp_path: Path) -> None:
    arguments = ["bench", "--quick", "--json", "--folder", str(tmp_path)]
    for name in ("fields", "timers", "fan-out"):
        arguments += ["--only", name]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["machine"]["cores"] >= 1
    assert {row["bench"] for row in report["rows"]} == {"fields", "timers", "fan-out"}
    assert all(row["ours"] > 0 and row["baseline"] > 0 and row["ratio"] > 0 for row in report["rows"])
    assert not list(tmp_path.iterdir()), "a throw-away home was left behind"


@pytest.mark.long
@pytest.mark.processes
def test_people_are_found_among_others(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["bench", "identity", "--quick", "--json", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    rows = {row["what"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["among the first ten"]["ours"] > 0.5


@pytest.mark.long
@pytest.mark.processes
def test_a_raid_is_taken_in_to_its_last_page(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["bench", "raid", "--quick", "--json", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["rows"]) == 2


@pytest.mark.long
@pytest.mark.processes
def test_every_channel_fails_over_and_bulk_stands_back(tmp_path: Path) -> None:
    names = ["channels", "failover", "bulk", "surge"]
    done = CliRunner().invoke(main, ["bench", *names, "--quick", "--json", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    assert {row["bench"] for row in rows} == set(names)
    assert all(row["ours"] >= 0 for row in rows)
    assert not list(tmp_path.iterdir()), "a throw-away home was left behind"


def test_a_benchmark_nobody_wrote_is_wrong_use() -> None:
    done = CliRunner().invoke(main, ["bench", "--only", "luck"])
    assert done.exit_code == 2
    assert "first-words" in done.output
