"""From the overrides a roster was written with to those the calendar is worked out with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from contacts.roster import Override, first_shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from alerts.policy.model import RosterSpec

_NEXT = timedelta(microseconds=1)


def overrides_of(spec: RosterSpec, member_id: Callable[[str], str], written_at: datetime) -> tuple[Override, ...]:
    """The overrides of a roster in a document of ``written_at`` (aware), with members by id.

    Of two that overlap the one written later wins, and so does whatever was agreed after the document. A local time
    means the first instant at which the clock shows it or later; one that begins and ends within an hour that is
    skipped is nobody's.
    """
    zone = ZoneInfo(spec.timezone)
    written = [
        (one.member, first_shown(one.from_, zone), first_shown(one.until, zone), written_at + place * _NEXT)
        for place, one in enumerate(spec.overrides)
    ]
    return tuple(Override(member_id(name), *times) for name, *times in written if times[0] < times[1])
