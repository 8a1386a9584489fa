"""Who was alerted: for each need of a case how far the search has come and, for coordinators, whom it has met.

A helper who took a need learns who took the others, and what is awaited of themselves. Who else was asked, and how far
others have come with what they took, is for those who run the team only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from alerts.models import (
    CUSTODY,
    Alert,
    Attempt,
    Delivery,
    DeliveryState,
    Need,
    NeedState,
    Page,
    PolicyDocument,
    Receipt,
)
from alerts.needs.milestone_buttons import reached_at
from alerts.policy.milestones import spans_of, still_missing
from alerts.policy.policies import NEWEST, ladder_in, policies_in
from alerts.screens.delivery_board import messages_among
from contacts.directory import name_of
from contacts.models import Contact, ContactMethod
from store.data_keys import SYSTEM, contact_scope
from store.sets import Together, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.policy.ladder import Ladder
    from alerts.screens.delivery_board import Message
    from cases.models import Case
    from store.sets import Rows
    from store.unit_of_work import UnitOfWork

SEND: Final = "send"
"""What a delivery does that rings somebody."""
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
    """One person who was asked, the last time. ``answer``: accepted, declined, failed (no way reached them) or None.

    ``round`` and ``step`` say where on the ladder, each counted from 1; a step of 0 is beside it: somebody chose them.
    """

    name: str
    at: datetime
    answer: str | None
    ways: tuple[Way, ...]
    answered_at: datetime | None = None
    round: int = 0
    step: int = 0


@dataclass(frozen=True)
class Step:
    """One milestone of what somebody took: reached at an instant, awaited by one, or overdue since one."""

    milestone: str
    state: str
    at: datetime


@dataclass(frozen=True)
class Sought:
    """One kind of human that is, or was, sought. ``yours``: whoever reads has taken it."""

    kind: str
    state: str
    taken_by: str | None
    asked: tuple[Asked, ...]
    steps: tuple[Step, ...] = ()
    id: UUID | None = None
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    yours: bool = False


@dataclass(frozen=True)
class Search:
    """The rows of every search that the report of a case raised, read by one statement whatever their number."""

    needs: tuple[Need, ...]
    """In the order in which they were opened."""
    takers: Mapping[UUID, Contact]
    """Who has taken one, by id."""
    pages: Mapping[UUID, Sequence[tuple[Page, Contact]]]
    """Who was asked for a need, by its id, in order."""
    rang: Mapping[UUID, Message]
    """What rang, and the bundles that said the same."""
    document: PolicyDocument | None
    """The policies that say how soon what must be reached."""

    def contacts(self) -> Iterator[Contact]:
        """Yield everybody whose name it tells, some more than once."""
        yield from self.takers.values()
        for pages in self.pages.values():
            yield from (contact for _, contact in pages)


def search_sets(*, with_people: bool) -> dict[str, Wanted]:
    """What is wanted of the searches of a case, by its id. ``with_people``: also who was asked, and by what."""
    taker = aliased(Contact)
    sets = {
        "needs": Wanted(
            Need, Need.case_id, ((Alert, Alert.id == Need.alert_id), (taker, taker.id == Need.accepted_by))
        ),
        "policies": Wanted(
            PolicyDocument, PolicyDocument.id, key=NEWEST.with_only_columns(PolicyDocument.id).scalar_subquery()
        ),
    }
    return {**sets, **_sets_of_people()} if with_people else sets


def _sets_of_people() -> dict[str, Wanted]:
    asked_for, asked, rang_for, said_for = aliased(Need), aliased(Contact), aliased(Need), aliased(Need)
    said, bundle, way = aliased(Delivery), aliased(Delivery), aliased(ContactMethod)
    call, report = aliased(Attempt), aliased(Receipt)
    pages = ((Page, Page.need_id == asked_for.id), (asked, asked.id == Page.contact_id))
    rang = (
        (Delivery, and_(Delivery.need_id == rang_for.id, Delivery.action == SEND)),
        (ContactMethod, ContactMethod.id == Delivery.method_id),
        (Attempt, Attempt.delivery_id == Delivery.id),
        (Receipt, Receipt.attempt_id == Attempt.id),
    )
    bundles = (
        (said, and_(said.need_id == said_for.id, said.bundle_id.is_not(None))),
        (bundle, and_(bundle.id == said.bundle_id, bundle.action == SEND)),
        (way, way.id == bundle.method_id),
        (call, call.delivery_id == bundle.id),
        (report, report.attempt_id == call.id),
    )
    return {
        "pages": Wanted(asked_for, asked_for.case_id, pages),
        "rang": Wanted(rang_for, rang_for.case_id, rang),
        "bundles": Wanted(said_for, said_for.case_id, bundles),
    }


_ALONE: Final = {with_people: Together(search_sets(with_people=with_people)) for with_people in (False, True)}


def search_of(unit: UnitOfWork, case: Case, *, with_people: bool) -> Search:
    """Read who was sought for a case. One statement."""
    return search_from(case, _ALONE[with_people].of(unit.session, case.id))


def search_from(case: Case, found: Mapping[str, Rows]) -> Search:
    """Put in order what was read of the searches of a case."""
    custody = [(need, one) for need, alert, one in found["needs"] if alert.kind == CUSTODY]
    needs = tuple(sorted((need for need, _ in custody), key=lambda need: (need.opened_at, need.kind, need.seat)))
    document = found["policies"][0][0] if found["policies"] else None
    pages: dict[UUID, list[tuple[Page, Contact]]] = defaultdict(list)
    rows = [row for row in found.get("pages", ()) if row[1] is not None]
    for need, page, contact in sorted(rows, key=lambda row: (row[1].asked_at, row[1].id)):
        pages[need.id].append((page, contact))
    return Search(
        needs,
        {one.id: one for _, one in custody if one is not None},
        pages,
        {one.id: one for one in messages_among(_rang(case, found, frozenset(need.id for need in needs)))},
        document,
    )


def _rang(case: Case, found: Mapping[str, Rows], needs: frozenset[UUID]) -> Iterator[tuple[Any, ...]]:
    """Every message that asked for one of the needs, and the bundles that said the same, as rows of messages."""
    for need, message, way, call, report in found.get("rang", ()):
        if message is not None and need.id in needs:
            yield message, case.code, need.kind, _contact_of(way), call, report
    for need, _, bundle, way, call, report in found.get("bundles", ()):
        if bundle is not None and need.id in needs:
            yield bundle, None, None, _contact_of(way), call, report


def _contact_of(way: ContactMethod | None) -> UUID | None:
    return None if way is None else way.contact_id


def trail(unit: UnitOfWork, case: Case, reader_id: UUID, *, with_people: bool) -> tuple[Sought, ...]:
    """Return every need that the report raised, in the order they were opened, as this reader may see it.

    Reminders of what is due are not among them: they come and go with their clocks.
    ``with_people``: whether they run the team.
    """
    search = search_of(unit, case, with_people=with_people)
    unit.vault.fetch([SYSTEM, *(contact_scope(one.id) for one in search.contacts())])
    return trail_of(unit, case, search, reader_id, with_people=with_people)


def trail_of(unit: UnitOfWork, case: Case, search: Search, reader_id: UUID, *, with_people: bool) -> tuple[Sought, ...]:
    """Return the same of what was read; no statement where the keys of the names are at hand."""
    policies = policies_in(unit, search.document)
    return tuple(
        Sought(
            need.kind,
            _state(need),
            _taker(unit, need, search),
            tuple(_asked(unit, need, search)) if with_people else (),
            tuple(_steps(need, ladder_in(policies, need.kind, case), unit.now))
            if with_people or need.accepted_by == reader_id
            else (),
            id=need.id,
            opened_at=need.opened_at,
            accepted_at=need.accepted_at,
            yours=need.accepted_by == reader_id,
        )
        for need in search.needs
    )


def _taker(unit: UnitOfWork, need: Need, search: Search) -> str | None:
    return None if need.accepted_by is None else name_of(unit, search.takers[need.accepted_by])


def holds(unit: UnitOfWork, case_id: UUID, contact_id: UUID) -> bool:
    """Whether a helper has taken a need of the case."""
    taken = select(Need.id).where(
        Need.case_id == case_id, Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED
    )
    return unit.session.scalars(taken.limit(1)).first() is not None


def _state(need: Need) -> str:
    not_begun = need.state == NeedState.PAGING and need.began_at is None
    return "waiting" if not_begun else str(need.state)


def _steps(need: Need, ladder: Ladder, now: datetime) -> Iterator[Step]:
    """Yield the milestones of a need that somebody has, in their order.

    One that was passed over, because a later one was reached, is not awaited any more and has no instant to tell.
    """
    if need.state != NeedState.ACCEPTED or need.accepted_at is None:
        return
    reached, spans = reached_at(need), spans_of(need.kind, ladder)
    awaited = still_missing(spans, reached)
    for milestone, span in spans.items():
        if milestone in reached:
            yield Step(milestone, "reached", reached[milestone])
        elif milestone in awaited:
            by = need.accepted_at + span
            yield Step(milestone, "awaited" if now < by else "overdue", by)


def _asked(unit: UnitOfWork, need: Need, search: Search) -> Iterator[Asked]:
    """Yield everybody who was asked once, as it stands after the last time."""
    latest = {page.contact_id: (page, contact) for page, contact in search.pages.get(need.id, ())}
    for page, contact in sorted(latest.values(), key=lambda one: one[0].asked_at):
        ways = tuple(_way(one, search.rang) for one in search.rang.values() if one.page_id == page.id)
        answer, at = _answer(need, page)
        yield Asked(name_of(unit, contact), page.asked_at, answer, ways, at, page.round, page.step + 1)


def _way(one: Message, rang: Mapping[UUID, Message]) -> Way:
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


def _answer(need: Need, page: Page) -> tuple[str | None, datetime | None]:
    if need.accepted_by == page.contact_id:
        return "accepted", need.accepted_at
    if page.declined_at is not None:
        return "declined", page.declined_at
    return ("failed", page.unreachable_at) if page.unreachable_at is not None else (None, None)
