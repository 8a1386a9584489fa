"""Duty at a glance: who is on call on each roster, who comes next, and where nobody would hear an alert. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from alerts.policy.policies import ABSENT
from contacts.duty import holes
from contacts.roster import on_call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from contacts.duty import Duty, Hole, Member

LOOKS_AHEAD: Final = timedelta(days=60)
"""How far ahead somebody else is looked for."""


@dataclass(frozen=True)
class OnDuty:
    """One roster. ``now`` is on call until ``until`` (None: for long), then ``then`` is; None: nobody we know of."""

    roster: str
    zone: str
    now: UUID | None
    until: datetime | None
    then: UUID | None
    holes: tuple[Hole, ...] = ()
    """Within the next 24 hours, what is left of each shift in which nobody would hear an alert."""
    is_open: bool = False
    """Whether that is so at this moment."""

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody it names."""
        named = {self.now, self.then, *(_id(hole.member) for hole in self.holes)}
        return frozenset(one for one in named if one is not None)


def duty_now(duties: Iterable[Duty], members: Mapping[str, Member], now: datetime) -> tuple[OnDuty, ...]:
    """Return how each roster stands at ``now`` (aware), in their order."""
    return tuple(_on_duty(duty, members, now) for duty in duties)


def member_id(hole: Hole) -> UUID | None:
    """Return whose shift it is, where that is somebody we know."""
    return _id(hole.member)


def _on_duty(duty: Duty, members: Mapping[str, Member], now: datetime) -> OnDuty:
    first = shift = on_call(duty.roster, duty.overrides, now)
    while shift.member == first.member and shift.until is not None and shift.until < now + LOOKS_AHEAD:
        shift = on_call(duty.roster, duty.overrides, shift.until)
    hands_over = shift.member != first.member
    found = tuple(holes(duty, members, now))
    return OnDuty(
        roster=duty.roster.name,
        zone=duty.roster.timezone,
        now=_id(first.member),
        until=shift.from_ if hands_over else None,
        then=_id(shift.member) if hands_over else None,
        holes=found,
        is_open=any(hole.from_ <= now for hole in found),
    )


def _id(member: str | None) -> UUID | None:
    return None if member is None or member == ABSENT else UUID(member)
