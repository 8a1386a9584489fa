"""Waiting for the world to become as a story says, in real seconds."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from sandbox.changes import Changes

Found = TypeVar("Found")

A_LOOK: Final = 0.02  # real seconds
PATIENCE: Final = 40.0
"""Real seconds; a story that goes well never waits for so long, on however busy a machine it is told."""


class StoryError(AssertionError):
    """What the story expected did not happen in time."""


def wait_for(
    changes: Changes, look: Callable[[], Found | None], timeout: float, meanwhile: Callable[[], object] = lambda: None
) -> Found | None:
    """Look, and look again whenever something changed, until there is something or the real time is over.

    `meanwhile` is called where nothing has changed for a while.
    """
    ends_at = time.monotonic() + timeout
    while True:
        found = look()
        left = ends_at - time.monotonic()
        if found is not None or left <= 0:
            return found
        if not changes.wait_for_change(min(left, A_LOOK)):
            meanwhile()


def wait_for_truth(changes: Changes, what: Callable[[], object], timeout: float) -> None:
    """Wait until `what()` is true, looking every few milliseconds; StoryError when it never is."""
    if wait_for(changes, lambda: True if what() else None, timeout) is None:
        raise StoryError(f"it did not become true within {timeout:g} s")
