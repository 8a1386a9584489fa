"""What the pages know of drills; the house plays them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class DrillBusyError(Exception):
    """Another drill is being played."""


class UnknownStoryError(Exception):
    """There is no story of this id."""


class DrillState(StrEnum):
    """How far a drill has come."""

    RUNNING = "running"
    DONE = "done"
    BROKE_OFF = "broke_off"


@dataclass(frozen=True)
class Told:
    """A story that can be played."""

    id: str
    jurisdiction: str
    steps: int


@dataclass(frozen=True)
class Drill:
    """One drill. ``report`` as ``panah replay --report`` writes it for machines; None before its end."""

    id: str
    story: str
    began_at: datetime
    state: DrillState
    report: dict[str, Any] | None


class DrillRoom(Protocol):
    """Where drills are played."""

    def stories(self) -> tuple[Told, ...]:
        """Return what can be played."""

    def start(self, story: str) -> str:
        """Begin a drill; return its id. Raises UnknownStoryError, DrillBusyError."""

    def all(self) -> list[Drill]:
        """Return every drill, the latest first."""

    def find(self, drill: str) -> Drill | None:
        """Return one drill; None if there is none of this id."""
