"""A list becomes an incident: cases, clocks, and everybody who must know is being asked, in one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.needs.company import LOOK_AGAIN, look_at
from alerts.needs.incidents import open_alerts
from alerts.search.acks import accept_need
from alerts.search.paging import TIMER
from cases.docket.entering import When
from cases.incidents.models import IncidentCase
from cases.incidents.opening import MEASURES, Happening, add_people, gather, open_incident
from cases.models import Case
from cases.urgency import Need as NeedKind
from store.timers import set_timers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from alerts.messages.clusters import Proposed
    from cases.incidents.models import Incident
    from cases.incidents.reading import Piece
    from store.unit_of_work import UnitOfWork


def take_in(
    unit: UnitOfWork,
    happening: Happening,
    people: Sequence[Piece],
    *,
    unread: Sequence[str] = (),
    report: UUID | None = None,
    taken_by: UUID | None = None,
) -> Incident:
    """Make an incident and have it known; as :func:`cases.incidents.opening.open_incident`.

    ``taken_by``: a coordinator who has all of it from now on; no other is asked then. Lawyers are, for each person.
    """
    incident = open_incident(unit, happening, people, unread=unread, report=report, taken_by=taken_by)
    _ask(unit, incident.id, _cases_of(unit, incident.id), taken_by)
    return incident


def take_in_more(
    unit: UnitOfWork,
    incident_id: UUID,
    happening: Happening,
    people: Sequence[Piece],
    *,
    taken_by: UUID | None = None,
) -> list[UUID]:
    """Add people to an incident, as :func:`take_in` does; return their cases."""
    case_ids = add_people(unit, incident_id, happening, people)
    _ask(unit, incident_id, case_ids, taken_by)
    return case_ids


def gather_reports(unit: UnitOfWork, proposed: Proposed) -> Incident:
    """Make one incident of reports that a coordinator says are of one; each goes on as it is. Raises IncidentError.

    Coordinators are asked for all that is still open of them at once from now on, as :mod:`alerts.needs.incidents`
    says.
    """
    rows = select(Case.id).where(Case.code.in_(proposed.codes)).order_by(Case.opened_at, Case.id)
    case_ids = list(unit.session.scalars(rows))
    language = unit.session.get_one(Case, case_ids[0]).language
    happening = Happening(MEASURES[0], When(proposed.first_at), proposed.zone, language, region=proposed.region)
    incident = gather(unit, happening, case_ids)
    look_at(unit, _cases_of(unit, incident.id))
    return incident


def _ask(unit: UnitOfWork, incident_id: UUID, case_ids: Sequence[UUID], taken_by: UUID | None) -> None:
    needs = open_alerts(unit, incident_id, case_ids)
    coordinators = [need.id for need in needs if need.kind == NeedKind.COORDINATOR]
    others = [need.id for need in needs if need.kind != NeedKind.COORDINATOR]
    at_once, later = [*coordinators[:1], *others], coordinators[1:]
    set_timers(unit, TIMER, dict.fromkeys(at_once, unit.now) | dict.fromkeys(later, unit.now + LOOK_AGAIN))
    if taken_by is not None and coordinators:
        accept_need(unit, coordinators[0], taken_by)


def _cases_of(unit: UnitOfWork, incident_id: UUID) -> list[UUID]:
    rows = select(IncidentCase.case_id).where(IncidentCase.incident_id == incident_id).order_by(IncidentCase.number)
    return list(unit.session.scalars(rows))
