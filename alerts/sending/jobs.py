"""Jobs: from a claimed message to the call that may be made, written down before it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Table, func, insert, or_, select, update

from alerts.channels.port import UnknownOutcome
from alerts.messages.buttons import open_callback
from alerts.messages.giving_up import give_up, look_at_page
from alerts.messages.held import KNOCK
from alerts.messages.incoming import FORGET
from alerts.messages.outbox import TABLE
from alerts.models import Attempt, Delivery, DeliveryState
from alerts.sending.due import rest
from alerts.sending.erasable import numbers_to_erase
from alerts.sending.recorded import spoken_reply
from alerts.telling.enclosed import entry_of
from alerts.telling.wording import PLAIN, OutdatedError, Wording, Words, render, subject_of
from contacts.values import ChannelName
from store import claims
from store.base import new_id
from store.chats import open_address

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from alerts.channels.port import Button
    from alerts.sending.due import Due
    from cases.docket.calendar import CalendarEntry
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

SPOKEN_TRIES = 3
"""How often a message is sent with its recording; whatever stands in the way of that lets plain words through."""
TAKEN = "sent"
"""The outcome of a call that its provider took."""
ATTEMPTS: Table = Attempt.__table__  # type: ignore[assignment]  # declarative tables are Tables


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
    """The message to edit, or what the provider is to forget."""
    provider_refs: tuple[str, ...]
    """The messages to erase."""
    callback_id: str | None
    """The press to answer."""
    doubtful_since: datetime | None = None
    """When a call for this message began whose outcome nobody knows: its provider is asked first, where it can be."""
    entry: CalendarEntry | None = None
    """For the reader's calendar."""
    recording: Path | None = None
    """Of the words, in somebody's voice."""
    knocks: bool = False
    """Whether it leaves as the message that may be sent to whom nothing else may."""


def make_job(unit: UnitOfWork, wording: Wording, due: Due) -> Job | None:
    """Make the words of a message and all else its call needs; None where it cannot be said any more, or at all.

    Then its row says why, and whoever waits for it is passed over.
    """
    row = due.row
    try:
        words = Words(row.template, row.given, row.buttons, row.language, plain=row.channel in PLAIN)
        entry = entry_of(unit, row.given)
        text, keyboard = render(unit, wording, words)
        address = open_address(unit, row.chat_id, row.address)
        sealed = row.given.get("callback")
        callback_id = None if sealed is None else open_callback(unit, row.chat_id, sealed)
    except OutdatedError:
        rest(unit, due, due_at=None, state=DeliveryState.EXPIRED)
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
        provider_ref=row.original_ref or row.given.get(FORGET),
        provider_refs=tuple(to_erase),
        callback_id=callback_id,
        doubtful_since=_doubtful_since(unit, due),
        entry=entry,
        recording=_recording(wording, due) if row.action == "send" else None,
        knocks=row.template == KNOCK,
    )


def _recording(wording: Wording, due: Due) -> Path | None:
    """What is spoken beside the words, where the channel carries it; after a few tries words that arrive are more."""
    if due.row.channel != ChannelName.TELEGRAM or due.held.tries > SPOKEN_TRIES:
        return None
    return spoken_reply(wording.recordings, due.row.language, due.row.template)


def _doubtful_since(unit: UnitOfWork, due: Due) -> datetime | None:
    """When a call began of which nobody knows whether it got through; its reader is rung by the next channel too.

    A later call that failed says nothing about that one. One that was taken does: what it brought was reported on.
    """
    if due.row.action != "send" or due.held.tries == 1:
        return None
    if due.row.page_id is not None and due.row.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
        look_at_page(unit, due.row.page_id)
    calls = ATTEMPTS.c.delivery_id == due.row.id
    taken = select(func.max(ATTEMPTS.c.began_at)).where(calls, ATTEMPTS.c.outcome == TAKEN).scalar_subquery()
    earlier = select(func.min(ATTEMPTS.c.began_at)).where(
        calls,
        or_(ATTEMPTS.c.ended_at.is_(None), ATTEMPTS.c.outcome == UnknownOutcome.__name__),
        or_(taken.is_(None), ATTEMPTS.c.began_at > taken),
    )
    since: datetime | None = unit.session.scalar(earlier)
    return since


def _choose_messages(unit: UnitOfWork, row: Delivery) -> list[str]:
    """Say which messages a call that erases is about: those that can be erased now, not when it was queued."""
    if row.chat_id is None:
        return []
    numbers = numbers_to_erase(unit, row.chat_id, datetime.fromisoformat(row.values["before"]), row.order_key)
    row.values = {**row.values, "numbers": numbers}
    return numbers


def write_attempts(unit: UnitOfWork, jobs: list[Job]) -> None:
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
