"""The promise to a family: when they hear from us next, also where nothing is new. It is a watch like any other.

Watches for the family open by themselves as well, so that somebody thinks of them. Those were promised to nobody. What
a person promised is in the log (:class:`~cases.docket.events.FamilyPromised`), and only that is ever told to a family.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select

from cases.changed import ChangedMeanwhileError, refuse_unless_seen
from cases.docket.events import FamilyPromised
from cases.docket.models import Watch, WatchState
from cases.docket.vocabulary import FAMILY, WatchKind
from cases.docket.watches import end_watches, keep_watch, open_watch
from cases.docket.watching import PlannedWatch
from cases.models import Case
from cases.retention import open_again
from store.base import OWN
from store.eventlog import EventRow

if TYPE_CHECKING:
    from uuid import UUID

    from cases.changed import Version
    from store.unit_of_work import UnitOfWork

MORNING: Final = time(9, 0)
FARTHEST: Final = timedelta(days=31)
"""No family is told to wait longer than a month for a word."""


class PromiseError(ValueError):
    """A promise that cannot be kept; the message says why."""


def tomorrow_morning(now: datetime, zone: str) -> datetime:
    """Return nine o'clock of the next day in a zone, by the clock of ``now`` (aware). Pure."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() + timedelta(days=1), MORNING, ZoneInfo(zone)).astimezone(now.tzinfo)


def promise_update(unit: UnitOfWork, case_id: UUID, at: datetime, *, seen: Version) -> UUID:
    """Promise the family a word by ``at``, in the place of what was promised before; return the watch's id.

    What is promised for that minute already stays as it is; a closed case is open again, for who was promised something
    is told of it, and reminded of. ``seen``: the promise that was shown to who makes this one.
    Raises PromiseError for a time that is over or too far, ChangedMeanwhileError where somebody else has promised, or
    kept the promise, since.
    """
    if not unit.now < at <= unit.now + FARTHEST:
        raise PromiseError("a promise is for a time that is still to come, within a month")
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    standing = promise_of(unit, case_id)
    refuse_unless_seen(seen, None if standing is None else standing.id)
    if standing is not None and _minute(standing.due_at) == _minute(at) and is_promised(unit, standing):
        return standing.id
    open_again(unit, case_id)
    end_watches(unit, case_id, [WatchKind.FAMILY_UPDATE])
    # About the case, not about what opened a watch before it: what is put right there takes back no promise.
    same = (Watch.matter_id == case_id, Watch.kind == WatchKind.FAMILY_UPDATE)
    number = 1 + (unit.session.scalar(select(func.max(Watch.number)).where(*same)) or 0)
    planned = PlannedWatch(WatchKind.FAMILY_UPDATE, number, at, FAMILY.pages, FAMILY.every)
    open_watch(unit, case_id, case_id, planned)
    made = promise_of(unit, case_id)
    if made is None:
        raise LookupError("what was just promised is not there")
    unit.record_last(FamilyPromised(case_id=case_id, watch_id=made.id))
    return made.id


def family_told(unit: UnitOfWork, case_id: UUID, by: str, *, seen: Version) -> None:
    """Note that the family was told; the next word is promised with it. Raises ChangedMeanwhileError."""
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    standing = promise_of(unit, case_id)
    if standing is None:
        raise ChangedMeanwhileError(None)
    refuse_unless_seen(seen, standing.id)
    keep_watch(unit, standing, by)


def promise_of(unit: UnitOfWork, case_id: UUID) -> Watch | None:
    """Return the promise that stands: the one that was missed, else the next."""
    rows = unit.session.scalars(
        select(Watch)
        .where(
            Watch.case_id == case_id,
            Watch.kind == WatchKind.FAMILY_UPDATE,
            Watch.state.in_((WatchState.WAITING, WatchState.MISSED)),
        )
        .order_by(Watch.due_at, Watch.id)
    )
    return rows.first()


def promised_word(unit: UnitOfWork, case_id: UUID) -> Watch | None:
    """Return what a person has promised the family; None where nobody has, or its time is over."""
    standing = promise_of(unit, case_id)
    return standing if standing is not None and is_promised(unit, standing) else None


def owes_a_word(unit: UnitOfWork, case_id: UUID) -> bool:
    """Whether the family was promised a word by a person, and has not been told since, in time or not."""
    standing = promise_of(unit, case_id)
    return standing is not None and _was_given(unit, standing)


def is_promised(unit: UnitOfWork, watch: Watch) -> bool:
    """Whether a person promised the family what is watched for, and its time is still to come."""
    return watch.state == WatchState.WAITING and watch.due_at > unit.now and _was_given(unit, watch)


def _was_given(unit: UnitOfWork, watch: Watch) -> bool:
    made = exists().where(
        EventRow.case_id == watch.case_id,
        EventRow.name == FamilyPromised.__name__,
        EventRow.payload["watch_id"].as_string() == str(watch.id),
    )
    return bool(unit.session.scalar(select(made)))


def _minute(at: datetime) -> datetime:
    """What a person is shown of an instant."""
    return at.replace(second=0, microsecond=0)
