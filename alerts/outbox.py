"""The outbox: messages are rows before they are calls, and their outcome is a row after.

Three steps, each its own transaction: *enqueue* (in the unit of whatever caused the message), *take* (claim, check
that it still holds, keep the provider's limits, write the attempt, make the words), *record* (what the provider
said). Between *take* and *record* a call is made with no transaction open (see :mod:`alerts.sender`).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from alerts.buttons import open_callback
from alerts.channels.port import UnknownOutcome
from alerts.crowd import Crowd
from alerts.enclosed import entry_of
from alerts.erasable import numbers_to_erase
from alerts.giving_up import give_up, look_at_page
from alerts.lanes import NEVER_CLOSED, admit
from alerts.limits import TELEGRAM, Limits
from alerts.models import UNSENT, Attempt, Delivery, DeliveryState, Need, NeedState
from alerts.wording import PLAIN, OutdatedError, Wording, Words, render, subject_of
from contacts.values import ChannelName
from store import claims
from store.base import new_id
from store.chats import Chat, open_address
from store.data_keys import chat_scope
from store.lanes import Lane, lock_lanes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from alerts.channels.port import Button
    from cases.docket.calendar import CalendarEntry
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

TABLE: Table = Delivery.__table__  # type: ignore[assignment]  # declarative tables are Tables
ATTEMPTS: Table = Attempt.__table__  # type: ignore[assignment]

FREE_OF_LIMITS = ("answer", "leave", "redact")
SETTLED = (NeedState.ACCEPTED, NeedState.CLOSED)
ORIGINAL_UNDER_WAY = timedelta(milliseconds=300)
"""How long an edit waits before it looks again whether what it edits has left."""
LEASE = timedelta(seconds=25)
"""Longer than a call may take and its outcome may wait: a call that is still under way must not be made again."""
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


def enqueue(
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
    dedupe_key: str | None = None,
    after: timedelta = AT_ONCE,
) -> UUID | None:
    """Queue one message in this unit; return its id, or None when ``dedupe_key`` was queued before.

    It leaves by the channel of its conversation, no earlier than ``after`` from now.
    """
    fresh = postgresql_insert if unit.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    delivery = fresh(TABLE).values(
        id=new_id(),
        channel=chat.door,
        chat_id=chat.id,
        page_id=page_id,
        need_id=need_id,
        action=action,
        template=template,
        values=values or {},
        buttons=[list(row) for row in buttons],
        language=language,
        silent=silent,
        urgent=urgent,
        order_key=next_order(),
        edits_id=edits_id,
        method_id=method_id,
        number=number,
        asks=asks,
        first_of_cluster=first_of_cluster,
        dedupe_key=dedupe_key,
        created_at=unit.now,
        due_at=unit.now + after,
    )
    unit.session.flush()
    # The database decides who was first: two transactions may have come to the same conclusion at once.
    once = delivery.on_conflict_do_nothing(index_elements=[TABLE.c.dedupe_key]).returning(TABLE.c.id)
    queued: UUID | None = unit.session.scalar(once)
    return queued


@dataclass(frozen=True)
class Job:
    """One provider call that was written down and may now be made."""

    held: Claim
    delivery_id: UUID
    attempt_id: UUID
    channel: str
    chat_id: UUID
    action: str
    silent: bool
    language: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(repr=False)
    keyboard: tuple[tuple[Button, ...], ...] = field(repr=False)
    provider_ref: str | None
    """The message to edit."""
    provider_refs: tuple[str, ...]
    """The messages to erase."""
    callback_id: str | None
    """The press to answer."""
    doubtful_since: datetime | None = None
    """When a call for this message began whose outcome nobody knows: its provider is asked first, where it can be."""
    entry: CalendarEntry | None = None
    """For the reader's calendar."""


@dataclass(frozen=True)
class _Due:
    """A claimed message with all that decides whether and where it leaves, read in one query."""

    held: Claim
    row: Any
    """Columns of the delivery, its address in ciphertext, the state of its need, the message it edits."""

    @property
    def limited(self) -> bool:
        return self.row.action not in FREE_OF_LIMITS


def take(
    unit: UnitOfWork, wording: Wording, limit: int, limits: Limits = TELEGRAM, *, channel: str = "telegram"
) -> list[Job]:
    """Claim messages of a channel that may leave now; urgent ones first, those of one conversation in their order.

    What asks somebody who has had enough for the moment waits; when it may leave, whatever else waits for the same
    reader leaves with it, as one message.
    """
    held = claims.claim(
        unit.session,
        TABLE,
        unit.now,
        limit=limit,
        lease=LEASE,
        only=may_be_taken(channel),
        first=(TABLE.c.urgent.desc(), TABLE.c.first_of_cluster.desc(), TABLE.c.order_key),
    )
    if not held:
        return []
    claimed = _load(unit, held)
    lanes = lock_lanes(unit, _lane_keys(channel, claimed))
    crowd = Crowd(unit, limits, [due.row for due in claimed])
    leaving = [due for due in claimed if _may_leave(unit, lanes, limits, crowd, due)]
    unit.vault.fetch(chat_scope(due.row.chat_id) for due in leaving)
    jobs = [job for due in leaving if (job := _word(unit, wording, due)) is not None]
    _write_attempts(unit, jobs)
    return jobs


