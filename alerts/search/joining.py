"""When two cases are joined, whatever is sought for either is looked at anew; and when they are parted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.needs.company import ASKED_ONCE, lock_with_their_company, look_at
from alerts.needs.seats import is_over
from alerts.search.paging import give_back_need
from cases.identity.events import CasesJoined, CasesParted
from cases.identity.models import SamePerson
from cases.identity.suggesting import of_one_person
from cases.incidents.models import IncidentCase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

PARTED: Final = "parted"
"""Why a need is given back: two cases are not of one person after all."""


def seek_as_one(unit: UnitOfWork, event: Event) -> None:
    """A reaction: look at once at whatever is sought for either of two cases that were joined. Safe to repeat."""
    if isinstance(event, CasesJoined) and event.case_id == event.leader_id:
        look_at(unit, (event.leader_id, event.follower_id))


def seek_apart(unit: UnitOfWork, event: Event) -> None:
    """A reaction: have each of two cases that were parted sought for by itself. Safe to repeat.

    What somebody had taken of one before they were joined stays theirs; what came to them only with it is given back.
    Of what they took while the two were one, they keep that of the case that led.
    """
    if not isinstance(event, CasesParted) or event.case_id != event.leader_id:
        return
    together = of_one_person(unit, [event.leader_id])
    if event.follower_id in together:
        return  # joined again meanwhile
    both = (event.leader_id, event.follower_id)
    lock_with_their_company(unit, unit.session.scalars(select(Need.id).where(Need.case_id.in_(both))).all())
    joined_at = unit.session.scalar(
        select(SamePerson.joined_at)
        .where(SamePerson.case_id == event.follower_id, SamePerson.leader_id == event.leader_id)
        .order_by(SamePerson.joined_at.desc())
        .limit(1)
    )
    if joined_at is not None:
        for need in _came_along(unit, event, joined_at):
            if need.accepted_by is not None:
                give_back_need(unit, need, need.accepted_by, PARTED)
    look_at(unit, both)


def _came_along(unit: UnitOfWork, event: CasesParted, joined_at: datetime) -> list[Need]:
    rows = unit.session.scalars(
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Need.case_id.in_((event.leader_id, event.follower_id)),
            Alert.kind == CUSTODY,
            Need.state == NeedState.ACCEPTED,
        )
        .order_by(Need.id)
    ).all()
    in_one_incident = _in_one_incident(unit, (event.leader_id, event.follower_id))
    leaders = [one for one in rows if one.case_id == event.leader_id]
    along = []
    for theirs in (one for one in rows if one.case_id == event.follower_id):
        ours = next(
            (
                one
                for one in leaders
                if (one.kind, one.seat, one.accepted_by) == (theirs.kind, theirs.seat, theirs.accepted_by)
            ),
            None,
        )
        if ours is None or (in_one_incident and theirs.kind in ASKED_ONCE):
            continue
        later = came_along(ours.accepted_at, theirs.accepted_at, joined_at)
        if later is not None and not is_over(unit, found := theirs if later else ours):
            along.append(found)
    return along


def came_along(leaders_at: datetime | None, followers_at: datetime | None, joined_at: datetime) -> bool | None:
    """Whether of two needs that one person has the follower's came with the other; False: the leader's; None: neither.

    Pure. Whatever was taken before they were joined was taken for itself.
    """
    if leaders_at is None or followers_at is None:
        return None
    if followers_at >= joined_at:
        return True
    return False if leaders_at >= joined_at else None


def _in_one_incident(unit: UnitOfWork, case_ids: Sequence[UUID]) -> bool:
    rows = unit.session.scalars(select(IncidentCase.incident_id).where(IncidentCase.case_id.in_(case_ids))).all()
    return len(rows) == len(case_ids) and len(set(rows)) == 1
