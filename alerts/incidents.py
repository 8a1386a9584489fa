"""Who must know of an incident: its coordinators are asked once for all of it, its lawyers for each person.

Every case has needs of its own, as any case. Of the coordinators' needs of one incident only the first that is open is
searched for, as with seats; whoever accepts it has all of them: a raid rings each coordinator once, and the ladder is
climbed once. Lawyers are asked for each person, in bundles (:mod:`alerts.crowd`): one cannot stand for sixty.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import aliased

from alerts.events import NeedAccepted, NeedOpened
from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.outbox import withdraw
from alerts.policies import ladder_of
from alerts.seats import OPEN, taken
from cases.identity.suggesting import of_one_person
from cases.incidents.models import IncidentCase
from cases.models import Case
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from store.base import OWN, new_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from store.unit_of_work import UnitOfWork

LOOK_AGAIN: Final = timedelta(minutes=5)
"""So often a need that waits for another of its incident looks whether that one still stands before it."""
ASKED_ONCE: Final = frozenset({NeedKind.COORDINATOR})
"""Kinds of humans that an incident needs once, not for each person."""


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


def waits_for_its_incident(unit: UnitOfWork, need: Need) -> bool:
    """Whether another need of the same incident, before this one, is searched for and stands for this one too."""
    return need.kind in ASKED_ONCE and another_speaks_for(unit, need)


def another_speaks_for(unit: UnitOfWork, need: Need) -> bool:
    """Whether a need like it, of somebody before this one on the list of the same incident, is open as well.

    What is to be said of all of them that are open is said of the first alone, with the number of the others.
    """
    if not _is_of_custody(unit, need):
        return False
    mine = aliased(IncidentCase)
    earlier = (
        _alike(need)
        .join(mine, mine.incident_id == IncidentCase.incident_id)
        .where(mine.case_id == need.case_id, IncidentCase.number < mine.number, Need.state.in_(OPEN))
    )
    return unit.session.scalar(earlier.with_only_columns(Need.id).limit(1)) is not None


def open_beside(unit: UnitOfWork, need: Need) -> int:
    """Return for how many others of the incident a human of this kind is sought; 0 for a case that stands alone."""
    if not _is_of_custody(unit, need):
        return 0
    others = _rest(need, Need.state.in_(OPEN)).with_only_columns(func.count())
    return unit.session.scalar(others) or 0


def asked_with(unit: UnitOfWork, need: Need) -> list[str]:
    """Return the codes of the cases for which a page of this need stands, its own first; only its own for most."""
    own = unit.session.scalars(select(Case.code).where(Case.id == need.case_id)).one()
    if need.kind not in ASKED_ONCE or not _is_of_custody(unit, need):
        return [own]
    others = _rest(need, Need.state.in_(OPEN)).join(Case, Case.id == Need.case_id)
    return [own, *unit.session.scalars(others.with_only_columns(Case.code).order_by(IncidentCase.number))]


def comes_together(unit: UnitOfWork, need: Need) -> bool:
    """Whether what is asked about a case is likely asked about others of its incident in the same moment."""
    in_one = exists().where(IncidentCase.case_id == need.case_id)
    return need.case_id is not None and bool(unit.session.scalar(select(in_one)))


def company_of(unit: UnitOfWork, need: Need) -> frozenset[UUID]:
    """Return the other cases whose need of this kind is settled with this one; none for what is due.

    Those that people said are of the same person; and, where an incident is asked once, the others of the incident,
    with whoever is one person with them.
    """
    if need.case_id is None or not _is_of_custody(unit, need):
        return frozenset()
    found: frozenset[UUID] = frozenset({need.case_id})
    while True:
        company = _mates(unit, found) if need.kind in ASKED_ONCE else found
        wider = of_one_person(unit, company)
        if wider == company:
            return company - {need.case_id}
        found = wider


def _mates(unit: UnitOfWork, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Some cases and all that are in an incident with one of them."""
    theirs = select(IncidentCase.incident_id).where(IncidentCase.case_id.in_(case_ids))
    mates = select(IncidentCase.case_id).where(IncidentCase.incident_id.in_(theirs))
    return frozenset(case_ids) | frozenset(unit.session.scalars(mates))


