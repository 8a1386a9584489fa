"""What somebody who is being forced believes to have: it must go on looking so, on every screen that others look at.

They said yes, which counted as a no; or they had it before, and it was given to others without a word. What they say of
it is noted where nothing but their own screens is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from alerts.events import MilestoneReached, NeedAccepted, NeedGivenBack
from alerts.models import SOUGHT, FeignedAcceptance, Need, NeedState, Page
from alerts.policy.milestones import Milestone
from contacts.accounts.coercion import is_coerced
from store.eventlog import EventRow

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

UNASKED = "unreachable"
"""Why something is given to others of which whoever had it hears nothing."""


def is_feigned(unit: UnitOfWork, need_id: UUID, contact_id: UUID) -> bool:
    """Whether it is noted that somebody who is being forced believes to have a need."""
    if not is_coerced(unit, contact_id):
        return False
    said = unit.session.get(FeignedAcceptance, (need_id, contact_id))
    return said is not None and said.given_back_at is None


def seems_to_have(unit: UnitOfWork, need: Need, contact_id: UUID) -> bool:
    """Whether a need must look as if this person had it, although they are being forced and have nothing."""
    if not is_coerced(unit, contact_id):
        return False
    said = unit.session.get(FeignedAcceptance, (need.id, contact_id))
    return _had_it(unit, need, contact_id) is not None if said is None else said.given_back_at is None


def believed_to_have(unit: UnitOfWork, contact_id: UUID) -> list[Need]:
    """Return what must look as if somebody who is being forced had it, of what is sought or somebody has."""
    if not is_coerced(unit, contact_id):
        return []
    said = exists().where(FeignedAcceptance.need_id == Need.id, FeignedAcceptance.contact_id == contact_id)
    asked = exists().where(Page.need_id == Need.id, Page.contact_id == contact_id)
    alive = Need.state.in_((*SOUGHT, NeedState.ACCEPTED))
    found = unit.session.scalars(select(Need).where(alive, or_(said, asked)).order_by(Need.opened_at, Need.id))
    return [need for need in found.all() if seems_to_have(unit, need, contact_id)]


def believed_reached(unit: UnitOfWork, need: Need, contact_id: UUID) -> tuple[Milestone, ...]:
    """Return how far they believe to have come with what they seem to have, as :func:`reached_by` does of others."""
    said = unit.session.get(FeignedAcceptance, (need.id, contact_id))
    if said is None:
        had = _had_it(unit, need, contact_id)
        reached = {} if had is None else had.reached
    else:
        reached = _reached(said)
    return tuple(milestone for milestone in Milestone if milestone in reached)


def believed_since(unit: UnitOfWork, need: Need, contact_id: UUID) -> datetime | None:
    """Return since when it is noted that they believe to have it."""
    said = unit.session.get(FeignedAcceptance, (need.id, contact_id))
    return None if said is None else said.at


def believe(unit: UnitOfWork, need: Need, contact_id: UUID, milestone: Milestone | None) -> bool:
    """Note that they believe to have come to a milestone, or (None) to have given it back; return whether that is new.

    ``need`` is one that they seem to have.
    """
    said = unit.session.get(FeignedAcceptance, (need.id, contact_id))
    if said is None:
        had = _had_it(unit, need, contact_id) or _Had(unit.now)
        said = FeignedAcceptance(
            need_id=need.id,
            contact_id=contact_id,
            at=had.at,
            contact_made_at=had.reached.get(Milestone.CONTACT_MADE),
            filed_at=had.reached.get(Milestone.FILED),
        )
        unit.session.add(said)
    if milestone in _reached(said):
        return False
    match milestone:
        case None:
            said.given_back_at = unit.now
        case Milestone.CONTACT_MADE:
            said.contact_made_at, said.reminded_at = unit.now, None
        case Milestone.FILED:
            said.filed_at, said.reminded_at = unit.now, None
    unit.session.flush()
    return True


def note_what_they_have(unit: UnitOfWork, contact_id: UUID) -> None:
    """Note what somebody has who is being forced from now on, before it is given to others without a word to them."""
    held = select(Need).where(
        Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED, Need.case_id.is_not(None)
    )
    for need in unit.session.scalars(held.order_by(Need.id)).all():
        said = unit.session.get(FeignedAcceptance, (need.id, contact_id))
        if said is None:
            said = FeignedAcceptance(need_id=need.id, contact_id=contact_id)
            unit.session.add(said)
        said.at = need.accepted_at or unit.now
        said.contact_made_at, said.filed_at, said.reminded_at = need.contact_made_at, need.filed_at, need.reminded_at
        said.given_back_at = None
    unit.session.flush()


def _reached(said: FeignedAcceptance) -> dict[Milestone, datetime]:
    instants = {Milestone.CONTACT_MADE: said.contact_made_at, Milestone.FILED: said.filed_at}
    return {milestone: at for milestone, at in instants.items() if at is not None}


@dataclass
class _Had:
    """Since when something was somebody's, and when they had reached what."""

    at: datetime
    reached: dict[Milestone, datetime] = field(default_factory=dict)


def _had_it(unit: UnitOfWork, need: Need, contact_id: UUID) -> _Had | None:
    """Read in the log whether it was theirs until it was given to others without a word; None if it was not."""
    names = (NeedAccepted.__name__, NeedGivenBack.__name__, MilestoneReached.__name__)
    rows = (
        select(EventRow.name, EventRow.payload, EventRow.at)
        .where(EventRow.case_id == need.case_id, EventRow.name.in_(names))
        .order_by(EventRow.position)
    )
    had: _Had | None = None
    for name, payload, at in unit.session.execute(rows):
        if payload.get("need_id") != str(need.id) or payload.get("contact_id") != str(contact_id):
            continue
        if name == NeedAccepted.__name__:
            had = _Had(at)
        elif name == MilestoneReached.__name__ and had is not None:
            had.reached[Milestone(payload["milestone"])] = at
        elif payload.get("why") != UNASKED:
            had = None
    return had
