"""What a policy document says, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.policy.ladder import Roster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, time, timedelta

    from alerts.policy.ladder import Ladder

NEEDS = ("coordinator", "lawyer", "second_lawyer", "interpreter", "observer", "doctor")
"""Whom a case can need, each with its own ladder."""
RISKS = ("low", "medium", "high", "critical")
ANY: frozenset[str] | None = None
"""A policy that says ``any`` (or nothing) narrows nothing here."""


@dataclass(frozen=True)
class Policy:
    """The ladders of one team for the cases it applies to. A need without a ladder is not in ``needs``.

    ``jurisdictions`` are ISO 3166 codes of countries (KZ) or their parts (KZ-ALM), ``risks`` are of ``RISKS``.
    """

    name: str
    needs: Mapping[str, Ladder]
    jurisdictions: frozenset[str] | None = ANY
    risks: frozenset[str] | None = ANY


@dataclass(frozen=True)
class OverrideSpec:
    """Somebody takes over from one local time until another, both without a zone: the roster's holds."""

    member: str = field(repr=False)
    from_: datetime
    until: datetime


@dataclass(frozen=True)
class RosterSpec:
    """A rotation as written: members take turns of ``every``, handing over at a local time.

    ``handoff_weekday`` is 0 for Monday; None hands over on whatever day the turn ends. Members are contacts' names.
    Of ``overrides`` that overlap the one written later wins.
    """

    name: str
    timezone: str
    every: timedelta
    handoff_time: time
    handoff_weekday: int | None
    members: tuple[str, ...] = field(repr=False)
    overrides: tuple[OverrideSpec, ...] = ()


@dataclass(frozen=True)
class Policies:
    """One policy document."""

    policies: tuple[Policy, ...] = ()
    rosters: tuple[RosterSpec, ...] = ()

    @property
    def missing_rosters(self) -> frozenset[str]:
        """Rosters that a step names and this document does not describe."""
        named = {
            target.name
            for policy in self.policies
            for ladder in policy.needs.values()
            for step in ladder.steps
            for target in step.notify
            if isinstance(target, Roster)
        }
        return frozenset(named - {roster.name for roster in self.rosters})
