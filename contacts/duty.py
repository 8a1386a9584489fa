"""What a roster owes the people on it: hand-offs, checks before a shift, and holes that must be seen before they hurt.

Everything here is a function of its arguments; ``now`` is one of them, and is aware. What is found carries a key that
is the same each time the same thing is found, holds no name and fits a column: whoever makes a notice of it does so
once for each key. So looking may be repeated, may come late, and may be done by several at once.

A look every few minutes is enough. One that comes late, after the power was out, still finds the hand-off to whoever is
on call now and the holes that are left; what was over before it looked is not told any more.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from contacts.matching import zone_or_utc
from contacts.roster import Override, first_shown, on_call, shifts_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from contacts.roster import RosterPlan, Shift

AHEAD = timedelta(hours=24)
"""Holes are told this long before they open: time enough to swap."""
CHECKED_BEFORE = timedelta(hours=1)
CONFIRMED_BEFORE = timedelta(minutes=15)
TIME_TO_CONFIRM = timedelta(minutes=15)
"""What a check leaves somebody who is put on a roster at the last minute."""
SAME_SHIFT = timedelta(weeks=1)
"""How far back is looked for where the run of turns of one and the same person began."""

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """A rotation and the overrides laid over it."""

    roster: RosterPlan
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of a person now. Whoever was removed, or was never there, is not a Member at all.

    ``unreachable_since``: since when there has been no verified, living way to the person; None if there is one.
    ``may_act_until``: the last day, in ``timezone`` (UTC if None or unknown). ``country``: where they are.
    """

    unreachable_since: datetime | None = None
    may_act_until: date | None = None
    timezone: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """``to`` has been on call since ``at`` and took over from ``from_`` (None: from nobody)."""

    key: str
    roster: str
    from_: str | None = field(repr=False)
    to: str = field(repr=False)
    at: datetime


