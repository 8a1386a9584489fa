"""A surge: so many report at once that they are asked three questions only, and told how long others wait.

It begins by itself when many reports of the last half hour are not accepted yet, and lasts for an hour after that was
last so; or a coordinator begins it, for as long as they say. It always has an end. Everything that is told is kept and
rings as ever: fewer questions are all there is to it.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from alerts.events import SurgeBegan, SurgeEnded
from alerts.messages.outbox import enqueue
from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState, Surge
from alerts.telling.recipients import everybody_reachable
from alerts.telling.wording import time_ref
from cases.events import ReportReceived
from cases.models import Report
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from store.base import OWN, new_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

MANY: Final = 20
"""Reports that nobody has accepted, of the last ``LATELY``: more than so many are a surge."""
LATELY: Final = timedelta(minutes=30)
LASTS: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=12)
BY_LOAD: Final = "load"
STEPS: Final = (15, 30, 60, 120, 180, 240, 360, 720)
"""Minutes that are told, and beyond them whole days: nobody shall read our load off an exact figure."""
A_DAY: Final = 24 * 60


def surging(unit: UnitOfWork) -> Surge | None:
    """Return the surge that runs, if one does."""
    running = select(Surge).where(Surge.ended_at.is_(None), Surge.until > unit.now)
    return unit.session.scalars(running.order_by(Surge.began_at.desc()).limit(1)).one_or_none()


def feel_load(unit: UnitOfWork, event: Event) -> None:
    """A reaction to a report: begin a surge when too many wait, or have one go on that the load began. Repeatable."""
    if not isinstance(event, ReportReceived) or not _many_wait(unit):
        return
    running = surging(unit)
    if running is None:
        begin_surge(unit, BY_LOAD, unit.now + LASTS)
    elif running.began_by == BY_LOAD:
        running.until = max(running.until, unit.now + LASTS)


def begin_surge(unit: UnitOfWork, by: str, until: datetime) -> Surge:
    """Ask three questions only until an instant, twelve hours from now at most; what runs already ends now."""
    end_surge(unit, by)
    surge = Surge(id=new_id(), began_at=unit.now, until=min(until, unit.now + LONGEST), began_by=by)
    unit.session.add(surge)
    unit.session.flush()
    unit.record_last(SurgeBegan(case_id=None, surge_id=surge.id))
    return surge


def end_surge(unit: UnitOfWork, by: str) -> bool:
    """Ask everything again from now on; return whether a surge ran."""
    running = unit.session.scalars(
        select(Surge).where(Surge.ended_at.is_(None), Surge.until > unit.now).order_by(Surge.id).with_for_update(**OWN)
    ).all()
    for surge in running:
        surge.ended_at, surge.ended_by = unit.now, by
        unit.record_last(SurgeEnded(case_id=None, surge_id=surge.id))
    unit.session.flush()
    return bool(running)


def tell_surge(unit: UnitOfWork, event: Event) -> None:
    """A reaction: tell the coordinators, without a sound, that a surge has begun by itself, and until when."""
    if not isinstance(event, SurgeBegan):
        return
    surge = unit.session.get_one(Surge, event.surge_id)
    for way in everybody_reachable(unit, ("coordinator",)) if surge.began_by == BY_LOAD else ():
        enqueue(
            unit,
            way.chat,
            "staff.surge",
            language=way.language,
            values={"time": time_ref(surge.until)},
            silent=True,
            dedupe_key=f"surge:{surge.id}:{way.chat.id}",
        )


def wait_now(unit: UnitOfWork) -> str:
    """Return how many minutes a report waits for a person now, as a figure to be told.

    The longest of those that wait, since whenever; or, where it is longer, of those that were accepted lately. Never
    less, so that nobody is promised what does not hold.
    """
    sought = _reported().where(Need.state.in_(SOUGHT))
    oldest: datetime | None = unit.session.scalar(sought.with_only_columns(func.min(Need.opened_at)))
    lately = _reported().where(Need.state == NeedState.ACCEPTED, Need.accepted_at >= unit.now - LATELY)
    accepted = unit.session.execute(lately.with_only_columns(Need.accepted_at, Need.opened_at)).all()
    waits = [row.accepted_at - row.opened_at for row in accepted]
    return str(told_minutes(max([timedelta(0) if oldest is None else unit.now - oldest, *waits])))


def told_minutes(wait: timedelta) -> int:
    """Round a wait up to a figure that is told, never down, however long it is. Pure."""
    minutes = math.ceil(wait / timedelta(minutes=1))
    return next((step for step in STEPS if minutes <= step), A_DAY * math.ceil(minutes / A_DAY))


def _many_wait(unit: UnitOfWork) -> bool:
    waiting = _reported().where(Need.state.in_(SOUGHT), Need.opened_at >= unit.now - LATELY)
    found = unit.session.scalars(waiting.with_only_columns(Need.case_id).distinct().limit(MANY + 1)).all()
    return len(found) > MANY


def _reported() -> Select[Need]:
    """Searches for a coordinator for what somebody reported and that cannot wait until morning."""
    return (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .join(Report, Report.case_id == Need.case_id)
        .where(Alert.kind == CUSTODY, Need.kind == NeedKind.COORDINATOR, Need.urgency != Urgency.LATER)
    )
