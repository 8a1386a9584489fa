"""The wheel, made so that whoever makes it again from the same commit gets the same bytes.

It is built from a copy of what git knows of and nothing else: no leftovers of an earlier build, no modes of a checkout,
and one date for everything, that of the commit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
BACKEND: Final = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


def build(into: Path, *, root: Path = ROOT) -> Path:
    """Build the wheel of the tracked files as they lie in ``root``; return where it is. Needs no network."""
    into = into.resolve()
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="panah-wheel-") as folder:
        source = Path(folder) / "panah"
        for name in tracked(root):
            _copy(root / name, source / name)
        name = _run([sys.executable, "-P", "-c", BACKEND, str(into)], source, date_of(root)).splitlines()[-1]
    return into / name


def tracked(root: Path = ROOT) -> list[str]:
    """Return the files that git knows of and that are there, by their names from ``root``."""
    names = _run(["git", "ls-files", "-z"], root).split("\0")
    return sorted(name for name in names if name and (root / name).is_file())


def date_of(root: Path = ROOT) -> str:
    """Return when the commit was made on which ``root`` stands, in seconds, as builders read it."""
    return _run(["git", "log", "-1", "--format=%ct"], root).strip()


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)
    to.chmod(0o755 if os.access(file, os.X_OK) else 0o644)


def _run(command: list[str], folder: Path, date: str | None = None) -> str:
    environment = dict(os.environ) if date is None else {**os.environ, "SOURCE_DATE_EPOCH": date}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own words