@cache
def may_be_taken(channel: str) -> tuple[ColumnElement[bool], ...]:
    """Which due rows the sender of a channel may take."""
    return (TABLE.c.channel == channel, in_turn())


@cache
def _details() -> Select[Any]:
    """Everything that is needed of claimed messages. Made once: making a statement costs more than running it."""
    original = aliased(TABLE)
    chats: Table = Chat.__table__  # type: ignore[assignment]  # declarative tables are Tables
    needs: Table = Need.__table__  # type: ignore[assignment]
    return (
        select(
            TABLE.c.id,
            TABLE.c.channel,
            TABLE.c.chat_id,
            TABLE.c.page_id,
            TABLE.c.need_id,
            TABLE.c.state,
            TABLE.c.asks,
            TABLE.c.first_of_cluster,
            TABLE.c.throttled,
            TABLE.c.action,
            TABLE.c.template,
            TABLE.c["values"].label("given"),
            TABLE.c.buttons,
            TABLE.c.language,
            TABLE.c.silent,
            TABLE.c.edits_id,
            chats.c.address,
            needs.c.state.label("need_state"),
            original.c.due_at.label("original_due_at"),
            original.c.provider_ref.label("original_ref"),
        )
        .select_from(TABLE)
        .outerjoin(chats, chats.c.id == TABLE.c.chat_id)
        .outerjoin(needs, needs.c.id == TABLE.c.need_id)
        .outerjoin(original, original.c.id == TABLE.c.edits_id)
        .where(TABLE.c.id.in_(bindparam("ids", expanding=True)))
    )


def _load(unit: UnitOfWork, held: list[Claim]) -> list[_Due]:
    """Read all claimed messages at once: a few queries for each would be most of the work."""
    found = unit.session.execute(_details(), {"ids": [one.id for one in held]})
    rows = {row.id: row for row in found}
    return [_Due(one, rows[one.id]) for one in held]


@cache
def in_turn() -> ColumnElement[bool]:
    """Whether no earlier message of the same conversation and urgency still has to leave.

    What is the first of another happening waits for nothing but the provider's limits. One that was tried several
    times in vain holds up nobody any more: the fault may be its own.
    """
    earlier = aliased(TABLE)
    behind_another = (
        exists()
        .where(
            earlier.c.chat_id == TABLE.c.chat_id,
            earlier.c.urgent == TABLE.c.urgent,
            earlier.c.order_key < TABLE.c.order_key,
            earlier.c.due_at.is_not(None),
            earlier.c.tries < HOLDS_UP_FOR,
            earlier.c.throttled.is_(False),
            earlier.c.action.not_in(FREE_OF_LIMITS),
        )
        .correlate(TABLE)
    ) & and_(TABLE.c.action.not_in(FREE_OF_LIMITS), TABLE.c.first_of_cluster.is_(False))
    return ~behind_another


def chat_lane(channel: str, chat_id: UUID) -> str:
    """The limit of one conversation."""
    return f"{channel}:chat:{chat_id}"


def everybody_lane(channel: str) -> str:
    """The limit of a channel, over all conversations."""
    return f"{channel}:all"


def _lane_keys(channel: str, claimed: list[_Due]) -> list[str]:
    limited = [chat_lane(channel, due.row.chat_id) for due in claimed if due.limited]
    return [everybody_lane(channel), *limited] if limited else []


def _may_leave(unit: UnitOfWork, lanes: dict[str, Lane], limits: Limits, crowd: Crowd, due: _Due) -> bool:
    """Whether it leaves now; if not, its row says what became of it, or when to look again."""
    if crowd.is_gone(due.row):
        return False
    if (due.row.action == "send" and due.row.need_state in SETTLED) or crowd.is_stale(due.row):
        return _rest(unit, due, due_at=None, state=DeliveryState.CANCELLED)
    calm_at = crowd.calm_at(due.row)
    if calm_at is not None:  # waiting for its reader's sake, or for a limit, spends no try
        return _rest(unit, due, due_at=calm_at, throttled=True, tries=due.held.tries - 1)
    ready_at = _wait_for_lanes(unit.now, lanes, limits, due)
    if ready_at is not None:
        return _rest(unit, due, due_at=ready_at, tries=due.held.tries - 1)
    if due.row.asks and crowd.bundle(due.row, due.held):
        return False
    return due.row.edits_id is None or due.row.original_ref is not None or _wait_for_original(unit, due)


def _wait_for_original(unit: UnitOfWork, due: _Due) -> bool:
    """An edit of a message that never left is nothing to do; of one on its way, it waits. Never now."""
    if due.row.original_due_at is None:
        return _rest(unit, due, due_at=None, state=DeliveryState.CANCELLED)
    return _rest(unit, due, due_at=unit.now + ORIGINAL_UNDER_WAY, tries=due.held.tries - 1)


