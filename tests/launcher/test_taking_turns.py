"""Tests that would starve side by side take turns: whoever distributes them keeps those of one mark together."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import TAKING_TURNS
from tests.launcher.checkout import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

CONFTEST = "from tests.conftest import pytest_collection_modifyitems\n"
BEGIN = "import os, time\nfrom pathlib import Path\nimport pytest\n"
OF_ONE_MARK = """
@pytest.mark.{mark}
@pytest.mark.parametrize("number", range(4))
def test_{mark}(number):
    time.sleep(0.2)  # so that another worker would take some of them
    with Path({noted!r}).open("a") as file:
        print("{mark}", os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


@pytest.mark.long  # three starts of pytest, for a few lines that change with the marks
def test_tests_with_the_same_mark_are_run_by_one_worker(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    (tmp_path / "conftest.py").write_text(CONFTEST)
    tests = [OF_ONE_MARK.format(mark=mark, noted=str(noted)) for mark in TAKING_TURNS]
    (tmp_path / "test_them.py").write_text("".join([BEGIN, *tests]))
    pytest_here = [sys.executable, "-m", "pytest", "--rootdir", str(tmp_path), str(tmp_path)]
    ended = subprocess.run(
        [*pytest_here, "-n", "2", "--dist", "loadgroup"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    ran = [line.split() for line in noted.read_text().splitlines()]
    assert len(ran) == 4 * len(TAKING_TURNS)
    workers = {mark: {worker for of, worker in ran if of == mark} for mark in TAKING_TURNS}
    assert {mark: len(them) for mark, them in workers.items()} == dict.fromkeys(TAKING_TURNS, 1), workers
