"""``panah demo``: with nothing configured it runs, and leaves nothing behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.test_up import answer
from tests.bad_days.program import Program
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes


@pytest.fixture
def demo(tmp_path: Path, compiled: Path) -> Iterator[Program]:
    environment = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    arguments = ("demo", "--port", str(free_port()))
    program = Program(tmp_path / "processes", "demo", environment, arguments, compiled=compiled)
    yield program
    program.clean_up()


def test_it_says_where_to_look_and_cleans_up_when_told_to_end(demo: Program, tmp_path: Path) -> None:
    demo.start().wait_until_says("Ctrl-C ends it", 90)
    said = demo.said.read_text()
    address = re.search(r"Open {2}(http://localhost:\d+/)", said)
    assert address is not None, said
    status, page = answer(address[1])
    assert status == 200
    assert "<title>" in page
    (home,) = tmp_path.glob("panah-demo-*")
    children = [pid for task in Path(f"/proc/{demo.pid}/task").glob("*/children") for pid in task.read_text().split()]

    assert demo.terminate(15) < 15
    assert demo.exit_status == 0
    assert not home.exists()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert demo.log == "", "everything it had to say was said above"
