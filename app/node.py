"""Which node this is: a name that survives a restart, so that a killed process takes its own leases back at once."""

from __future__ import annotations

import fcntl
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def node_identity(home: Path) -> Iterator[uuid.UUID]:
    """Give this process the home's name for as long as the block lasts.

    The name belongs to one process at a time (a file lock, which the kernel frees when the process dies, however it
    dies). A second process of the same home, and one without a home, get a name made up for the occasion.
    """
    if not home.is_dir():
        yield uuid.uuid4()
        return
    with (home / "node.id").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield uuid.uuid4()
            return
        yield _read_or_make(file)


def _read_or_make(file: TextIO) -> uuid.UUID:
    file.seek(0)
    try:
        return uuid.UUID(file.read().strip())
    except ValueError:
        made = uuid.uuid4()
        file.truncate(0)
        file.write(str(made))
        file.flush()
        return made
