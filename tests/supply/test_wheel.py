"""The wheel is the same whoever builds it, has every file of the house, and works where there is no checkout."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from supply import wheel
from tests.bad_days.page import PhonesPage
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STANDS_OUTSIDE = ("benchmarks", "supply", "tests")
"""Folders of Python that are not the program."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.build(tmp_path_factory.mktemp("wheel"))


def rooms() -> Iterator[str]:
    for package in sorted(wheel.ROOT.glob("*/__init__.py")):
        if package.parent.name not in STANDS_OUTSIDE:
            yield package.parent.name


def test_it_has_every_file_of_every_room_and_nothing_else(built: Path) -> None:
    inside = {name for name in zipfile.ZipFile(built).namelist() if ".dist-info/" not in name}
    ours = {name for name in wheel.tracked() if name.split("/")[0] in set(rooms())}
    assert inside == ours


@pytest.mark.long
def test_another_checkout_on_another_day_makes_the_same_bytes(built: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "a longer name"
    subprocess.run(["git", "clone", "-q", wheel.ROOT, elsewhere], check=True)
    for name in wheel.tracked():  # what is not committed yet too, so that this is tried before a commit
        (elsewhere / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wheel.ROOT / name, elsewhere / name)
        (elsewhere / name).chmod(0o777 if name == "panah" else 0o600)
        os.utime(elsewhere / name, (1_000_000_000, 1_000_000_000))
    (elsewhere / "build" / "lib" / "app").mkdir(parents=True)
    (elsewhere / "build" / "lib" / "app" / "leftover.py").write_text("of an earlier build")
    again = wheel.build(tmp_path / "out", root=elsewhere)
    assert again.name == built.name
    assert fingerprint(again) == fingerprint(built)


@pytest.mark.long
@pytest.mark.processes
@pytest.mark.timeout(400)
def test_it_plays_the_demo_where_there_is_no_checkout(built: Path, tmp_path: Path) -> None:
    there = Installed(built, tmp_path)
    assert str(there.folder) in there.runs("python", "-c", "import app; print(app.__file__)")
    assert "Commands:" in there.runs("panah", "--help")
    there.runs("panah", "init")
    assert "in a checkout" in there.runs("panah", "bench", refused=True)
    assert "counts from" in there.runs("panah", "law", "show", "kz.coao.motion_3d")
    with there.demo() as page:
        page.writes("Gulnar", "they took my brother")
        page.sees("Aigerim", "Accept")


class Installed:
    """The wheel in an environment of its own, in a folder of its own.

    What it depends on is lent by this environment; our own checkout is not: of a folder that is lent no .pth is read.
    """

    def __init__(self, built: Path, folder: Path) -> None:
        self.folder = folder
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PANAH_HOME": str(folder / "home")}
        subprocess.run([sys.executable, "-P", "-m", "venv", folder / "venv"], check=True)
        self.runs("python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(built))
        (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
        (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def runs(self, *words: str, refused: bool = False) -> str:
        """Run a command of that environment to its good end, or until it refuses; return what it said."""
        command = [self._program(words[0]), *words[1:]]
        ended = subprocess.run(
            command, cwd=self.folder, env=self._environment, check=False, capture_output=True, text=True
        )
        assert bool(ended.returncode) is refused, ended.stderr
        return ended.stderr if refused else ended.stdout

    @contextmanager
    def demo(self) -> Iterator[PhonesPage]:
        """Play the demo; yield the page of its phones."""
        port = free_port()
        command = [self._program("panah"), "demo", "--empty", "--port", str(port)]
        environment = {name: value for name, value in self._environment.items() if name != "PANAH_HOME"}
        demo = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert demo.stdout is not None
            assert any("Panah is running" in line for line in iter(demo.stdout.readline, ""))
            yield PhonesPage(port)
        finally:
            demo.terminate()
            demo.wait(timeout=30)

    def _program(self, name: str) -> str:
        return str(self.folder / "venv" / "bin" / name)


def fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
