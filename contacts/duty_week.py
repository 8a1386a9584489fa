"""A stretch of a roster as people plan by it: who has which turn, in whose place, and where nobody would hear. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contacts.duty import holes
from contacts.roster import on_call, shifts_between

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from contacts.duty import Duty, Hole, Member
    from contacts.roster import OnCall


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's time without a break; None as the member: nobody's.

    ``instead_of``: whose turn it would be if nothing had been agreed. ``hole``: from when on, and why, nobody would
    hear an alert. ``begins_before``, ``goes_on``: it is longer than what was asked about.
    """

    member: str | None = field(repr=False)
    from_: datetime
    until: datetime
    instead_of: str | None = field(default=None, repr=False)
    is_agreed: bool = False
    """Whether it was agreed, and not the rotation's."""
    hole: Hole | None = None
    begins_before: bool = False
    goes_on: bool = False


def turns(duty: Duty, members: Mapping[str, Member], start: datetime, end: datetime, now: datetime) -> list[Turn]:
    """Return the turns from one instant up to another, in order and without a gap between them. All aware.

    Turns of one person that follow each other are one, if they came about in the same way. What is over has no holes.
    """
    shifts = shifts_between(duty.roster, duty.overrides, start, end)
    found: list[Turn] = []
    for shift in shifts:
        usual = on_call(duty.roster, (), shift.from_)
        agreed = usual.member != shift.member
        before = found[-1] if found else None
        if before is not None and (before.member, before.is_agreed) == (shift.member, agreed):
            found[-1] = replace(before, until=shift.until)
        else:
            found.append(Turn(shift.member, shift.from_, shift.until, usual.member if agreed else None, agreed))
    ahead = max(now, start)
    open_ = holes(duty, members, ahead, end - ahead)
    return [_edged(duty, turn, open_, end) for turn in found]


def now_and_next(duty: Duty, now: datetime) -> tuple[OnCall, OnCall | None]:
    """Return who is on call and until when, and who comes after them; no one comes after what has no end.

    Turns of the same person that follow each other are one; of somebody who is alone on a roster there is no end.
    """
    current = on_call(duty.roster, duty.overrides, now)
    until = current.until
    for _ in range(LOOKS_AHEAD):
        if until is None:
            return current, None
        following = on_call(duty.roster, duty.overrides, until)
        if following.member != current.member:
            return replace(current, until=until), following
        until = following.until
    return replace(current, until=None), None


LOOKS_AHEAD = 60
"""Turns of one and the same person that are looked through for somebody who comes after them."""


def _edged(duty: Duty, turn: Turn, open_: list[Hole], end: datetime) -> Turn:
    hole = next((one for one in open_ if turn.from_ <= one.from_ < turn.until), None)
    before = on_call(duty.roster, duty.overrides, turn.from_)
    after = on_call(duty.roster, duty.overrides, turn.until)
    return replace(
        turn,
        hole=hole,
        begins_before=before.from_ != turn.from_,
        goes_on=turn.until == end and after.member == turn.member,
    )
