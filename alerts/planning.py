"""Planning: from what is known of a case to the needs that are sought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts import paging
from alerts.clusters import cluster_of
from alerts.events import ItemParked, NeedOpened
from alerts.models import Alert, Need, NeedState
from alerts.night import first_waking_hour
from cases.triage import assess
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from store.base import new_id
from store.timers import set_timer

if TYPE_CHECKING:
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

CUSTODY = "custody"
FAULT = "fault"
_OPEN = (NeedState.PAGING, NeedState.EXHAUSTED)
_HASTE = {str(Urgency.LATER): 0, str(Urgency.SOON): 1, str(Urgency.NOW): 2}


def plan_alert(unit: UnitOfWork, event: Event, zone: str) -> None:
    """See that every human a case needs is being sought. Repeating it changes nothing; more words only add.

    A need that has become more urgent is looked at at once; none ever becomes less urgent.
    """
    if event.case_id is None:
        return
    assessment = assess(unit, event.case_id)
    alert = _alert(unit, event.case_id)
    standing = {need.kind: need for need in unit.session.scalars(select(Need).where(Need.alert_id == alert.id))}
    for kind in sorted(assessment.needs):
        if kind not in standing:
            _open_need(unit, alert, kind, assessment.urgency, zone)
        elif _HASTE[assessment.urgency] > _HASTE[standing[kind].urgency]:
            _hurry(unit, standing[kind], assessment.urgency)


def _alert(unit: UnitOfWork, case_id: UUID) -> Alert:
    alert = unit.session.scalars(select(Alert).where(Alert.case_id == case_id, Alert.kind == CUSTODY)).one_or_none()
    if alert is None:
        cluster_id = cluster_of(unit, case_id)
        alert = Alert(id=new_id(), case_id=case_id, kind=CUSTODY, cluster_id=cluster_id, opened_at=unit.now)
        unit.session.add(alert)
        unit.session.flush()
    return alert


def _open_need(unit: UnitOfWork, alert: Alert, kind: str, urgency: Urgency, zone: str) -> None:
    need = Need(id=new_id(), alert_id=alert.id, case_id=alert.case_id, kind=kind, urgency=urgency, opened_at=unit.now)
    unit.session.add(need)
    unit.session.flush()
    unit.record(NeedOpened(case_id=alert.case_id, need_id=need.id, need=kind, urgency=urgency))
    at = first_waking_hour(unit.now, zone) if urgency == Urgency.LATER else unit.now
    set_timer(unit, paging.TIMER, need.id, at)


def _hurry(unit: UnitOfWork, need: Need, urgency: Urgency) -> None:
    need.urgency = urgency
    unit.session.flush()
    if need.state in _OPEN:
        paging.wind(unit, need.id)


def page_fault(unit: UnitOfWork, event: Event) -> None:
    """Page the coordinator on duty when something was parked: it may be somebody's first words.

    While an earlier page of this kind is unanswered, further ones add nothing.
    """
    if not isinstance(event, ItemParked):
        return
    unanswered = (
        select(Need.id).join(Alert, Alert.id == Need.alert_id).where(Alert.kind == FAULT, Need.state.in_(_OPEN))
    )
    if unit.session.scalars(unanswered.limit(1)).first() is not None:
        return
    alert = Alert(id=new_id(), case_id=None, kind=FAULT, cluster_id=cluster_of(unit, None), opened_at=unit.now)
    unit.session.add(alert)
    unit.session.flush()
    _open_need(unit, alert, NeedKind.COORDINATOR, Urgency.NOW, "UTC")
