"""Taking: claim what is due, see that it still holds, keep every limit, and make of what leaves the calls to make."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.messages.giving_up import MOVED, look_at_row
from alerts.messages.held import KNOCK, WINDOW_CLOSED, note_held
from alerts.messages.outbox import SETTLED, TABLE
from alerts.models import CANARY, Delivery, DeliveryState
from alerts.sending.channel_lanes import lock_channel, wait_for_lanes
from alerts.sending.crowd import Crowd
from alerts.sending.due import load, may_be_taken, rest
from alerts.sending.jobs import make_job, write_attempts
from alerts.sending.limits import TELEGRAM, Limits
from contacts.whatsapp import may_write
from store import claims
from store.data_keys import chat_scope

if TYPE_CHECKING:
    from alerts.sending.due import Due
    from alerts.sending.jobs import Job
    from alerts.telling.wording import Wording
    from store.lanes import Lane
    from store.unit_of_work import UnitOfWork

ORIGINAL_UNDER_WAY = timedelta(milliseconds=300)
"""How long an edit waits before it looks again whether what it edits has left."""
LEASE = timedelta(seconds=25)
"""Longer than a call may take and its outcome may wait: a call that is still under way must not be made again."""


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
    claimed = load(unit, held)
    lanes = lock_channel(unit, channel, claimed)
    crowd = Crowd(unit, limits, [due.row for due in claimed])
    leaving = [due for due in claimed if _may_leave(unit, lanes, limits, crowd, due)]
    unit.vault.fetch(chat_scope(due.row.chat_id) for due in leaving)
    jobs = [job for due in leaving if (job := make_job(unit, wording, due)) is not None]
    write_attempts(unit, jobs)
    return jobs


def _may_leave(unit: UnitOfWork, lanes: dict[str, Lane], limits: Limits, crowd: Crowd, due: Due) -> bool:
    """Whether it leaves now; if not, its row says what became of it, or when to look again."""
    is_for_nobody = crowd.is_gone(due.row) or _is_anothers(unit, due)
    if is_for_nobody or (limits.has_days and _waits_for_a_word(unit, due, knocks=limits.knocks)):
        return False
    if (due.row.action == "send" and due.row.need_state in SETTLED) or crowd.is_stale(due.row) or _has_left(due):
        return rest(unit, due, due_at=None, state=DeliveryState.CANCELLED)
    calm_at = crowd.calm_at(due.row)
    if calm_at is not None:  # waiting for its reader's sake, or for a limit, spends no try
        return rest(unit, due, due_at=calm_at, throttled=True, tries=due.held.tries - 1)
    ready_at = wait_for_lanes(unit.now, lanes, limits, due)
    if ready_at is not None:
        return rest(unit, due, due_at=ready_at, tries=due.held.tries - 1)
    if due.row.asks and crowd.bundle(due.row, due.held):
        return False
    return due.row.edits_id is None or due.row.original_ref is not None or _wait_for_original(unit, due)


def _is_anothers(unit: UnitOfWork, due: Due) -> bool:
    """Whether its reader has another account, number or address since it was queued: it is not for whoever has that.

    They are rung anew, where they are now.
    """
    row = due.row
    if row.action != "send" or row.method_id is None or row.way_leads_to == row.chat_id:
        return False
    rest(unit, due, due_at=None, state=DeliveryState.FAILED_PERMANENT, trouble=MOVED)
    look_at_row(unit, unit.session.get_one(Delivery, row.id, populate_existing=True))
    return True


def _has_left(due: Due) -> bool:
    """Whether its reader helps no longer. Who answers canaries is nobody, and counts as somebody who has left."""
    row = due.row
    return row.action == "send" and row.left_at is not None and row.channel != CANARY


def _waits_for_a_word(unit: UnitOfWork, due: Due, *, knocks: bool) -> bool:
    """Whether its reader's day is over: then it is kept until they write, and its row says so.

    What makes their provider forget something, and a knock, may always leave.
    """
    row = due.row
    if row.action != "send" or row.template == KNOCK or may_write(row.heard_at, unit.now):
        return False
    rest(unit, due, due_at=None, state=DeliveryState.QUEUED, trouble=WINDOW_CLOSED, tries=due.held.tries - 1)
    note_held(unit, row.chat_id, row.language, knocks=knocks)
    return True


def _wait_for_original(unit: UnitOfWork, due: Due) -> bool:
    """An edit of a message that never left is nothing to do; of one on its way, it waits. Never now."""
    if due.row.original_due_at is None:
        return rest(unit, due, due_at=None, state=DeliveryState.CANCELLED)
    return rest(unit, due, due_at=unit.now + ORIGINAL_UNDER_WAY, tries=due.held.tries - 1)
