"""Company: searches that are settled together, and which of them is carried on while the others wait.

Of the same person, whatever cases tell of them; and, for whoever is asked once for a whole incident, of all its people
and of whoever is one person with them. It holds from both sides alike, so that cases fall into companies.

Of the open searches of a company (of one kind and seat, and whose turn has come) exactly one is carried on: the first
by :func:`rank`, one order for all of them, however they came together. So nobody waits for somebody who waits for them,
and what cannot wait never waits for what can. Whoever accepts has all of the company that nobody has, but for what they
must not have.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from alerts.events import NeedAccepted
from alerts.messages.giving_up import TIMER
from alerts.messages.outbox import withdraw
from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState
from alerts.needs.conflicts import cases_in_conflict
from alerts.needs.seats import is_of_custody, taken
from cases.identity.suggesting import of_one_person
from cases.incidents.models import IncidentCase
from cases.retention import Retention
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.models import Contact
from store.base import OWN
from store.timers import set_timers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from store.unit_of_work import UnitOfWork

LOOK_AGAIN: Final = timedelta(minutes=5)
"""So often a search that waits for another looks whether that one still stands before it."""
ASKED_ONCE: Final = frozenset({NeedKind.COORDINATOR})
"""Kinds of humans that an incident needs once, not for each person."""
HASTE: Final = {str(Urgency.LATER): 0, str(Urgency.SOON): 1, str(Urgency.NOW): 2}
"""How urgent a search is, as a number: the higher, the sooner."""


def rank(urgency: str, need_id: UUID) -> tuple[int, UUID]:
    """Return the place of a search among those of its company: the most urgent first, then the oldest. Pure.

    Never the same for two, and the same whoever asks: of any that are open exactly one is the first.
    """
    return -HASTE[urgency], need_id


def company_of(unit: UnitOfWork, need: Need) -> frozenset[UUID]:
    """Return the other cases whose need of this kind is settled with this one; none for what is due."""
    if need.case_id is None or not is_of_custody(unit, need):
        return frozenset()
    return company_of_cases(unit, need.kind, [need.case_id]) - {need.case_id}


def company_of_cases(unit: UnitOfWork, kind: str, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return some cases and all whose need of a kind is settled with that of one of them."""
    found = frozenset(case_ids)
    while True:
        company = _mates(unit, found) if kind in ASKED_ONCE else found
        wider = of_one_person(unit, company)
        if wider == company:
            return company
        found = wider


