"""Receipts: what a provider reports of a message after it took it, whenever and however often it says so.

Handed to a provider is not delivered. What came is kept as it came, one row for each different word; the state of the
message follows from all of them together, in whatever order they arrived (see :mod:`alerts.sending.receiving`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Table, func, select

from alerts.channels.port import Arrival, Report
from alerts.events import ReceiptCame
from alerts.messages.giving_up import look_at_row
from alerts.messages.held import KNOCK, WINDOW_CLOSED
from alerts.messages.incoming import have_forgotten
from alerts.messages.reach import lose_way
from alerts.models import Attempt, Delivery, DeliveryState, Receipt
from alerts.sending.receiving import after
from contacts.values import ChannelName
from contacts.whatsapp import found_closed
from store.base import OWN, new_id
from store.chats import WHATSAPP, Chat
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TABLE: Table = Receipt.__table__  # type: ignore[assignment]  # declarative tables are Tables
REPORTING = frozenset({ChannelName.SMS, ChannelName.VOICE, WHATSAPP})
"""Channels whose providers report."""
FORGETTING = frozenset({ChannelName.SMS, WHATSAPP})
"""Channels whose provider can be made to forget what a message said."""
TRIES_AFTER_REPORT: Mapping[str, int] = {ChannelName.SMS: 3, ChannelName.VOICE: 1, WHATSAPP: 3}
"""How often a message is sent in all when its provider reports that it has not arrived. A call that nobody took is not
made again by itself: the next channel rings, and the ladder comes round again."""
TRY_AGAIN = timedelta(seconds=25)
FAILED = (Arrival.FAILED_TEMPORARY, Arrival.FAILED_PERMANENT)
ENDED = (*FAILED, Arrival.DELIVERED, Arrival.READ)
"""After which nothing more becomes of a call."""


def note_receipt(unit: UnitOfWork, attempt_id: UUID, report: Report, provider_id: str = "") -> bool:
    """Keep what a provider said of one call; return whether it is new. An attempt nobody made is not kept.

    What follows from it follows in a transaction of its own (``apply_receipts``), so that it is not lost with it. A
    provider that has done with a call is made to forget what was said in it. ``provider_id``: how it names what came of
    the call, which we may never have read.
    """
    attempt = unit.session.get(Attempt, attempt_id)
    if attempt is None:
        return False
    fresh = unit.session.scalar(
        insert_into(unit.session, TABLE)
        .values(
            id=new_id(),
            attempt_id=attempt_id,
            arrival=str(report.arrival),
            code=report.code,
            meaning=("gone: " if report.recipient_gone else "") + report.meaning[:190],
            at=unit.now,
        )
        .on_conflict_do_nothing()
        .returning(TABLE.c.id)
    )
    if fresh is None:
        return False
    channel = unit.session.get_one(Delivery, attempt.delivery_id).channel
    if report.arrival in ENDED and channel in FORGETTING:
        have_forgotten(unit, channel, provider_id or attempt.provider_ref or "")
    unit.record(ReceiptCame(case_id=None, attempt_id=attempt_id))
    return True


def apply_receipts(unit: UnitOfWork, event: Event) -> None:
    """Let what a provider said change the state of the message. Repeating it changes nothing."""
    if isinstance(event, ReceiptCame):
        _apply(unit, unit.session.get_one(Attempt, event.attempt_id))


def apply_early(unit: UnitOfWork, attempt_ids: Sequence[UUID]) -> None:
    """Apply what was reported before the outcome of the call itself was written down."""
    early = select(Attempt).where(Attempt.id.in_(attempt_ids), Attempt.id == Receipt.attempt_id).distinct()
    for attempt in unit.session.scalars(early).all() if attempt_ids else ():
        _apply(unit, attempt)


def _apply(unit: UnitOfWork, attempt: Attempt) -> None:
    row = unit.session.scalars(
        select(Delivery)
        .where(Delivery.id == attempt.delivery_id)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    ).one()
    if row.state == DeliveryState.SENDING:
        return  # the call is under way; its outcome is written first
    before = DeliveryState(row.state)
    receipts = unit.session.scalars(select(Receipt).where(Receipt.attempt_id == attempt.id).order_by(Receipt.id)).all()
    is_newest = attempt.id == _newest(unit, row.id)
    for receipt in receipts:
        if is_newest or receipt.arrival not in FAILED:  # an earlier call's failure says nothing about a later one
            row.state = after(DeliveryState(row.state), Arrival(receipt.arrival))
    if row.state != before:
        _follow(unit, row, receipts)


def _newest(unit: UnitOfWork, delivery_id: UUID) -> UUID | None:
    newest: UUID | None = unit.session.scalar(
        select(Attempt.id)
        .where(Attempt.delivery_id == delivery_id)
        .order_by(Attempt.began_at.desc(), Attempt.id.desc())
        .limit(1)
    )
    return newest


def _follow(unit: UnitOfWork, row: Delivery, receipts: Sequence[Receipt]) -> None:
    """Draw the consequences of a new state."""
    worst = next((one for one in receipts if one.arrival == Arrival.FAILED_PERMANENT), None)
    match row.state:
        case DeliveryState.DELIVERED:
            row.delivered_at = row.delivered_at or unit.now
            row.due_at = row.fence = None
        case DeliveryState.READ:
            row.delivered_at, row.read_at = row.delivered_at or unit.now, row.read_at or unit.now
            row.due_at = row.fence = None
        case DeliveryState.FAILED_PERMANENT if _came_too_late(row, worst):
            _send_in_their_time(unit, row)
        case DeliveryState.FAILED_PERMANENT:
            row.due_at = row.fence = None
            row.trouble = None if worst is None else worst.code
            unit.session.flush()
            lose_way(unit, row, recipient_gone=worst is not None and worst.meaning.startswith("gone: "))
        case DeliveryState.FAILED_TEMPORARY:
            again = row.tries < TRIES_AFTER_REPORT.get(row.channel, 1)
            row.due_at = unit.now + TRY_AGAIN * row.tries if again else None
            row.fence = None
            unit.session.flush()
            look_at_row(unit, row)
        case DeliveryState.SENT:  # its call had no answer that could be read, and here it is
            row.sent_at = row.sent_at or unit.now
            row.due_at = row.fence = row.trouble = None
        case _:
            pass
    unit.session.flush()


def _came_too_late(row: Delivery, worst: Receipt | None) -> bool:
    """Whether its reader's day was over. A knock never is too late: it would only be refused again."""
    return worst is not None and worst.code == WINDOW_CLOSED and row.template != KNOCK


def _send_in_their_time(unit: UnitOfWork, row: Delivery) -> None:
    """Send again what came a moment too late for its reader's day: at once if they have written since, or else held.

    The provider's day counts, not what we believed of it.
    """
    chat = unit.session.get_one(Chat, row.chat_id, with_for_update=OWN, populate_existing=True)
    began_at = unit.session.scalar(select(func.max(Attempt.began_at)).where(Attempt.delivery_id == row.id))
    if chat.heard_at is not None and began_at is not None and chat.heard_at <= began_at:
        chat.heard_at = found_closed(chat.heard_at)
    row.state, row.due_at, row.fence, row.provider_ref = DeliveryState.QUEUED, unit.now, None, None
