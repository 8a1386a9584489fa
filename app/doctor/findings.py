"""What a check says: one line of a doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """ok: as it should be · warn: works, and something may go wrong or is missing · fault: must be mended now."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: Level
    what: str
    what_to_do: str = ""

    def as_json(self) -> dict[str, str]:
        """Plain values for machines."""
        return {"name": self.name, "level": str(self.level), "what": self.what, "what_to_do": self.what_to_do}


def ok(name: str, what: str) -> Finding:
    """All is well here."""
    return Finding(name, Level.OK, what)


def warn(name: str, what: str, what_to_do: str) -> Finding:
    """It works, but."""
    return Finding(name, Level.WARN, what, what_to_do)


def fault(name: str, what: str, what_to_do: str) -> Finding:
    """It does not work, or somebody can be harmed by it."""
    return Finding(name, Level.FAULT, what, what_to_do)
