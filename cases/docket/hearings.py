"""Which hearings an entry speaks of: those that must be over when one was held. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cases.docket.seen import is_later
from cases.docket.vocabulary import APPOINTMENTS, HEARING_HELD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from cases.docket.seen import Seen


def held_by(held: Seen, docket: Sequence[Seen]) -> frozenset[UUID]:
    """Return the matters of the hearings that are over because one was held: set for its local day or an earlier one.

    Of several on that very day those up to its hour, or the first where none is: a later one is still to come. None
    that was entered after it, and none at all by a hearing "held" at a time that had not come when it was entered.
    """
    if held.kind != HEARING_HELD or (held.entered_at is not None and held.at > held.entered_at):
        return frozenset()
    known = [one for one in docket if one.kind in APPOINTMENTS and is_later(held, one)]
    slots = sorted((one.for_at, one.matter_id) for one in known if one.for_at is not None)
    day = _day(held.at, held.zone)
    before = {matter for at, matter in slots if _day(at, held.zone) < day}
    that_day = [(at, matter) for at, matter in slots if _day(at, held.zone) == day]
    by_then = [matter for at, matter in that_day if held.day_only or at <= held.at]
    return frozenset(before | set(by_then or [matter for _, matter in that_day[:1]]))


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
