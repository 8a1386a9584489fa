"""When a sealed file may be opened: a function of what was confirmed, who agreed, and what was withdrawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

SOURCES: Final = 2
"""Independent sources that confirm a trigger."""
PEOPLE: Final = 2
"""Different people who agree that it be opened."""
MAY_OPEN: Final = frozenset({"coordinator", "lawyer"})
"""Roles that may agree."""


@dataclass(frozen=True)
class Standing:
    """How it stands with one sealed file."""

    withdrawn: bool = False
    opened: bool = False
    origins: frozenset[str] = frozenset()
    """Who confirms the trigger, each once."""
    missed: bool = False
    """Whether a check-in was missed, somebody has followed it up in vain, and nobody has heard of the person since."""
    approvers: frozenset[UUID] = frozenset()
    approved_at: datetime | None = None
    """When the last approval that was needed came."""


def counts(*, dropped: bool, answered: bool, hostile: bool) -> bool:
    """Whether a source confirms anything.

    ``dropped``: it turned out to be none, or the person was heard of. ``answered``: of a missed check-in, whether that
    was answered after all; that another was missed since, or that somebody says they are held, takes nothing from it.
    ``hostile``: of a report, whether it may be a trap.
    """
    return not dropped and not answered and not hostile


def is_triggered(standing: Standing) -> bool:
    """Whether what the file waits for has come."""
    return len(standing.origins) >= SOURCES or standing.missed


def may_be_approved(standing: Standing) -> bool:
    """Whether people can be asked to agree now."""
    return is_triggered(standing) and not standing.withdrawn and not standing.opened


def is_approved(standing: Standing) -> bool:
    """Whether enough people agreed to something that can be agreed to."""
    return may_be_approved(standing) and len(standing.approvers) >= PEOPLE


def opens_at(standing: Standing, delay: timedelta) -> datetime | None:
    """When it opens if nobody objects; None when it does not as things stand."""
    if not is_approved(standing) or standing.approved_at is None:
        return None
    return standing.approved_at + delay


def opens_now(standing: Standing, delay: timedelta, now: datetime) -> bool:
    """Whether it is to be opened at this instant."""
    at = opens_at(standing, delay)
    return at is not None and at <= now
