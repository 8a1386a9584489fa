"""What is attested of alerting: who was asked, what was sent, each call that was made, what its provider reported.

Messages belong to a case by the need they ask for, or by the conversation in which it was reported. What belongs to
none (codes that prove a number, news of rosters) is attested nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from alerts.models import Attempt, Delivery, Need, Page, Receipt
from cases.models import Report
from store.attestation import Attestation, Facts, Kind, facts_of, not_attested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from store.unit_of_work import UnitOfWork

PAGE, DELIVERY, ATTEMPT, RECEIPT = "page", "delivery", "attempt", "receipt"


def _page(row: Page) -> dict[str, Any]:
    return facts_of(
        id=row.id, need=row.need_id, contact=row.contact_id, round=row.round, step=row.step, asked_at=row.asked_at
    )


def _delivery(row: Delivery) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        channel=row.channel,
        action=row.action,
        template=row.template,
        page=row.page_id,
        need=row.need_id,
        created_at=row.created_at,
    )


def _attempt(row: Attempt) -> dict[str, Any]:
    return facts_of(
        id=row.id,
        delivery=row.delivery_id,
        began_at=row.began_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        code=row.code,
        meaning=row.meaning,
        reference=row.provider_ref,
    )


def _receipt(row: Receipt) -> dict[str, Any]:
    return facts_of(
        id=row.id, attempt=row.attempt_id, arrival=row.arrival, code=row.code, meaning=row.meaning, at=row.at
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of one table. ``waits`` are statements that select a row and its case, the surest last."""

    name: str
    model: Any
    came: Any
    say: Callable[[Any], dict[str, Any]]
    waits: tuple[Select[*tuple[Any, ...]], ...]

    def waiting(self, unit: UnitOfWork, since: datetime, until: datetime, limit: int) -> Sequence[Facts]:
        """See :class:`Kind`."""
        found: dict[UUID, Facts] = {}
        for rows in self.waits:
            fresh = rows.where(self.came > since, self.came <= until, not_attested(self.name, self.model.id))
            for row, case_id in unit.session.execute(fresh.limit(limit)):
                found[row.id] = Facts(self.name, row.id, case_id, self.say(row))
        return list(found.values())

    def standing(self, unit: UnitOfWork, row_ids: Sequence[UUID]) -> Iterable[Facts]:
        """See :class:`Kind`."""
        for row in unit.session.scalars(select(self.model).where(self.model.id.in_(row_ids))):
            yield Facts(self.name, row.id, row.id, self.say(row))


def _by_attested(model: Any, column: Any, kind: str, order: Any) -> Select[*tuple[Any, ...]]:
    """Select rows that hang on an attested row: they belong to the same case."""
    return (
        select(model, Attestation.case_id)
        .join(Attestation, (Attestation.kind == kind) & (Attestation.row_id == column))
        .order_by(order, model.id)
    )


KINDS: Final[tuple[Kind, ...]] = (
    _Rows(
        PAGE,
        Page,
        Page.asked_at,
        _page,
        (
            select(Page, Need.case_id)
            .join(Need, Need.id == Page.need_id)
            .where(Need.case_id.is_not(None))
            .order_by(Page.asked_at, Page.id),
        ),
    ),
    _Rows(
        DELIVERY,
        Delivery,
        Delivery.created_at,
        _delivery,
        (
            select(Delivery, Report.case_id)
            .join(Report, (Report.chat_id == Delivery.chat_id) & (Report.received_at <= Delivery.created_at))
            .where(Delivery.need_id.is_(None))
            .order_by(Delivery.created_at, Delivery.id, Report.received_at, Report.id),
            select(Delivery, Need.case_id)
            .join(Need, Need.id == Delivery.need_id)
            .where(Need.case_id.is_not(None))
            .order_by(Delivery.created_at, Delivery.id),
        ),
    ),
    _Rows(
        ATTEMPT,
        Attempt,
        Attempt.ended_at,
        _attempt,
        (_by_attested(Attempt, Attempt.delivery_id, DELIVERY, Attempt.ended_at),),
    ),
    _Rows(RECEIPT, Receipt, Receipt.at, _receipt, (_by_attested(Receipt, Receipt.attempt_id, ATTEMPT, Receipt.at),)),
)


@dataclass(frozen=True)
class Call:
    """One provider call for a case, what came of it, and what was reported later. No address, no words."""

    delivery: Delivery
    page: Page | None
    attempts: tuple[tuple[Attempt, tuple[Receipt, ...]], ...]


def calls_for(unit: UnitOfWork, case_id: UUID) -> list[Call]:
    """Return every message that was attested for a case, with its calls and receipts, oldest first."""
    attested = select(Attestation.row_id).where(Attestation.kind == DELIVERY, Attestation.case_id == case_id)
    deliveries = unit.session.scalars(
        select(Delivery).where(Delivery.id.in_(attested)).order_by(Delivery.created_at, Delivery.id)
    ).all()
    ids = [one.id for one in deliveries]
    attempts: dict[UUID, list[Attempt]] = {}
    for attempt in _parts(unit, Attempt, Attempt.delivery_id, ids):
        attempts.setdefault(attempt.delivery_id, []).append(attempt)
    receipts: dict[UUID, list[Receipt]] = {}
    for receipt in _parts(unit, Receipt, Receipt.attempt_id, [one.id for many in attempts.values() for one in many]):
        receipts.setdefault(receipt.attempt_id, []).append(receipt)
    return [
        Call(
            one,
            None if one.page_id is None else unit.session.get(Page, one.page_id),
            tuple(
                (attempt, tuple(sorted(receipts.get(attempt.id, ()), key=lambda row: (row.at, row.id))))
                for attempt in sorted(attempts.get(one.id, ()), key=lambda row: (row.began_at, row.id))
            ),
        )
        for one in deliveries
    ]


def _parts(unit: UnitOfWork, model: Any, column: Any, ids: Sequence[UUID]) -> Iterable[Any]:
    for start in range(0, len(ids), 500):
        yield from unit.session.scalars(select(model).where(column.in_(ids[start : start + 500])))
