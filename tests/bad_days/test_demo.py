"""``panah demo``, as whoever is curious runs it: it rings, survives a kill, and leaves nothing behind."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bad_days.page import PhonesPage
from tests.bad_days.program import Program
from tests.ports import free_port

if TYPE_CHECKING:
    from tests.bad_days.conftest import Tell


FIRST_QUESTION = "What is happening?"
"""In the language she writes in, whatever that of her phone."""


@pytest.mark.processes
@pytest.mark.timeout(180)
def test_the_demo_rings_survives_a_kill_and_leaves_nothing(tmp_path: Path, compiled: Path, tell: Tell) -> None:
    port, homes = free_port(), tmp_path / "homes"
    homes.mkdir()
    arguments = ("demo", "--empty", "--port", str(port))
    demo = Program(tmp_path / "demo", "demo", {"TMPDIR": str(homes)}, arguments, compiled=compiled).start()
    try:
        demo.wait_until_says("Panah is running")
        page = PhonesPage(port)
        page.writes("Gulnar", "they took my brother")
        page.sees("Aigerim", "Accept")
        page.sees("Dana", "LAWYER NEEDED")
        page.sees("Gulnar", FIRST_QUESTION)  # sent once it was written down that the messages before it were

        (child,) = children_of(demo.pid)
        killed_at = time.monotonic()
        page.kills()
        page.taps("Aigerim", "Accept")
        page.sees("Aigerim", "You have taken")
        tell(f"the press was answered {time.monotonic() - killed_at:.1f} s after the kill")
        (successor,) = children_of(demo.pid)
        assert successor != child

        (home,) = homes.iterdir()
        assert (home / "panah.db").exists()
        demo.signal(signal.SIGINT)
        assert demo.wait_until_ended(within=20) == 0
        assert list(homes.iterdir()) == [], "the home is thrown away"
        assert not Path(f"/proc/{successor}").exists(), "the program ends with its demo"
        assert not page.is_open()
    finally:
        demo.clean_up()


def children_of(pid: int) -> list[int]:
    """The living processes a process has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(process.name))
    return found
