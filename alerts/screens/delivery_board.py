"""What became of every message: each call that was made, what its provider said to it and reported later.

For people who run the team: ids, case codes, codes of providers with what they mean, and who of the helpers it was
for. Never a number, an address or a word of a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select

from alerts.models import UNSENT, Attempt, Delivery, DeliveryState, Need, Receipt
from alerts.screens.vitals import is_late
from cases.models import Case
from contacts.models import ContactMethod

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Reported:
    """What a provider reported about a call afterwards."""

    at: datetime
    arrival: str
    code: str
    meaning: str


@dataclass(frozen=True)
class Tried:
    """One call. ``outcome`` is ``sent``, the kind of failure, or None while nobody knows."""

    began_at: datetime
    ended_at: datetime | None
    outcome: str | None
    code: str | None
    meaning: str | None
    reported: tuple[Reported, ...]


@dataclass(frozen=True)
class Message:
    """One message to one address, as it stands. ``contact_id`` is None where it is for whoever reported."""

    id: UUID
    case_code: str | None
    need: str | None
    contact_id: UUID | None
    page_id: UUID | None
    channel: str
    action: str
    template: str
    state: str
    at: datetime
    """Since when it stands so, as far as it is known."""
    created_at: datetime
    due_at: datetime | None
    throttled: bool
    parked: bool
    trouble: str | None
    bundle_id: UUID | None
    tried: tuple[Tried, ...]

    @property
    def why(self) -> tuple[str, str] | None:
        """Code and meaning of the newest failure that was told of it; None when there was none."""
        for one in reversed(self.tried):
            failed = [said for said in one.reported if said.arrival.startswith("failed")]
            if failed:
                return failed[-1].code, failed[-1].meaning.removeprefix("gone: ")
            if one.code is not None:
                return one.code, one.meaning or ""
        return None


class Standing(StrEnum):
    """How messages stand that somebody looks for."""

    STUCK = "stuck"
    """It should have left and has not, or it is parked."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    PARKED = "parked"


def standing(wanted: Standing, now: datetime) -> ColumnElement[bool]:
    """Which messages stand so. A message can stand in several ways at once."""
    match wanted:
        case Standing.STUCK:
            return or_(is_late(now), Delivery.parked_at.is_not(None))
        case Standing.FAILED:
            return Delivery.state.in_((DeliveryState.FAILED_PERMANENT, DeliveryState.FAILED_TEMPORARY))
        case Standing.UNKNOWN:
            return Delivery.state == DeliveryState.UNKNOWN
        case Standing.WAITING:
            return and_(Delivery.state.in_((*UNSENT, DeliveryState.SENDING)), Delivery.due_at.is_not(None))
        case Standing.PARKED:
            return Delivery.parked_at.is_not(None)


def counted(unit: UnitOfWork) -> dict[Standing, int]:
    """Return how many messages stand in each of these ways. One query."""
    columns = [func.count(case((standing(one, unit.now), 1))).label(one.value) for one in Standing]
    row = unit.session.execute(select(*columns)).one()
    return {one: getattr(row, one.value) for one in Standing}


def messages(
    unit: UnitOfWork,
    *which: ColumnElement[bool],
    newest: int | None = None,
    stuck: bool = False,
    skip: int = 0,
) -> list[Message]:
    """Return messages in the order they were queued; of many the ``newest`` so many, or only what is ``stuck``.

    ``skip``: without so many of the newest. One query, however many there are.
    """
    late = standing(Standing.STUCK, unit.now)
    ids = (
        select(Delivery.id)
        .where(*which, *([late] if stuck else []))
        .order_by(Delivery.created_at.desc(), Delivery.order_key.desc())
        .limit(newest)
        .offset(skip or None)
    )
    wanted = (
        select(Delivery, Case.code, Need.kind, ContactMethod.contact_id, Attempt, Receipt)
        .outerjoin(Need, Need.id == Delivery.need_id)
        .outerjoin(Case, Case.id == Need.case_id)
        .outerjoin(ContactMethod, ContactMethod.id == Delivery.method_id)
        .outerjoin(Attempt, Attempt.delivery_id == Delivery.id)
        .outerjoin(Receipt, Receipt.attempt_id == Attempt.id)
        .where(Delivery.id.in_(ids))
    )
    return messages_among(unit.session.execute(wanted).all())


def messages_among(rows: Iterable[Any]) -> list[Message]:
    """Make messages of rows: a delivery, the code of its case, what it asks for, whom, one call, one report of that.

    A message stands in as many rows as it has calls and reports, perhaps several times; they come in any order.
    """
    found: dict[UUID, dict[tuple[Any, ...], Any]] = {}
    for row in rows:
        found.setdefault(row[0].id, {})[_of_calls(row)] = row
    messages = [_message([of[key] for key in sorted(of)]) for of in found.values()]
    orders = {row[0].id: row[0].order_key for of in found.values() for row in of.values()}
    return sorted(messages, key=lambda one: (one.created_at, orders[one.id], one.id))


def _of_calls(row: Any) -> tuple[Any, ...]:
    """Where a row stands among those of its message: by call, then by report."""
    *_, call, report = row
    of_call = () if call is None else (call.began_at, call.id)
    return of_call if report is None else (*of_call, report.at, report.id)


def of_case(case_id: UUID) -> ColumnElement[bool]:
    """Which messages asked for something a case needs, bundles among them."""
    needs = select(Need.id).where(Need.case_id == case_id)
    bundles = select(Delivery.bundle_id).where(Delivery.need_id.in_(needs), Delivery.bundle_id.is_not(None))
    return or_(Delivery.need_id.in_(needs), Delivery.id.in_(bundles))


def _message(rows: Sequence[Any]) -> Message:
    """Make one of its rows: it stands in each, beside each report of each of its calls."""
    row, code, need, contact_id, *_ = rows[0]
    tried = tuple(_tried(rows))
    return Message(
        id=row.id,
        case_code=code,
        need=need,
        contact_id=contact_id,
        page_id=row.page_id,
        channel=row.channel,
        action=row.action,
        template=row.template,
        state=row.state,
        at=_since(row, tried),
        created_at=row.created_at,
        due_at=row.due_at,
        throttled=row.throttled and row.state == DeliveryState.QUEUED,
        parked=row.parked_at is not None,
        trouble=row.trouble,
        bundle_id=row.bundle_id,
        tried=tried,
    )


def _since(row: Delivery, tried: Sequence[Tried]) -> datetime:
    """When it came to its state: by the instants it keeps, else by its newest call."""
    known = {
        DeliveryState.READ: row.read_at,
        DeliveryState.DELIVERED: row.delivered_at,
        DeliveryState.SENT: row.sent_at,
        DeliveryState.QUEUED: row.created_at,
        DeliveryState.BUNDLED: row.created_at,
        DeliveryState.CANCELLED: row.created_at,
    }.get(DeliveryState(row.state))
    if known is not None:
        return known
    newest = tried[-1] if tried else None
    heard = [one.at for one in newest.reported] if newest is not None else []
    return max([row.created_at, *([newest.ended_at or newest.began_at] if newest is not None else []), *heard])


def _tried(rows: Sequence[Any]) -> Iterator[Tried]:
    for _, of_call in groupby((row for row in rows if row[4] is not None), key=lambda row: row[4].id):
        told = list(of_call)
        call = told[0][4]
        reported = tuple(Reported(one.at, one.arrival, one.code, one.meaning) for *_, one in told if one is not None)
        yield Tried(call.began_at, call.ended_at, call.outcome, call.code, call.meaning, reported)
