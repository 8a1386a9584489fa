"""Who would be asked at this moment if a report came in of which nothing but its words is known. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.models import Need
from alerts.needs.targets import reachable
from alerts.needs.ways import ways_to
from contacts.directory import name_of
from store.base import new_id

if TYPE_CHECKING:
    from datetime import timedelta

    from alerts.policy import Policies
    from alerts.policy.ladder import Ladder, Step
    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Person:
    """Somebody who would be asked, and by which channels: those the step names first. For the operator's eyes."""

    name: str = field(repr=False)
    channels: tuple[str, ...]


@dataclass(frozen=True)
class StepNow:
    """One step as it stands now; nobody when it reaches no one, and the next step would be taken at once."""

    wait: timedelta
    people: tuple[Person, ...]


@dataclass(frozen=True)
class NeedNow:
    """One kind of human a policy seeks."""

    policy: str
    need: str
    accepts: int
    steps: tuple[StepNow, ...]


def preview(unit: UnitOfWork, policies: Policies) -> tuple[NeedNow, ...]:
    """Look at each step of each need of some policies, in force or not."""
    return tuple(
        NeedNow(policy.name, kind, ladder.accepts, _steps(unit, policies, kind, ladder))
        for policy in policies.policies
        for kind, ladder in policy.needs.items()
    )


def _steps(unit: UnitOfWork, policies: Policies, kind: str, ladder: Ladder) -> tuple[StepNow, ...]:
    # A need of no case, never stored: nobody has it, and nothing is known that excludes anybody.
    need = Need(id=new_id(), alert_id=new_id(), kind=kind, seat=1)
    return tuple(
        StepNow(step.wait, tuple(_person(unit, step, contact) for contact in reachable(unit, step, need, policies)))
        for step in ladder.steps
    )


def _person(unit: UnitOfWork, step: Step, contact: Contact) -> Person:
    channels = [way.channel for way in ways_to(unit, contact)]
    named = [channel for channel in step.channels if channel in channels]
    return Person(name_of(unit, contact), (*named, *(channel for channel in channels if channel not in named)))
