"""Who was alerted: for each need of a case how far the search has come and, for coordinators, whom it has met.

A helper who took a need learns who took the others. Who else was asked shows the make-up of the team, so it is shown
to those who run it only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import Delivery, DeliveryState, Need, NeedState, Page
from contacts.directory import name_of
from contacts.models import Contact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

SHOWN_AS = {
    DeliveryState.QUEUED: "queued",
    DeliveryState.FAILED_TEMPORARY: "queued",
    DeliveryState.SENDING: "sending",
    DeliveryState.SENT: "sent",
    DeliveryState.UNKNOWN: "unknown",
    DeliveryState.FAILED_PERMANENT: "failed",
}
"""What a delivery's state is called on the page; a page that was withdrawn before it left alerted nobody."""


@dataclass(frozen=True)
class Asked:
    """One person who was alerted, and what came of it last."""

    name: str
    at: datetime
    state: str


@dataclass(frozen=True)
class Sought:
    """One kind of human that is, or was, sought."""

    kind: str
    state: str
    taken_by: str | None
    asked: tuple[Asked, ...]


def trail(unit: UnitOfWork, case_id: UUID, *, with_people: bool) -> tuple[Sought, ...]:
    """Return every need of a case, in the order they were opened."""
    needs = unit.session.scalars(
        select(Need).where(Need.case_id == case_id).order_by(Need.opened_at, Need.kind, Need.seat)
    )
    return tuple(
        Sought(
            need.kind,
            _state(need),
            None if need.accepted_by is None else _name(unit, need.accepted_by),
            tuple(_asked(unit, need)) if with_people else (),
        )
        for need in needs
    )


def holds(unit: UnitOfWork, case_id: UUID, contact_id: UUID) -> bool:
    """Whether a helper has taken a need of the case."""
    taken = select(Need.id).where(
        Need.case_id == case_id, Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED
    )
    return unit.session.scalars(taken.limit(1)).first() is not None


def _state(need: Need) -> str:
    not_begun = need.state == NeedState.PAGING and need.began_at is None
    return "waiting" if not_begun else str(need.state)


def _asked(unit: UnitOfWork, need: Need) -> Iterator[Asked]:
    """Yield everybody who was alerted once, as it stands after the last time."""
    rows = unit.session.execute(
        select(Page, Delivery.state)
        .join(Delivery, Delivery.page_id == Page.id)
        .where(Page.need_id == need.id, Delivery.action == "send")
        .order_by(Page.asked_at, Page.id)
    )
    latest = {page.contact_id: (page, state) for page, state in rows}
    for page, state in sorted(latest.values(), key=lambda one: one[0].asked_at):
        shown = _outcome(need, page, state)
        if shown is not None:
            yield Asked(_name(unit, page.contact_id), page.asked_at, shown)


def _outcome(need: Need, page: Page, state: str) -> str | None:
    if need.accepted_by == page.contact_id:
        return "accepted"
    if page.declined_at is not None:
        return "declined"
    if page.unreachable_at is not None:
        return "failed"
    return SHOWN_AS.get(DeliveryState(state))


def _name(unit: UnitOfWork, contact_id: UUID) -> str:
    return name_of(unit, unit.session.get_one(Contact, contact_id))