def _rest(unit: UnitOfWork, due: _Due, **values: Any) -> bool:
    claims.settle(unit.session, TABLE, due.held, **values)
    return False


def _wait_for_lanes(now: datetime, lanes: dict[str, Lane], limits: Limits, due: _Due) -> datetime | None:
    if not due.limited:
        return None
    wanted = (
        (
            lanes[chat_lane(due.row.channel, due.row.chat_id)],
            limits.chat_every,
            limits.chat_burst,
            limits.longest_closure,
        ),
        (lanes[everybody_lane(due.row.channel)], limits.everybody_every, limits.everybody_burst, NEVER_CLOSED),
    )
    asked = [
        (lane, admit(lane.free_at, now, every, burst, longest_closure=closure))
        for lane, every, burst, closure in wanted
    ]
    refused = [answer.ready_at for _, answer in asked if not answer.allowed]
    if refused:
        for lane, answer in asked:  # less only where the clock was set back: the lane is not to refuse for ever
            lane.free_at = min(lane.free_at, answer.new_free_at)
        return max(refused)
    for lane, answer in asked:
        lane.free_at = answer.new_free_at
    return None


def _word(unit: UnitOfWork, wording: Wording, due: _Due) -> Job | None:
    row = due.row
    try:
        words = Words(row.template, row.given, row.buttons, row.language, plain=row.channel in PLAIN)
        entry = entry_of(unit, row.given)
        text, keyboard = render(unit, wording, words)
        address = open_address(unit, row.chat_id, row.address)
        sealed = row.given.get("callback")
        callback_id = None if sealed is None else open_callback(unit, row.chat_id, sealed)
    except OutdatedError:
        _rest(unit, due, due_at=None, state=DeliveryState.EXPIRED)
        return None
    except Exception as error:  # noqa: BLE001  one message that cannot be worded must not hold up the others
        trouble = f"{type(error).__name__} while wording {row.template}"
        if claims.settle(unit.session, TABLE, due.held, due_at=None, trouble=trouble):
            give_up(unit, row.id, row.page_id)
        return None
    to_erase = [] if row.action != "delete" else _choose_messages(unit, unit.session.get_one(Delivery, row.id))
    return Job(
        held=due.held,
        delivery_id=row.id,
        attempt_id=new_id(),
        channel=row.channel,
        chat_id=row.chat_id,
        action=row.action,
        silent=row.silent,
        language=row.language,
        address=address,
        text=text,
        subject=subject_of(row.given, row.language) if row.channel == ChannelName.EMAIL else "",
        keyboard=keyboard,
        provider_ref=row.original_ref,
        provider_refs=tuple(to_erase),
        callback_id=callback_id,
        doubtful_since=_doubtful_since(unit, due),
        entry=entry,
    )


def _doubtful_since(unit: UnitOfWork, due: _Due) -> datetime | None:
    """When a call began of which nobody knows whether it got through; its reader is rung by the next channel too."""
    if due.row.action != "send" or due.row.state not in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
        return None
    if due.row.page_id is not None:
        look_at_page(unit, due.row.page_id)
    earlier = select(func.min(ATTEMPTS.c.began_at)).where(
        ATTEMPTS.c.delivery_id == due.row.id,
        or_(ATTEMPTS.c.ended_at.is_(None), ATTEMPTS.c.outcome == UnknownOutcome.__name__),
    )
    since: datetime | None = unit.session.scalar(earlier)
    return since


def _write_attempts(unit: UnitOfWork, jobs: list[Job]) -> None:
    """Write down every call before any is made."""
    if not jobs:
        return
    rows = [{"id": job.attempt_id, "delivery_id": job.delivery_id, "began_at": unit.now} for job in jobs]
    unit.session.execute(insert(ATTEMPTS), rows)
    unit.session.execute(
        update(TABLE)
        .where(TABLE.c.id.in_([job.delivery_id for job in jobs]), TABLE.c.fence == jobs[0].held.fence)
        .values(state=DeliveryState.SENDING)
    )


def _choose_messages(unit: UnitOfWork, row: Delivery) -> list[str]:
    """Say which messages a call that erases is about: those that can be erased now, not when it was queued."""
    if row.action != "delete" or row.chat_id is None:
        return []
    numbers = numbers_to_erase(unit, row.chat_id, datetime.fromisoformat(row.values["before"]), row.order_key)
    row.values = {**row.values, "numbers": numbers}
    return numbers


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


def withdraw(unit: UnitOfWork, need_id: UUID) -> None:
    """Withdraw what was queued to ask for a need and has not left."""
    unit.session.execute(
        update(Delivery)
        .where(Delivery.need_id == need_id, Delivery.state.in_(UNSENT), Delivery.action == "send")
        .values(state=DeliveryState.CANCELLED, due_at=None, fence=None)
    )
