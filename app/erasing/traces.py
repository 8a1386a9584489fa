"""Looking for bytes in files: whether anything of what was erased still lies there."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def count_in(files: Iterable[Path], pieces: Sequence[bytes]) -> int:
    """Return how many of these pieces stand in any of the files. Files that are not there, or empty, hold none."""
    return len({piece for path in files for piece in _found(path, pieces)})


def _found(path: Path, pieces: Sequence[bytes]) -> set[bytes]:
    if not path.exists() or path.stat().st_size == 0:
        return set()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return {piece for piece in pieces if content.find(piece) >= 0}
