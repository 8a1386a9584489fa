"""The outbox: messages are rows before they are calls, and their outcome is a row after.

Three steps, each its own transaction: *enqueue* (here, in the unit of whatever caused the message), *take* (see
:mod:`alerts.sending.taking`: claim, check that it still holds, keep the provider's limits, write the attempt, make the
words), *record* (what the provider said, see :mod:`alerts.sending.results`). Between *take* and *record* a call is made
with no transaction open (see :mod:`alerts.sending.sender`). What is not true any more before it has left is withdrawn
here.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack

from sqlalchemy import ColumnElement, Table, and_, or_, update

from alerts.models import UNSENT, Delivery, DeliveryState, NeedState
from store.base import new_id
from store.chats import WEB, Chat
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

TABLE: Table = Delivery.__table__  # type: ignore[assignment]  # declarative tables are Tables

SETTLED = (NeedState.ACCEPTED, NeedState.CLOSED)
"""Needs for which nothing is asked any more."""
AT_ONCE = timedelta(0)
HOLDS_UP_FOR = 4
"""From its fourth try on a message lets those behind it pass."""

_order_lock = threading.Lock()
_last_order = 0


def next_order() -> int:
    """Return a number that grows with every message of this process, and nearly so between processes."""
    global _last_order  # noqa: PLW0603  one counter for the process, guarded by its lock
    with _order_lock:
        _last_order = max(_last_order + 1, time.time_ns())
        return _last_order


class Told(TypedDict, total=False):
    """How a message is queued, as :func:`message` takes it."""

    language: Required[str]
    values: dict[str, Any] | None
    buttons: Sequence[Sequence[dict[str, Any]]]
    action: str
    silent: bool
    urgent: bool
    edits_id: UUID | None
    page_id: UUID | None
    need_id: UUID | None
    method_id: UUID | None
    number: int | None
    asks: bool
    first_of_cluster: bool
    throttled: bool
    dedupe_key: str | None
    after: timedelta


def enqueue(unit: UnitOfWork, chat: Chat, template: str, **told: Unpack[Told]) -> UUID | None:
    """Queue one message in this unit; return its id, or None when ``dedupe_key`` was queued before.

    It leaves by the channel of its conversation, no earlier than ``after`` from now. At a door to which nothing can be
    sent it lies until somebody comes to look (:mod:`alerts.messages.mailbox`), and nobody who sends messages ever
    claims it. If ``throttled`` it leaves with whatever waits like it for the same reader (:mod:`alerts.sending.crowd`).
    """
    return next(iter(enqueue_all(unit, [message(unit, chat, template, **told)])), None)


def reword(
    unit: UnitOfWork,
    row: Delivery,
    template: str,
    values: dict[str, Any],
    *,
    buttons: Sequence[Sequence[dict[str, Any]]] = (),
    urgent: bool = False,
    dedupe_key: str | None = None,
) -> None:
    """Queue other words, in the same language, for the place of a message: it changes, and makes no sound.

    Where it has not left by then nothing is sent. What was queued under the same ``dedupe_key`` is not queued again.
    """
    enqueue(
        unit,
        unit.session.get_one(Chat, row.chat_id),
        template,
        language=row.language,
        values=values,
        buttons=buttons,
        action="edit",
        edits_id=row.id,
        urgent=urgent,
        dedupe_key=dedupe_key,
    )


def enqueue_all(unit: UnitOfWork, messages: Sequence[dict[str, Any]]) -> list[UUID]:
    """Queue messages that :func:`message` made, hundreds by one statement; return the ids of those that are new."""
    unit.session.flush()
    if not messages:
        return []
    # The database decides who was first: two transactions may have come to the same conclusion at once.
    once = insert_into(unit.session, TABLE).on_conflict_do_nothing(index_elements=[TABLE.c.dedupe_key])
    return list(unit.session.scalars(once.returning(TABLE.c.id), list(messages)))


def message(
    unit: UnitOfWork,
    chat: Chat,
    template: str,
    *,
    language: str,
    values: dict[str, Any] | None = None,
    buttons: Sequence[Sequence[dict[str, Any]]] = (),
    action: str = "send",
    silent: bool = False,
    urgent: bool = False,
    edits_id: UUID | None = None,
    page_id: UUID | None = None,
    need_id: UUID | None = None,
    method_id: UUID | None = None,
    number: int | None = None,
    asks: bool = False,
    first_of_cluster: bool = False,
    throttled: bool = False,
    dedupe_key: str | None = None,
    after: timedelta = AT_ONCE,
) -> dict[str, Any]:
    """Return the row of a message as :func:`enqueue` queues it."""
    return {
        "id": new_id(),
        "channel": chat.door,
        "chat_id": chat.id,
        "page_id": page_id,
        "need_id": need_id,
        "action": action,
        "template": template,
        "values": values or {},
        "buttons": [list(row) for row in buttons],
        "language": language,
        "silent": silent,
        "urgent": urgent,
        "order_key": next_order(),
        "edits_id": edits_id,
        "method_id": method_id,
        "number": number,
        "asks": asks,
        "first_of_cluster": first_of_cluster,
        "throttled": throttled,
        "dedupe_key": dedupe_key,
        "created_at": unit.now,
        "due_at": None if chat.door == WEB else unit.now + after,
    }


def cancel(unit: UnitOfWork, *which: ColumnElement[bool]) -> None:
    """Cancel messages that say what is no longer true and have not left.

    Also one under way that would not hold up those behind it: if it fails, it must not come after them.
    """
    unit.session.execute(
        update(Delivery)
        .where(
            Delivery.action == "send",
            or_(
                Delivery.state.in_(UNSENT),
                and_(Delivery.state == DeliveryState.SENDING, Delivery.tries >= HOLDS_UP_FOR),
            ),
            *which,
        )
        .values(state=DeliveryState.CANCELLED, due_at=None, fence=None)
    )


def withdraw(unit: UnitOfWork, *needs: UUID) -> None:
    """Withdraw what was queued to ask for some needs and has not left."""
    unit.session.execute(
        update(Delivery)
        .where(Delivery.need_id.in_(needs), Delivery.state.in_(UNSENT), Delivery.action == "send")
        .values(state=DeliveryState.CANCELLED, due_at=None, fence=None)
    )
