"""A ladder: whom to ask for one need, in which order, by which channels, and how long to wait. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

DEFAULT_GAP = timedelta(seconds=30)


@dataclass(frozen=True)
class Roster:
    """Whoever is on call on the roster of this name."""

    name: str


@dataclass(frozen=True)
class Role:
    """Every contact of a role whose qualities fit the case (region, language, country, speciality).

    Capacity and conflicts of interest are always looked at and need not be named.
    """

    role: str
    match: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """One contact, by name. The name does not show in a repr, so that it cannot slip into a log."""

    name: str = field(repr=False)


@dataclass(frozen=True)
class Holder:
    """Whoever has the case already, as the kind of human that is needed; nobody while it is sought."""


Target = Roster | Role | Person | Holder


class Order(StrEnum):
    """How the channels of one step ring."""

    AT_ONCE = "at_once"
    IN_TURN = "in_turn"


@dataclass(frozen=True)
class Step:
    """Ask these people by these channels, then wait so long for an answer.

    ``wait`` counts from the moment the step began; with ``order`` *in turn* the n-th channel rings n x ``gap`` later.
    """

    notify: tuple[Target, ...]
    channels: tuple[str, ...]
    wait: timedelta
    order: Order = Order.AT_ONCE
    gap: timedelta = DEFAULT_GAP


@dataclass(frozen=True)
class Ladder:
    """Steps, climbed ``repeat`` times in all; zero and less count as once.

    ``accepts``: how many must accept before the search is over. ``contact_within`` and ``filed_within``: how soon after
    accepting somebody must have got through, and filed; None where the need's own spans hold
    (alerts/policy/milestones.py).
    """

    steps: tuple[Step, ...]
    repeat: int = 1
    accepts: int = 1
    contact_within: timedelta | None = None
    filed_within: timedelta | None = None

    @property
    def rounds(self) -> int:
        """How often the steps are climbed before nobody is left to ask; at least 1."""
        return max(self.repeat, 1)
