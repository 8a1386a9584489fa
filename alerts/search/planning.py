"""Planning: from what is known of a case to the needs that are sought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from alerts.events import CanaryLost, ItemParked, NeedOpened, PoliciesReplaced
from alerts.messages.clusters import cluster_of
from alerts.messages.outbox import withdraw
from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState
from alerts.needs.company import HASTE
from alerts.policy.night import first_waking_hour
from alerts.policy.policies import ladder_of
from alerts.search import paging
from alerts.search.following_up import await_lawyer
from alerts.telling.settled import tell_settled
from cases.triage import assess
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from store.base import OWN, new_id
from store.timers import Timer, set_timer

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

FAULT = "fault"


def plan_alert(unit: UnitOfWork, event: Event, zone: str) -> None:
    """See that every human a case needs is being sought. Repeating it changes nothing; more words only add.

    A need that has become more urgent is looked at at once; none ever becomes less urgent.
    """
    if event.case_id is None:
        return
    assessment = assess(unit, event.case_id)
    alert = _alert(unit, event.case_id)
    _lock(unit, Need.alert_id == alert.id)
    for kind in sorted(assessment.needs):
        standing = _seats(unit, alert, kind)
        for need in standing:
            if HASTE[assessment.urgency] > HASTE[need.urgency]:
                hurry(unit, need, assessment.urgency)
        _open_seats(unit, alert, standing, (kind, assessment.urgency), zone)


def _lock(unit: UnitOfWork, which: ColumnElement[bool]) -> None:
    """Lock needs before any of them is changed or its timer wound, in the order in which everybody locks them."""
    found = select(Need).where(which).order_by(Need.id).with_for_update(**OWN)
    unit.session.scalars(found.execution_options(populate_existing=True)).all()


def _seats(unit: UnitOfWork, alert: Alert, kind: str) -> list[Need]:
    seats = select(Need).where(Need.alert_id == alert.id, Need.kind == kind).order_by(Need.seat)
    return list(unit.session.scalars(seats))


def _open_seats(unit: UnitOfWork, alert: Alert, standing: list[Need], sought: tuple[str, str], zone: str) -> None:
    """Open what is missing of the seats that the policy asks for. Numbers are never used twice."""
    kind, urgency = sought
    taken = sum(need.state != NeedState.CLOSED for need in standing)
    first = max((need.seat for need in standing), default=0) + 1
    missing = ladder_of(unit, kind, alert.case_id).accepts - taken
    for seat in range(first, first + missing):
        open_need(unit, alert, kind, Urgency(urgency), zone, seat=seat)


def set_places(unit: UnitOfWork, event: Event, zone: str) -> None:
    """When policies change, have as many seats sought as they ask for, wherever somebody is still sought.

    What is settled stays so: a new policy rings nobody for cases of long ago. Repeating it changes nothing.
    """
    if not isinstance(event, PoliciesReplaced):
        return
    searched = (
        select(Need.alert_id, Need.kind)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.state.in_(SOUGHT), Alert.kind == CUSTODY)
        .distinct()
    )
    rows = unit.session.execute(searched.order_by(Need.alert_id, Need.kind)).all()
    _lock(unit, Need.alert_id.in_({row.alert_id for row in rows}))
    for alert_id, kind in rows:
        alert = unit.session.get_one(Alert, alert_id)
        standing = _seats(unit, alert, kind)
        surplus = (
            sum(need.state != NeedState.CLOSED for need in standing) - ladder_of(unit, kind, alert.case_id).accepts
        )
        unwanted = [need for need in standing if need.state in SOUGHT][::-1][: max(surplus, 0)]
        for need in unwanted:
            close(unit, need)
        _open_seats(unit, alert, standing, (kind, standing[0].urgency), zone)


def close(unit: UnitOfWork, need: Need) -> None:
    """Seek no more: what was queued is withdrawn, and what was said is put right."""
    paging.close_need(unit, need.id)
    withdraw(unit, need.id)
    tell_settled(unit, need.id)


def _alert(unit: UnitOfWork, case_id: UUID) -> Alert:
    alert = unit.session.scalars(select(Alert).where(Alert.case_id == case_id, Alert.kind == CUSTODY)).one_or_none()
    if alert is None:
        cluster_id = cluster_of(unit, case_id)
        alert = Alert(
            id=new_id(),
            case_id=case_id,
            kind=CUSTODY,
            subject_id=case_id,
            cluster_id=cluster_id,
            opened_at=unit.now,
        )
        unit.session.add(alert)
        unit.session.flush()
    return alert


def open_need(unit: UnitOfWork, alert: Alert, kind: str, urgency: Urgency, zone: str, *, seat: int = 1) -> None:
    """Begin to seek a human: at once, or from the first waking hour of ``zone`` where it can wait."""
    need = Need(
        id=new_id(),
        alert_id=alert.id,
        case_id=alert.case_id,
        kind=kind,
        seat=seat,
        urgency=urgency,
        opened_at=unit.now,
    )
    unit.session.add(need)
    unit.session.flush()
    unit.record_last(NeedOpened(case_id=alert.case_id, need_id=need.id, need=kind, urgency=urgency))
    at = first_waking_hour(unit.now, zone) if urgency == Urgency.LATER else unit.now
    set_timer(unit, paging.TIMER, need.id, at)
    if kind == NeedKind.LAWYER and alert.kind == CUSTODY and need.case_id is not None:
        await_lawyer(unit, need.case_id)


def hurry(unit: UnitOfWork, need: Need, urgency: Urgency) -> None:
    """Have a need looked at at once that has become more urgent."""
    need.urgency = urgency
    unit.session.flush()
    if need.state in SOUGHT:
        paging.wind(unit, need.id)


def page_fault(unit: UnitOfWork, event: Event) -> None:
    """Page the coordinator on duty when something was parked (it may be somebody's first words) or a canary is lost.

    While an earlier page of this kind is unanswered, further ones add nothing, unless the search for somebody to answer
    it was parked itself: then that goes on.
    """
    if not isinstance(event, ItemParked | CanaryLost):
        return
    unanswered = unit.session.execute(
        select(Need.id, Timer.id.label("timer_id"), Timer.parked_at)
        .join(Alert, Alert.id == Need.alert_id)
        .outerjoin(Timer, and_(Timer.kind == paging.TIMER, Timer.subject_id == Need.id))
        .where(Alert.kind == FAULT, Need.state.in_(SOUGHT))
        .order_by(Need.id)
    ).all()
    for row in unanswered:
        is_about_itself = isinstance(event, ItemParked) and event.item_id == row.timer_id
        if row.parked_at is not None and not is_about_itself:
            paging.wind(unit, row.id)
    if unanswered:
        return
    fault_id, cluster_id = new_id(), cluster_of(unit, None)
    alert = Alert(id=fault_id, kind=FAULT, subject_id=fault_id, cluster_id=cluster_id, opened_at=unit.now)
    unit.session.add(alert)
    unit.session.flush()
    open_need(unit, alert, NeedKind.COORDINATOR, Urgency.NOW, "UTC")
