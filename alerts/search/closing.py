"""What follows when a case is closed: nobody is asked about it any more, and nobody reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from alerts.messages.outbox import enqueue
from alerts.models import SOUGHT, Need, NeedState
from alerts.search.planning import close
from alerts.telling.recipients import everybody_reachable
from alerts.telling.wording import day_ref
from cases.events import CaseClosed
from cases.models import Case
from cases.retention import is_closed
from store.base import OWN
from store.timers import Timer

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def stop_asking_about(unit: UnitOfWork, event: Event) -> None:
    """Seek and remind nobody any more for a closed case. Repeating it changes nothing."""
    if not isinstance(event, CaseClosed) or not is_closed(unit, event.case_id):
        return
    of_it = select(Need).where(Need.case_id == event.case_id).order_by(Need.id).with_for_update(**OWN)
    needs = unit.session.scalars(of_it.execution_options(populate_existing=True)).all()
    for need in needs:
        if need.state in SOUGHT:
            close(unit, need)
    ids = [need.id for need in needs if need.state in (NeedState.ACCEPTED, NeedState.CLOSED)]
    unit.session.execute(update(Timer).where(Timer.subject_id.in_(ids)).values(due_at=None, fence=None))


def warn_of_erasure(unit: UnitOfWork, case_id: UUID, on: datetime) -> int:
    """Tell every coordinator that a closed case is to be erased, and what to do; return how many were told."""
    code = unit.session.get_one(Case, case_id).code
    told = [
        enqueue(
            unit,
            way.chat,
            "staff.erase_soon",
            language=way.language,
            values={"code": code, "day": day_ref(max(on, unit.now))},
            dedupe_key=f"erase_soon:{case_id}:{unit.now:%Y-%m-%d}:{way.contact.id}",
        )
        for way in everybody_reachable(unit, ("coordinator",))
    ]
    return sum(one is not None for one in told)