def lock_with_its_company(unit: UnitOfWork, need: Need) -> None:
    """Lock all that is taken together before any of it is: of two who accept at once neither waits in a circle."""
    company = company_of(unit, need)
    if company and need.case_id is not None:
        all_of_it = {need.case_id, *company}
        found = select(Need).where(Need.case_id.in_(all_of_it), Need.kind == need.kind).order_by(Need.id)
        unit.session.scalars(found.with_for_update(**OWN).execution_options(populate_existing=True)).all()


def take_the_rest(unit: UnitOfWork, need: Need, contact_id: UUID) -> list[UUID]:
    """Give whoever has just accepted a need all that is settled with it and that nobody has; return those.

    Not where they have another seat of the same case. Of two who accept at once each has whatever was still free.
    """
    company = company_of(unit, need)
    if not company:
        return []
    seated = aliased(Need)
    has_a_seat = exists().where(seated.alert_id == Need.alert_id, seated.accepted_by == contact_id)
    free = _beside(need, company).where(Need.state.in_(OPEN), ~has_a_seat)
    ids = unit.session.scalars(free.with_only_columns(Need.id).order_by(Need.id).with_for_update(**OWN, of=Need)).all()
    if not ids:
        return []
    won = unit.session.execute(
        update(Need)
        .where(Need.id.in_(ids), Need.state.in_(OPEN))
        .values(**taken(contact_id, unit.now))
        .returning(Need.id, Need.case_id, Need.kind)
        .execution_options(synchronize_session="fetch")
    ).all()
    withdraw(unit, *(row.id for row in won))
    for row in won:
        unit.record_last(NeedAccepted(case_id=row.case_id, need_id=row.id, need=row.kind, contact_id=contact_id))
    return [row.id for row in won]


def held_beside(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the other needs of its company that the same person has: they are followed up as one."""
    company = company_of(unit, need) if need.accepted_by is not None else None
    if not company:
        return []
    held = _beside(need, company).where(Need.state == NeedState.ACCEPTED, Need.accepted_by == need.accepted_by)
    return list(unit.session.scalars(held.order_by(Need.id)))


def every_beside(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the other needs of its company, whoever has them."""
    company = company_of(unit, need)
    return list(unit.session.scalars(_beside(need, company).order_by(Need.id))) if company else []


def leads(need: Need, beside: Sequence[Need]) -> bool:
    """Whether a need is the one by which all those held beside it are followed up. Pure."""
    return all(need.id < other.id for other in beside)


def _beside(need: Need, case_ids: Collection[UUID]) -> Select[Need]:
    """Needs of custody of this kind and seat in some cases."""
    return (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Alert.kind == CUSTODY,
            Need.kind == need.kind,
            Need.seat == need.seat,
            Need.id != need.id,
            Need.case_id.in_(case_ids),
        )
    )


def _alike(need: Need) -> Select[Need]:
    """Needs of custody of this kind and seat, in cases of an incident."""
    return (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .join(IncidentCase, IncidentCase.case_id == Need.case_id)
        .where(Alert.kind == CUSTODY, Need.kind == need.kind, Need.seat == need.seat, Need.id != need.id)
    )


def _rest(need: Need, *which: ColumnElement[bool]) -> Select[Need]:
    """The others like it in the same incident."""
    own = select(IncidentCase.incident_id).where(IncidentCase.case_id == need.case_id).scalar_subquery()
    return _alike(need).where(IncidentCase.incident_id == own, *which)


def _is_of_custody(unit: UnitOfWork, need: Need) -> bool:
    return need.case_id is not None and unit.session.get_one(Alert, need.alert_id).kind == CUSTODY


def people_of(unit: UnitOfWork, incident_id: UUID) -> int:
    """Return how many people an incident has; a report that told of them is none."""
    people = select(func.count()).where(IncidentCase.incident_id == incident_id, IncidentCase.number > 0)
    return unit.session.scalar(people) or 0