class Why(StrEnum):
    """Why nobody would hear an alert."""

    NOBODY = "nobody"
    """Nobody is on the roster."""
    GONE = "gone"
    """Whose turn it is was removed from the contacts, or is not among them."""
    UNREACHABLE = "unreachable"
    TERM_ENDED = "term_ended"


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody would hear an alert from ``from_`` up to, not including, ``until``: what is left of one shift."""

    key: str
    roster: str
    why: Why
    member: str | None = field(repr=False)
    from_: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """``member`` goes on call at ``at``: send a test message and ask for it to be confirmed."""

    key: str
    roster: str
    member: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """``member`` goes on call at ``at`` (or just did) and has not confirmed the check: somebody should call."""

    key: str
    roster: str
    member: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """When a check was sent, and when it was confirmed."""

    sent_at: datetime
    confirmed_at: datetime | None = None


Finding = Hole | HandOff | Check | Unconfirmed


def look_over(
    duties: Iterable[Duty], members: Mapping[str, Member], checked: Mapping[str, Checked], now: datetime
) -> list[Finding]:
    """Everything below for all rosters: holes first. ``members`` by id, ``checked`` by the key of the check."""
    found: list[Finding] = []
    for duty in duties:
        handed_over = hand_off(duty, now)
        found += holes(duty, members, now)
        found += [] if handed_over is None else [handed_over]
        found += checks_due(duty, members, checked, now)
        found += unconfirmed(duty, checked, now)
    return sorted(found, key=lambda one: not isinstance(one, Hole))


def hand_off(duty: Duty, now: datetime) -> HandOff | None:
    """How whoever is on call now came to be; None if nobody is, or if it has been the same person for long.

    It is due as soon as it is found. Turns of the same person that follow each other are one shift.
    """
    shift = on_call(duty.roster, duty.overrides, now)
    if shift.member is None:
        return None
    while shift.from_ is not None:
        before = on_call(duty.roster, duty.overrides, shift.from_ - _TICK)
        if before.member != shift.member:
            return _hand_off(duty, before.member, shift.member, shift.from_)
        if before.from_ is None or before.from_ < now - SAME_SHIFT:
            return None
        shift = before
    return None


def holes(duty: Duty, members: Mapping[str, Member], now: datetime, ahead: timedelta = AHEAD) -> list[Hole]:
    """The parts of the next 24 hours in which nobody would hear an alert, in order; one for each shift at most.

    ``ahead``: further than that, for who plans; no notice is made of what lies so far ahead.
    A hole has one key for as long as its shift lasts; one that has no beginning has another key every day (by UTC), and
    a person who is out of reach again, after having been within it, is a new hole.
    """
    shifts = shifts_between(duty.roster, duty.overrides, now, now + ahead)
    found = (_hole(duty, members, shift, now) for shift in shifts)
    return [hole for hole in found if hole is not None]


def checks_due(duty: Duty, members: Mapping[str, Member], checked: Mapping[str, Checked], now: datetime) -> list[Check]:
    """Whom to check: who takes over within the hour, can be reached, and has not been for it yet."""
    shifts = _taking_over(duty, now, now + CHECKED_BEFORE)
    due = (_check(duty, shift) for shift in shifts if not _is_unheard_at_first(members, shift))
    return [one for one in due if one.key not in checked]


def unconfirmed(duty: Duty, checked: Mapping[str, Checked], now: datetime) -> list[Unconfirmed]:
    """Who was checked and has not confirmed it 15 minutes before the shift, or 15 minutes after a late check.

    Told until an hour into the shift.
    """
    shifts = _taking_over(duty, now - CHECKED_BEFORE, now + CONFIRMED_BEFORE)
    due = (_check(duty, shift) for shift in shifts)
    return [
        Unconfirmed(_key("unconfirmed", one.key), one.roster, one.member, one.at)
        for one in due
        if one.key in checked and _is_overdue(checked[one.key], one.at, now)
    ]


def swap(one: Shift, other: Shift, agreed_at: datetime) -> tuple[Override, Override]:
    """The overrides by which the members of two shifts change places: the first lies over ``one``.

    Each belongs to the roster its shift is of. ValueError for a shift that nobody has, or two of the same person.
    """
    if one.member is None or other.member is None:
        raise ValueError("a shift that nobody has cannot be swapped: give it to somebody by an override")
    if one.member == other.member:
        raise ValueError("both shifts are the same person's already")
    return (
        Override(other.member, one.from_, one.until, agreed_at),
        Override(one.member, other.from_, other.until, agreed_at),
    )


def only_country(duties: Iterable[Duty], members: Mapping[str, Member], now: datetime) -> str | None:
    """The one country that everybody on all rosters is in: one blackout or one raid would silence them all.

    None if there are several, or if it is not known of somebody. Overrides count until they are over.
    """
    named = {
        member
        for duty in duties
        for member in (*duty.roster.members, *(one.member for one in duty.overrides if one.ends_at > now))
    }
    countries = {members[member].country for member in named if member in members}
    return countries.pop() if len(countries) == 1 else None


def _hand_off(duty: Duty, from_: str | None, to: str, at: datetime) -> HandOff:
    return HandOff(_key("hand-off", duty.roster.name, from_, to, at), duty.roster.name, from_, to, at)


def check_key(roster: str, member: str, at: datetime) -> str:
    """Return what names the check of somebody who goes on call at an instant."""
    return _key("check", roster, member, at)


def _check(duty: Duty, shift: Shift) -> Check:
    member = str(shift.member)
    return Check(check_key(duty.roster.name, member, shift.from_), duty.roster.name, member, shift.from_)


def _taking_over(duty: Duty, after: datetime, until: datetime) -> Iterator[Shift]:
    """The shifts that begin after one instant and no later than another, and that somebody else had before."""
    shifts = shifts_between(duty.roster, duty.overrides, after, until + _TICK)
    return (shift for before, shift in itertools.pairwise(shifts) if shift.member not in (None, before.member))


def _is_overdue(check: Checked, at: datetime, now: datetime) -> bool:
    return check.confirmed_at is None and now >= max(at - CONFIRMED_BEFORE, check.sent_at + TIME_TO_CONFIRM)


def _hole(duty: Duty, members: Mapping[str, Member], shift: Shift, now: datetime) -> Hole | None:
    unheard = _unheard(members, shift)
    if unheard is None:
        return None
    why, from_ = unheard
    since = on_call(duty.roster, duty.overrides, shift.from_).from_ or now.astimezone(UTC).date()
    member = None if shift.member is None else members.get(shift.member)
    lost_at = None if member is None else member.unreachable_since
    key = _key("hole", duty.roster.name, why, shift.member, since, lost_at)
    return Hole(key, duty.roster.name, why, shift.member, from_, shift.until)


def _unheard(members: Mapping[str, Member], shift: Shift) -> tuple[Why, datetime] | None:
    """Why whoever has this shift would not hear an alert, and from when on; None if they would to its end."""
    if shift.member is None:
        return Why.NOBODY, shift.from_
    member = members.get(shift.member)
    if member is None:
        return Why.GONE, shift.from_
    if member.unreachable_since is not None:
        return Why.UNREACHABLE, shift.from_
    ended_at = _term_end(member, shift.until)
    return None if ended_at is None else (Why.TERM_ENDED, max(shift.from_, ended_at))


def _is_unheard_at_first(members: Mapping[str, Member], shift: Shift) -> bool:
    unheard = _unheard(members, shift)
    return unheard is not None and unheard[1] == shift.from_


def _term_end(member: Member, until: datetime) -> datetime | None:
    """The first instant after the last day on which the person may act, if it comes before ``until``."""
    last_day, zone = member.may_act_until, zone_or_utc(member.timezone)
    if last_day is None or (until - _TICK).astimezone(zone).date() <= last_day:
        return None
    return first_shown(datetime.combine(last_day + timedelta(days=1), time()), zone)


def _key(kind: str, *parts: object) -> str:
    """Short, opaque, and the same for the same parts: rosters are named by people."""
    said = "\0".join(part.astimezone(UTC).isoformat() if isinstance(part, datetime) else str(part) for part in parts)
    return f"{kind}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"
