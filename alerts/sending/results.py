"""Results: what the provider said becomes the state of a delivery, and what must follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from alerts.channels.port import (
    AddressMoved,
    ChannelError,
    PermanentFailure,
    RateLimited,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.messages.giving_up import BROKEN_CHANNEL, LATE_AFTER, MOVED, RING, give_up, look_at_page, look_at_row
from alerts.messages.outbox import SETTLED, TABLE
from alerts.messages.reach import lose_way
from alerts.models import HANDED_OVER, Delivery, DeliveryState, Need
from alerts.sending.channel_lanes import chat_lane
from alerts.sending.erasing import erased, not_erased, note_shown
from alerts.sending.jobs import ATTEMPTS, TAKEN, Job
from alerts.sending.lanes import close_lane
from alerts.sending.limits import TELEGRAM, Limits
from alerts.sending.receipts import REPORTING, apply_early
from alerts.telling.settled import rewrite
from store import claims
from store.base import OWN
from store.chats import Chat, find_chat, move_chat
from store.lanes import lock_lanes
from store.timers import Timer

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select, Update

    from store.unit_of_work import UnitOfWork

URGENT_STEPS = (1, 2, 5, 10, 25)
PATIENT_STEPS = (2, 5, 15, 30, 60)
"""Seconds until the next try after the first, second … failure; the last one repeats."""
DOUBTFUL_STEPS = (2, 5, 15, 60, 300, 900, 3600)
"""The same after the first, second … call of which nobody knows whether it got through: each may have been read."""
GIVE_UP_AFTER = timedelta(hours=24)
"""After a day of tries in vain a message that is no page is no longer news. Time in which nobody could try does not
count: a machine that wakes after a week has a day for what waited in it."""
TRY_ON = timedelta(hours=1)
"""How long it rests from then on if it makes a provider forget something: that is tried until it is done."""
LONGEST_MEANING = 200
"""Characters that are kept of what a failure means."""
AFTER_MISCONFIGURATION = timedelta(seconds=15)


@dataclass(frozen=True)
class Outcome:
    """What one call came to: what the provider gave back, or why it failed."""

    job: Job
    result: Sent | ChannelError


def record(unit: UnitOfWork, outcomes: list[Outcome], limits: Limits = TELEGRAM) -> None:
    """Write the outcomes of several calls in one unit. Each is written whatever the others say."""
    # Limits before rows and in one order, so that two recorders never wait in a circle.
    limited = [one.job for one in outcomes if isinstance(one.result, RateLimited)]
    lock_lanes(unit, [chat_lane(job.channel, job.chat_id) for job in limited])
    _lock_rings(unit, [one.job.delivery_id for one in outcomes if not isinstance(one.result, Sent)])
    _end_attempts(unit, outcomes)
    _record_sent(unit, [(one.job, one.result) for one in outcomes if isinstance(one.result, Sent)])
    for outcome in outcomes:
        _settle(unit, outcome, limits)
    apply_early(unit, [one.job.attempt_id for one in outcomes if one.job.channel in REPORTING])


def _lock_rings(unit: UnitOfWork, failed: list[UUID]) -> None:
    """Take the timers of the pages that failures are about, in one order: recorders of several channels meet here."""
    if failed:
        pages = select(Delivery.page_id).where(Delivery.id.in_(failed))
        rings = select(Timer.id).where(Timer.kind == RING, Timer.subject_id.in_(pages)).order_by(Timer.subject_id)
        unit.session.execute(rings.with_for_update(**OWN)).all()


def record_bare(unit: UnitOfWork, outcome: Outcome, trouble: str) -> None:
    """Write only what the provider said, when what must follow from it cannot be carried out; a person must look."""
    _end_attempts(unit, [outcome])
    said: dict[str, Any] = {"state": DeliveryState.FAILED_TEMPORARY}
    if isinstance(outcome.result, Sent):
        said = {"state": DeliveryState.SENT, "sent_at": unit.now}
        if outcome.job.action == "send":
            said["provider_ref"] = outcome.result.provider_id
    elif isinstance(outcome.result, UnknownOutcome):
        said = {"state": DeliveryState.UNKNOWN}
    elif isinstance(outcome.result, PermanentFailure):
        said = {"state": DeliveryState.FAILED_PERMANENT}
    if claims.settle(unit.session, TABLE, outcome.job.held, due_at=None, trouble=trouble, **said):
        give_up(unit, outcome.job.delivery_id, None)


def _end_attempts(unit: UnitOfWork, outcomes: list[Outcome]) -> None:
    ended = [
        {
            "attempt": one.job.attempt_id,
            "said": TAKEN if isinstance(one.result, Sent) else type(one.result).__name__,
            "why": None if isinstance(one.result, Sent) else one.result.code,
            "means": None if isinstance(one.result, Sent) else one.result.meaning[:LONGEST_MEANING],
            "ref": one.result.provider_id or None if isinstance(one.result, Sent) else None,
        }
        for one in outcomes
    ]
    unit.session.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.id == bindparam("attempt"))
        .values(
            ended_at=unit.now,
            outcome=bindparam("said"),
            code=bindparam("why"),
            meaning=bindparam("means"),
            provider_ref=bindparam("ref"),
        ),
        ended,
    )


def _record_sent(unit: UnitOfWork, sent: list[tuple[Job, Sent]]) -> None:
    """Write what was taken by the provider, in one statement for all messages.

    Also where our claim is gone but nobody else has one (withdrawn while the call was under way): it did reach its
    reader, and that is the truth. In the order of ids, so that two recorders never wait in a circle.
    """
    in_order = sorted(sent, key=lambda one: one[0].delivery_id)
    messages = [{**_named(job), "ref": result.provider_id} for job, result in in_order if job.action == "send"]
    others = [_named(job) for job, _ in in_order if job.action != "send"]
    if messages:
        unit.session.execute(_sent_now(unit).values(provider_ref=bindparam("ref")), messages)
    if others:
        unit.session.execute(_sent_now(unit), others)
    ids = [job.delivery_id for job, _ in sent]
    for row in unit.session.scalars(_with_consequences(), {"ids": ids}).all() if ids else ():
        _draw_consequences(unit, row)


def _named(job: Job) -> dict[str, Any]:
    return {"delivery": job.delivery_id, "ours": job.held.fence}


def _sent_now(unit: UnitOfWork) -> Update:
    return (
        update(TABLE)
        .where(TABLE.c.id == bindparam("delivery"), or_(TABLE.c.fence == bindparam("ours"), TABLE.c.fence.is_(None)))
        .values(due_at=None, trouble=None, fence=None, state=DeliveryState.SENT, sent_at=unit.now)
    )


@cache
def _with_consequences() -> Select[Delivery]:
    """Messages something follows from. From most pages nothing does: they were sent while they were still true."""
    return (
        select(Delivery)
        .outerjoin(Need, Need.id == Delivery.need_id)
        .where(
            Delivery.id.in_(bindparam("ids", expanding=True)),
            or_(
                Delivery.action == "delete",
                and_(Delivery.action == "send", or_(Delivery.need_id.is_(None), Need.state.in_(SETTLED))),
            ),
        )
        .execution_options(populate_existing=True)
    )


def _draw_consequences(unit: UnitOfWork, row: Delivery) -> None:
    if row.action == "delete":
        erased(unit, row)
    elif row.need_id is None:
        note_shown(unit, row)
    else:
        rewrite(unit, row, shown_twice=_was_rewritten(unit, row))


def _was_rewritten(unit: UnitOfWork, row: Delivery) -> bool:
    """Whether an edit has left, or is leaving, for a message whose number has only now become known.

    It can only have gone to an earlier copy: one whose call was lost, and whose button was pressed while the message
    was being sent again.
    """
    left = (*HANDED_OVER, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    edits = select(Delivery.id).where(Delivery.edits_id == row.id, Delivery.action == "edit", Delivery.state.in_(left))
    return unit.session.scalar(edits.limit(1)) is not None


def _settle(unit: UnitOfWork, outcome: Outcome, limits: Limits) -> None:
    match outcome.result:
        case Sent():
            pass  # written together with the others
        case PermanentFailure():
            _failed_for_good(unit, outcome.job, outcome.result)
        case RateLimited():
            _wait_for_limit(unit, outcome.job, outcome.result, limits)
        case AddressMoved():
            _follow(unit, outcome.job, outcome.result.new_address)
        case UnknownOutcome():
            _retry(unit, outcome.job, DeliveryState.UNKNOWN)
        case TemporaryFailure():
            _retry(unit, outcome.job, DeliveryState.FAILED_TEMPORARY)
        case _:
            _wait_for_mending(unit, outcome.job)


def _wait_for_mending(unit: UnitOfWork, job: Job) -> None:
    """Nothing will leave by this channel until a person mends it; nothing is lost meanwhile, and others ring."""
    _again(unit, job, unit.now + AFTER_MISCONFIGURATION, DeliveryState.FAILED_TEMPORARY)
    row = unit.session.get_one(Delivery, job.delivery_id, populate_existing=True)
    if row.asks:
        row.trouble = BROKEN_CHANNEL
        unit.session.flush()
        look_at_row(unit, row)


def _failed_for_good(unit: UnitOfWork, job: Job, error: PermanentFailure) -> None:
    ours = claims.settle(
        unit.session, TABLE, job.held, due_at=None, state=DeliveryState.FAILED_PERMANENT, trouble=error.code
    )
    row = unit.session.get_one(Delivery, job.delivery_id, populate_existing=True)
    if ours and job.action == "delete":
        not_erased(unit, row)
    if not ours or job.action != "send":
        return
    lose_way(unit, row, recipient_gone=error.recipient_gone)


def _wait_for_limit(unit: UnitOfWork, job: Job, error: RateLimited, limits: Limits) -> None:
    """The provider's own limit for this conversation: it waits, the others go on, and no try is spent.

    However long the provider says, it is asked again after the longest closure: a page may be waiting.
    """
    ready_at = unit.now + min(error.retry_after, limits.longest_closure)
    key = chat_lane(job.channel, job.chat_id)
    lane = lock_lanes(unit, [key])[key]
    lane.free_at = close_lane(lane.free_at, ready_at, limits.chat_every, limits.chat_burst)
    _again(unit, job, ready_at, DeliveryState.QUEUED, tries=job.held.tries - 1)


def _follow(unit: UnitOfWork, job: Job, new_address: str) -> None:
    """Send to where the conversation lives now; one that is known there already gets what it must by itself."""
    chat = unit.session.get_one(Chat, job.chat_id)
    if find_chat(unit, chat.door, new_address) is not None:
        ours = claims.settle(
            unit.session, TABLE, job.held, due_at=None, state=DeliveryState.FAILED_PERMANENT, trouble=MOVED
        )
        page_id = unit.session.get_one(Delivery, job.delivery_id).page_id
        if ours and page_id is not None:
            look_at_page(unit, page_id)
        return
    move_chat(unit, chat, new_address)
    _again(unit, job, unit.now, DeliveryState.QUEUED)


def _retry(unit: UnitOfWork, job: Job, state: DeliveryState) -> None:
    row = unit.session.get_one(Delivery, job.delivery_id)
    if state is DeliveryState.UNKNOWN and job.action == "send" and not row.asks:
        calls = _doubtful_calls(unit, job)
        pause = timedelta(seconds=claims.nth_pause(DOUBTFUL_STEPS, calls))
    else:
        calls, steps = job.held.tries, URGENT_STEPS if row.urgent or row.asks else PATIENT_STEPS
        pause = timedelta(seconds=claims.nth_pause(steps, calls))
    is_no_news = not row.asks and calls * pause > GIVE_UP_AFTER
    if is_no_news and job.action == "redact":  # what somebody said must not stay there, however long it takes
        _again(unit, job, unit.now + TRY_ON, state)
        return
    if is_no_news:
        if claims.settle(unit.session, TABLE, job.held, due_at=None, state=DeliveryState.FAILED_PERMANENT):
            give_up(unit, row.id, None)
        return
    if row.asks and (state is DeliveryState.UNKNOWN or job.held.tries >= LATE_AFTER):
        look_at_row(unit, row)
    _again(unit, job, unit.now + pause, state)


def _doubtful_calls(unit: UnitOfWork, job: Job) -> int:
    """How many copies of a message its reader may have."""
    doubtful = (ATTEMPTS.c.delivery_id == job.delivery_id, ATTEMPTS.c.outcome == UnknownOutcome.__name__)
    return unit.session.scalar(select(func.count()).select_from(ATTEMPTS).where(*doubtful)) or 1


def _again(unit: UnitOfWork, job: Job, at: datetime, state: DeliveryState, **values: Any) -> None:
    claims.settle(unit.session, TABLE, job.held, due_at=at, state=state, **values)
