"""Who must know of an incident: its coordinators are asked once for all of it, its lawyers for each person.

Every case has needs of its own, as any case. Of the coordinators' needs of one incident only the first that is open is
searched for, and whoever accepts it has all of them (:mod:`alerts.needs.company`): a raid rings each coordinator once,
and the ladder is climbed once. Lawyers are asked for each person, in bundles (:mod:`alerts.sending.crowd`): one cannot
stand for sixty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from alerts.events import NeedOpened
from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState
from alerts.needs.company import ASKED_ONCE, company_of, others_like, rank
from alerts.needs.seats import is_of_custody
from alerts.policy.policies import ladder_of
from cases.identity.suggesting import of_one_person
from cases.incidents.models import IncidentCase
from cases.models import Case
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from store.base import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Select

    from store.unit_of_work import UnitOfWork


def open_alerts(unit: UnitOfWork, incident_id: UUID, case_ids: Sequence[UUID]) -> list[Need]:
    """Have a coordinator sought for an incident, and a lawyer for each of some cases of it that nobody knows of yet.

    Return the needs, of which no timer is wound. All of it is one cluster: another arrest at the same place is heard of
    at once. Repeating it opens nothing twice.
    """
    known = set(unit.session.scalars(select(Alert.case_id).where(Alert.case_id.in_(case_ids), Alert.kind == CUSTODY)))
    alerts = [
        Alert(
            id=new_id(),
            case_id=case_id,
            kind=CUSTODY,
            subject_id=case_id,
            cluster_id=incident_id,
            opened_at=unit.now,
        )
        for case_id in case_ids
        if case_id not in known
    ]
    unit.session.add_all(alerts)
    unit.session.flush()
    seats = {kind: ladder_of(unit, kind, case_ids[0]).accepts for kind in (NeedKind.COORDINATOR, NeedKind.LAWYER)}
    needs = [
        Need(
            id=new_id(),
            alert_id=alert.id,
            case_id=alert.case_id,
            kind=str(kind),
            seat=seat,
            urgency=str(Urgency.NOW),
            state=NeedState.PAGING,
            opened_at=unit.now,
        )
        for alert in alerts
        for kind in seats
        for seat in range(1, seats[kind] + 1)
    ]
    unit.session.add_all(needs)
    unit.session.flush()
    for need in needs:
        unit.record_last(NeedOpened(case_id=need.case_id, need_id=need.id, need=need.kind, urgency=need.urgency))
    return needs


def another_speaks_for(unit: UnitOfWork, need: Need) -> bool:
    """Whether a search like it, that comes before this one among those of the same incident, is open as well.

    What is to be said of all of them that are open is said of the first alone, with the number of the others.
    """
    if not is_of_custody(unit, need):
        return False
    others = _rest(need).with_only_columns(Need.id, Need.urgency)
    mine = rank(need.urgency, need.id)
    return any(rank(urgency, need_id) < mine for need_id, urgency in unit.session.execute(others))


def open_beside(unit: UnitOfWork, need: Need) -> int:
    """Return for how many others a human of this kind is sought with this one; 0 for a case that stands alone."""
    if not is_of_custody(unit, need):
        return 0
    return unit.session.scalar(_others(unit, need).with_only_columns(func.count())) or 0


def asked_with(unit: UnitOfWork, need: Need) -> list[str]:
    """Return the codes of the cases for which a page of this need stands, its own first; only its own for most."""
    own = unit.session.scalars(select(Case.code).where(Case.id == need.case_id)).one()
    if need.kind not in ASKED_ONCE or not is_of_custody(unit, need):
        return [own]
    others = _others(unit, need).join(Case, Case.id == Need.case_id)
    return [own, *unit.session.scalars(others.with_only_columns(Case.code).order_by(Need.id))]


def comes_together(unit: UnitOfWork, need: Need) -> bool:
    """Whether what is asked about a case is likely asked about others of its incident in the same moment."""
    in_one = exists().where(IncidentCase.case_id == need.case_id)
    return need.case_id is not None and bool(unit.session.scalar(select(in_one)))


def _others(unit: UnitOfWork, need: Need) -> Select[Need]:
    """The open searches like it for other people of its company or, where each is asked for, of its incident."""
    if need.kind not in ASKED_ONCE or need.case_id is None:
        return _rest(need)
    others = company_of(unit, need) - of_one_person(unit, [need.case_id])
    return _open_like(need).where(Need.case_id.in_(others))


def _rest(need: Need) -> Select[Need]:
    """The other open searches like it in the same incident."""
    own = select(IncidentCase.incident_id).where(IncidentCase.case_id == need.case_id).scalar_subquery()
    in_it = select(IncidentCase.case_id).where(IncidentCase.incident_id == own)
    return _open_like(need).where(Need.case_id.in_(in_it))


def _open_like(need: Need) -> Select[Need]:
    """The other open searches for a human of this kind and seat."""
    return others_like(need).where(Need.state.in_(SOUGHT))
