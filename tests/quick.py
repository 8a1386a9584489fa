"""A store for tests to which the engine does not matter: SQLite, and nothing waits for the disk."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from store.clock import ManualClock
from store.unit_of_work import Store
from store.vault import KeyRing
from tests.conftest import START
from tests.empty_database import open_in_a_hurry, put_empty_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.clock import Clock


@contextmanager
def quick_store(
    folder: Path, clock: Clock | None = None, reactions: dict[str, tuple[str, ...]] | None = None
) -> Iterator[Store]:
    """A fresh store in ``folder``, for as long as the block lasts; ``reactions``: which follow which event."""
    put_empty_database(folder / "quick.db")
    engine = open_in_a_hurry(f"sqlite:///{folder}/quick.db")
    try:
        ring = KeyRing({"2026-03": b"e" * 32}, b"r" * 32)
        yield Store(engine, ring, clock or ManualClock(START), reactions=reactions)
    finally:
        engine.dispose()
