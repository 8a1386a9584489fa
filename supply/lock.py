"""Lock files, read: every pin, and who needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent.parent / "requirements"
RUNTIME: Final = FOLDER / "runtime.txt"
DEVELOPMENT: Final = FOLDER / "development.txt"

PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)")
VIA = re.compile(r"^    #(?: via)? +([\w.-]+)(?: \(pyproject\.toml\))?$")


@dataclass(frozen=True)
class Pin:
    """One package at one version. ``needed_by``: packages that need it, and the project itself by its name."""

    name: str
    version: str
    needed_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        """What the package is called among all packages there are."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins(lock: Path) -> list[Pin]:
    """Return every pin of a lock that uv wrote, by name."""
    return sorted(_read(lock.read_text(encoding="utf-8").splitlines()), key=lambda pin: pin.name)


def _read(lines: list[str]) -> Iterator[Pin]:
    starts = [number for number, line in enumerate(lines) if PIN.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = PIN.match(lines[start])
        if found is not None:
            needed_by = (VIA.match(line) for line in lines[start + 1 : end])
            yield Pin(found[1], found[2], tuple(one[1] for one in needed_by if one is not None))
