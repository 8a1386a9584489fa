"""The list of incidents that an account may know of: codes and figures, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, exists, func, or_, select

from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState
from alerts.screens.opening import latest_access
from alerts.telling.case_list import SEES_ALL, taken_by
from cases.docket.clocks import INFO
from cases.docket.models import Deadline, DeadlineState
from cases.incidents.models import Incident, IncidentCase
from cases.models import Case

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork

MOST_LISTED: Final = 50


@dataclass(frozen=True)
class ListedIncident:
    """One incident in the list: figures and codes."""

    code: str
    measure: str
    happened_at: datetime
    zone: str
    opened_at: datetime
    people: int
    without_lawyer: int
    unclaimed: bool
    next_at: datetime | None


def incidents_listed(unit: UnitOfWork, who: SignedIn) -> list[ListedIncident]:
    """Return the incidents somebody may know of, newest first; under duress none. One statement."""
    if who.contact_id is None or who.duress:
        return []
    in_it = IncidentCase.incident_id == Incident.id
    people = select(func.count()).where(in_it, IncidentCase.number > 0).correlate(Incident).scalar_subquery()
    soonest = (
        select(func.min(Deadline.safe_at))
        .join(IncidentCase, IncidentCase.case_id == Deadline.case_id)
        .where(in_it, Deadline.state == DeadlineState.RUNNING, Deadline.severity != INFO)
        .correlate(Incident)
        .scalar_subquery()
    )
    no_lawyer = (
        select(func.count(func.distinct(IncidentCase.case_id)))
        .where(in_it, IncidentCase.number > 0, _sought_in_vain("lawyer"))
        .correlate(Incident)
        .scalar_subquery()
    )
    unclaimed = exists().where(in_it, _sought_in_vain("coordinator")).correlate(Incident)
    listed = select(Incident, people, no_lawyer, unclaimed, soonest)
    if who.role != SEES_ALL:
        mine = or_(taken_by(who.contact_id), latest_access(who.contact_id, unit.now).is_not(None))
        listed = listed.where(exists().where(in_it, Case.id == IncidentCase.case_id, mine).correlate(Incident))
    newest = listed.order_by(Incident.opened_at.desc(), Incident.id.desc()).limit(MOST_LISTED)
    return [
        ListedIncident(
            row.code, row.measure, row.happened_at, row.zone, row.opened_at, count, lacking, bool(free), next_at
        )
        for row, count, lacking, free, next_at in unit.session.execute(newest)
    ]


def _sought_in_vain(kind: str) -> ColumnElement[bool]:
    """Of a case of an incident: somebody of this kind is sought, and none has it."""
    of_it = and_(Need.case_id == IncidentCase.case_id, Need.alert_id == Alert.id, Alert.kind == CUSTODY)
    open_ = exists().where(of_it, Need.kind == kind, Need.state.in_(SOUGHT))
    has = exists().where(of_it, Need.kind == kind, Need.state == NeedState.ACCEPTED)
    return and_(open_.correlate(IncidentCase), ~has.correlate(IncidentCase))
