"""Who was alerted: for each need of a case how far the search has come and, for coordinators, whom it has met.

A helper who took a need learns who took the others, and what is awaited of themselves. Who else was asked, and how far
others have come with what they took, is for those who run the team only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from alerts.board import messages
from alerts.milestone_buttons import reached_at
from alerts.milestones import spans_of, still_missing
from alerts.models import CUSTODY, Alert, Delivery, DeliveryState, Need, NeedState, Page
from alerts.policies import ladder_for
from contacts.directory import name_of
from contacts.models import Contact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from alerts.board import Message
    from store.unit_of_work import UnitOfWork

SHOWN_AS = {
    DeliveryState.QUEUED: "queued",
    DeliveryState.SENDING: "sending",
    DeliveryState.SENT: "sent",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.READ: "read",
    DeliveryState.UNKNOWN: "unknown",
    DeliveryState.FAILED_PERMANENT: "failed",
    DeliveryState.BUNDLED: "bundled",
    DeliveryState.CANCELLED: "withdrawn",
    DeliveryState.EXPIRED: "withdrawn",
}
"""What a delivery's state is called on the page."""


@dataclass(frozen=True)
class Way:
    """One channel that rang, or is to ring, and how far it came. ``why`` is an English sentence of our own tables."""

    channel: str
    state: str
    at: datetime
    why: str = ""
    together: bool = False
    """Another message says it together with other cases."""


@dataclass(frozen=True)
class Asked:
    """One person who was asked, the last time. ``answer``: accepted, declined, failed (no way reached them) or None."""

    name: str
    at: datetime
    answer: str | None
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Step:
    """One milestone of what somebody took: reached at an instant, awaited by one, or overdue since one."""

    milestone: str
    state: str
    at: datetime


@dataclass(frozen=True)
class Sought:
    """One kind of human that is, or was, sought."""

    kind: str
    state: str
    taken_by: str | None
    asked: tuple[Asked, ...]
    steps: tuple[Step, ...] = ()


def trail(unit: UnitOfWork, case_id: UUID, reader_id: UUID, *, with_people: bool) -> tuple[Sought, ...]:
    """Return every need that the report raised, in the order they were opened, as this reader may see it.

    Reminders of what is due are not among them: they come and go with their clocks.
    ``with_people``: whether they run the team.
    """
    needs = unit.session.scalars(
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.case_id == case_id, Alert.kind == CUSTODY)
        .order_by(Need.opened_at, Need.kind, Need.seat)
    )
    return tuple(
        Sought(
            need.kind,
            _state(need),
            None if need.accepted_by is None else _name(unit, need.accepted_by),
            tuple(_asked(unit, need)) if with_people else (),
            tuple(_steps(unit, need)) if with_people or need.accepted_by == reader_id else (),
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


def _steps(unit: UnitOfWork, need: Need) -> Iterator[Step]:
    """Yield the milestones of a need that somebody has, in their order.

    One that was passed over, because a later one was reached, is not awaited any more and has no instant to tell.
    """
    if need.state != NeedState.ACCEPTED or need.accepted_at is None:
        return
    reached, spans = reached_at(need), spans_of(need.kind, ladder_for(unit, need))
    awaited = still_missing(spans, reached)
    for milestone, span in spans.items():
        if milestone in reached:
            yield Step(milestone, "reached", reached[milestone])
        elif milestone in awaited:
            by = need.accepted_at + span
            yield Step(milestone, "awaited" if unit.now < by else "overdue", by)


def _asked(unit: UnitOfWork, need: Need) -> Iterator[Asked]:
    """Yield everybody who was asked once, as it stands after the last time."""
    pages = unit.session.scalars(select(Page).where(Page.need_id == need.id).order_by(Page.asked_at, Page.id))
    latest = {page.contact_id: page for page in pages}
    rang = _rang(unit, need)
    for page in sorted(latest.values(), key=lambda one: one.asked_at):
        ways = tuple(_way(one, rang) for one in rang.values() if one.page_id == page.id)
        yield Asked(_name(unit, page.contact_id), page.asked_at, _answer(need, page), ways)


def _rang(unit: UnitOfWork, need: Need) -> dict[UUID, Message]:
    """Every message that asked for a need, and the bundles that said the same."""
    mine = Delivery.need_id == need.id
    bundles = select(Delivery.bundle_id).where(mine, Delivery.bundle_id.is_not(None))
    found = messages(unit, Delivery.action == "send", or_(mine, Delivery.id.in_(bundles)))
    return {one.id: one for one in found}


def _way(one: Message, rang: dict[UUID, Message]) -> Way:
    """What a channel came to; what a bundle says in its place came to what the bundle did."""
    bundle = None if one.bundle_id is None else rang.get(one.bundle_id)
    stands = one if bundle is None else bundle
    state = _state_of(stands)
    failed = state in ("failed", "retrying", "unknown") and stands.why is not None
    return Way(
        one.channel,
        state,
        stands.at,
        stands.why[1] if failed and stands.why is not None else "",
        one.bundle_id is not None,
    )


def _state_of(one: Message) -> str:
    if one.state == DeliveryState.FAILED_TEMPORARY:
        return "failed" if one.due_at is None else "retrying"
    return "held_back" if one.throttled else SHOWN_AS[DeliveryState(one.state)]


def _answer(need: Need, page: Page) -> str | None:
    if need.accepted_by == page.contact_id:
        return "accepted"
    if page.declined_at is not None:
        return "declined"
    return "failed" if page.unreachable_at is not None else None


def _name(unit: UnitOfWork, contact_id: UUID) -> str:
    return name_of(unit, unit.session.get_one(Contact, contact_id))
