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
TESTS = """\
import os
import time
from pathlib import Path
import pytest

@pytest.mark.{mark}
@pytest.mark.parametrize("number", range(6))
def test_one(number):
    time.sleep(0.1)  # so that another worker would take some of them
    with Path({noted!r}).open("a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


@pytest.mark.parametrize("mark", TAKING_TURNS)
def test_tests_with_the_same_mark_are_run_by_one_worker(tmp_path: Path, mark: str) -> None:
    noted = tmp_path / "noted"
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_them.py").write_text(TESTS.format(mark=mark, noted=str(noted)))
    pytest_here = [sys.executable, "-m", "pytest", "--rootdir", str(tmp_path), str(tmp_path)]
    ended = subprocess.run(
        [*pytest_here, "-n", "2", "--dist", "loadgroup"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    workers = noted.read_text().split()
    assert len(workers) == 6
    assert len(set(workers)) == 1