def _mates(unit: UnitOfWork, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Some cases and all that are in an incident with one of them."""
    theirs = select(IncidentCase.incident_id).where(IncidentCase.case_id.in_(case_ids))
    mates = select(IncidentCase.case_id).where(IncidentCase.incident_id.in_(theirs))
    return frozenset(case_ids) | frozenset(unit.session.scalars(mates))


def of_an_open_case() -> ColumnElement[bool]:
    """That the case of a need is not closed: of one that is nobody is asked, handed over or reminded."""
    return ~exists().where(Retention.case_id == Need.case_id, Retention.closed_at.is_not(None))


def waits_for_its_company(unit: UnitOfWork, need: Need) -> bool:
    """Whether another search of its company comes before this open one: whoever accepts that has this as well.

    One that waits for an earlier seat of its own case is not carried on, so that nobody waits for it.
    """
    company = company_of(unit, need)
    if not company:
        return False
    seat = aliased(Need)
    waits_its_turn = exists().where(
        seat.alert_id == Need.alert_id, seat.kind == Need.kind, seat.seat < Need.seat, seat.state.in_(SOUGHT)
    )
    carried_on = _beside(need, company).where(Need.state.in_(SOUGHT), ~waits_its_turn)
    sought = carried_on.with_only_columns(Need.id, Need.urgency)
    mine = rank(need.urgency, need.id)
    return any(rank(urgency, need_id) < mine for need_id, urgency in unit.session.execute(sought))


def look_at(unit: UnitOfWork, case_ids: Collection[UUID], kind: str | None = None) -> None:
    """Have every open search of custody of some cases looked at now: who stands for whom may have changed.

    What can wait until morning goes on waiting (:func:`alerts.search.paging.escalate`).
    """
    sought = (
        select(Need.id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.case_id.in_(case_ids), Alert.kind == CUSTODY, Need.state.in_(SOUGHT))
        .order_by(Need.id)
        .with_for_update(**OWN, of=Need)
    )
    of_kind = sought if kind is None else sought.where(Need.kind == kind)
    set_timers(unit, TIMER, dict.fromkeys(unit.session.scalars(of_kind).all(), unit.now))


def lock_with_its_company(unit: UnitOfWork, need_id: UUID) -> Need:
    """Lock a need and all that is settled with it, in the order in which everybody locks needs; return it as it is now.

    To be done before any of them is changed: of two who do so at once neither waits in a circle.
    """
    lock_with_their_company(unit, [need_id])
    return unit.session.get_one(Need, need_id)


def lock_with_their_company(unit: UnitOfWork, need_ids: Collection[UUID]) -> None:
    """Do for several needs, by one statement, as :func:`lock_with_its_company` does for one."""
    rows = unit.session.execute(
        select(Need.kind, Need.case_id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.id.in_(need_ids), Alert.kind == CUSTODY, Need.case_id.is_not(None))
    ).all()
    together = [
        and_(Need.kind == kind, Need.case_id.in_(company))
        for kind in sorted({row.kind for row in rows})
        if len(company := company_of_cases(unit, kind, {row.case_id for row in rows if row.kind == kind})) > 1
    ]
    found = select(Need).where(or_(Need.id.in_(need_ids), *together)).order_by(Need.id)
    unit.session.scalars(found.with_for_update(**OWN).execution_options(populate_existing=True)).all()


def take_the_rest(unit: UnitOfWork, need: Need, contact_id: UUID) -> list[UUID]:
    """Give whoever has just accepted a need all that is settled with it and that nobody has; return those.

    Not where they have another seat of the same case, nor where their interests conflict with it. What is left is
    looked at at once: other seats, and cases that others must be asked for. Their company is locked.
    """
    company = company_of(unit, need)
    if not company:
        return []
    barred = cases_in_conflict(unit, unit.session.get_one(Contact, contact_id), company)
    seated = aliased(Need)
    has_a_seat = exists().where(seated.alert_id == Need.alert_id, seated.accepted_by == contact_id)
    free = _beside(need, company - barred).where(Need.state.in_(SOUGHT), ~has_a_seat)
    ids = unit.session.scalars(free.with_only_columns(Need.id).order_by(Need.id).with_for_update(**OWN, of=Need)).all()
    won = unit.session.execute(
        update(Need)
        .where(Need.id.in_(ids), Need.state.in_(SOUGHT))
        .values(**taken(contact_id, unit.now))
        .returning(Need.id, Need.case_id, Need.kind)
        .execution_options(synchronize_session="fetch")
    ).all()
    withdraw(unit, *(row.id for row in won))
    look_at(unit, company, need.kind)
    same_person = of_one_person(unit, [need.case_id]) if won and need.case_id is not None else frozenset()
    for row in won:
        came_with = need.case_id if row.case_id in same_person else None
        unit.record_last(
            NeedAccepted(case_id=row.case_id, need_id=row.id, need=row.kind, contact_id=contact_id, came_with=came_with)
        )
    return [row.id for row in won]


def held_beside(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the other needs of its company that the same person has, of cases that are open."""
    company = company_of(unit, need) if need.accepted_by is not None else None
    if not company:
        return []
    held = _beside(need, company).where(Need.state == NeedState.ACCEPTED, Need.accepted_by == need.accepted_by)
    return list(unit.session.scalars(held.order_by(Need.id)))


def every_beside(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return the other needs of its company, whoever has them, of cases that are open."""
    company = company_of(unit, need)
    return list(unit.session.scalars(_beside(need, company).order_by(Need.id))) if company else []


def leads(need: Need, beside: Sequence[Need]) -> bool:
    """Whether a need is the one by which all those held beside it are followed up: the first that was taken. Pure."""
    return all(_taken_first(need) < _taken_first(other) for other in beside)


def _taken_first(need: Need) -> tuple[datetime, UUID]:
    return need.accepted_at or need.opened_at, need.id


def _beside(need: Need, case_ids: Collection[UUID]) -> Select[Need]:
    """Those like it in some cases."""
    return others_like(need).where(Need.case_id.in_(case_ids))


def others_like(need: Need) -> Select[Need]:
    """The other needs of custody of this kind and seat, of cases that are open."""
    return (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Alert.kind == CUSTODY, Need.kind == need.kind, Need.seat == need.seat, Need.id != need.id, of_an_open_case()
        )
    )
