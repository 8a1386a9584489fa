"""The canary: an alert that nobody sees goes through the whole path, again and again, and its silence is an alarm.

It comes out of the inbox like words of a person, becomes an alert with a need, is paged, worded, sent and accepted by
the same code; only its reader is a row, and its channel ends in this process. What is special about it stands here,
and in the few places that name ``CANARY``. See docs/decisions/0013-canary.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import delete, exists, or_, select

from alerts.events import CanaryHeard, CanaryLost
from alerts.messages.buttons import press
from alerts.messages.outbox import next_order
from alerts.models import (
    CANARY,
    CANARY_READER,
    Alert,
    Attempt,
    Delivery,
    Need,
    NeedState,
    Page,
    PressableButton,
)
from alerts.search.acks import accept_need
from alerts.search.paging import wind
from cases.urgency import Urgency
from contacts.models import Contact, ContactMethod
from store import claims
from store.base import new_id
from store.chats import find_or_open_chat
from store.data_keys import contact_scope
from store.inbox import InboxItem, RawInput, keep
from store.timers import TABLE as TIMERS
from store.timers import Timer, set_timer
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.base import Base
    from store.chats import Chat
    from store.claims import Claim
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
EVERY: Final = timedelta(minutes=15)
PATIENCE: Final = timedelta(minutes=2)
"""How long the whole path may take; it takes a fraction of a second."""
KEPT_FOR: Final = timedelta(hours=1)
"""How long the rows of a canary that came back are kept."""
AT_ONCE: Final = timedelta(0)
TIMER = "canary"
SONG = "sing"
ANSWERS = "canary:answer"
"""Source of the answers in the inbox; the songs' is ``CANARY``."""


@dataclass(frozen=True)
class CanaryVitals:
    """How canaries fare. ``took``: the way of the last that came back; ``age``: since when; both None before the first.

    ``missing``: how long the oldest has been out that left after the last that came back.
    """

    took: timedelta | None
    age: timedelta | None
    missing: timedelta

    @property
    def is_silent(self) -> bool:
        """Whether one should have come back by now and has not."""
        return self.missing > PATIENCE or (self.age is not None and self.age > EVERY + PATIENCE)


def send_canary(unit: UnitOfWork) -> bool:
    """Put one into the inbox, unless somebody has done so in this quarter of an hour; return whether it was."""
    _see_to_reader(unit)
    _forget(unit, Need.accepted_at > unit.now + EVERY)  # by a clock that was set back since: their turns come again
    number = int(unit.now.timestamp() // EVERY.total_seconds())
    if not keep(unit, CANARY, CANARY, [RawInput(number, CANARY, SONG)], moves_cursor=False):
        return False
    unit.session.flush()
    item = select(InboxItem.id).where(InboxItem.source == CANARY, InboxItem.number == number)
    set_timer(unit, TIMER, unit.session.scalars(item).one(), unit.now + PATIENCE)
    return True


def _see_to_reader(unit: UnitOfWork) -> None:
    """Make the row that answers, and its one way to be reached."""
    if unit.session.get(Contact, CANARY_READER) is not None:
        return
    contact = Contact(id=CANARY_READER, role=CANARY, regions=[], languages=[], specialities=[])
    scope = contact_scope(contact.id)
    contact.name = unit.vault.seal(scope, Field("contact", "name", contact.id), CANARY)
    contact.name_index = unit.vault.blind_index("canary_name", CANARY)  # no name anybody could import
    contact.private = unit.vault.seal(scope, Field("contact", "private", contact.id), "{}")
    contact.created_at = contact.left_at = unit.now
    unit.session.add(contact)
    unit.session.flush()
    chat = find_or_open_chat(unit, CANARY, CANARY)
    unit.session.add(
        ContactMethod(id=new_id(), contact_id=contact.id, channel=CANARY, chat_id=chat.id, verified_at=unit.now)
    )
    unit.session.flush()


def hear_canary(unit: UnitOfWork, item: InboxItem, chat: Chat, text: str) -> None:
    """Take what came in at the canary's door: a song, or the press of a button."""
    if item.source == CANARY:
        unit.record(CanaryHeard(case_id=None, alert_id=item.id))
        return
    pressed = press(unit, chat.id, text)
    if pressed is not None and pressed.subject_id is not None:
        accept_need(unit, pressed.subject_id, CANARY_READER)
        _welcome_back(unit, pressed.subject_id)


def plan_canary(unit: UnitOfWork, event: Event) -> None:
    """Open the alert, and the need for somebody to answer it. Repeating it changes nothing."""
    if not isinstance(event, CanaryHeard) or unit.session.get(Alert, event.alert_id) is not None:
        return
    unit.session.add(
        Alert(id=event.alert_id, kind=CANARY, subject_id=event.alert_id, cluster_id=new_id(), opened_at=unit.now)
    )
    unit.session.flush()
    need = Need(id=new_id(), alert_id=event.alert_id, kind=CANARY, urgency=Urgency.NOW, opened_at=unit.now)
    unit.session.add(need)
    unit.session.flush()
    wind(unit, need.id)


def keep_answer(unit: UnitOfWork, token: str) -> None:
    """Put the press of a canary's button into the inbox, as a messenger would bring it."""
    keep(unit, ANSWERS, CANARY, [RawInput(next_order(), CANARY, token)], moves_cursor=False)


def miss_canary(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Raise the alarm for one that has not come back: in the log each time, with people once until one does.

    A timer at rest is the memory that people were told; the next canary that comes back clears it.
    """
    claims.finish(unit.session, TIMERS, held)
    log.error("canary_lost", alert=str(timer.subject_id))
    told = exists().where(Timer.kind == TIMER, Timer.due_at.is_(None), Timer.id != timer.id)
    if not unit.session.scalar(select(told)):
        unit.record(CanaryLost(case_id=None, alert_id=timer.subject_id))


def _welcome_back(unit: UnitOfWork, need_id: UUID) -> None:
    alert_id = unit.session.get_one(Need, need_id).alert_id
    unit.session.execute(
        delete(Timer).where(Timer.kind == TIMER, or_(Timer.due_at.is_(None), Timer.subject_id == alert_id))
    )
    before = unit.now - KEPT_FOR
    _forget(unit, Need.accepted_at < before)
    answered = (InboxItem.source == ANSWERS, InboxItem.payload.is_(None), InboxItem.received_at < before)
    unit.session.execute(delete(InboxItem).where(*answered))


def _forget(unit: UnitOfWork, which: ColumnElement[bool]) -> None:
    """Delete what some canaries left that came back; those still out are left alone, whatever their age."""
    settled = select(Need.id, Need.alert_id).where(Need.kind == CANARY, Need.state == NeedState.ACCEPTED, which)
    rows = unit.session.execute(settled).all()
    needs, alerts = [row.id for row in rows], [row.alert_id for row in rows]
    pages = unit.session.scalars(select(Page.id).where(Page.need_id.in_(needs))).all()
    deliveries = unit.session.scalars(select(Delivery.id).where(Delivery.need_id.in_(needs))).all()
    _delete(unit, Timer, Timer.subject_id, [*needs, *pages])
    _delete(unit, PressableButton, PressableButton.subject_id, needs)
    _delete(unit, Attempt, Attempt.delivery_id, deliveries)
    _delete(unit, Delivery, Delivery.id, deliveries)
    _delete(unit, Page, Page.id, pages)
    _delete(unit, Need, Need.id, needs)
    _delete(unit, Alert, Alert.id, alerts)
    _delete(unit, InboxItem, InboxItem.id, alerts)


def _delete(unit: UnitOfWork, table: type[Base], column: Any, ids: Sequence[UUID]) -> None:
    unit.session.execute(delete(table).where(column.in_(ids)))


def read_canary(unit: UnitOfWork) -> CanaryVitals:
    """Read how canaries fare, from their rows."""
    songs = (
        select(InboxItem.received_at, Need.accepted_at)
        .outerjoin(Need, Need.alert_id == InboxItem.id)
        .where(InboxItem.source == CANARY)
    )
    flights = unit.session.execute(songs).all()
    back = max(((came, left) for left, came in flights if came is not None), default=None)
    still_out = (left for left, came in flights if came is None and (back is None or left > back[1]))
    out = min(still_out, default=None)
    return CanaryVitals(
        took=None if back is None else back[0] - back[1],
        age=None if back is None else max(unit.now - back[0], AT_ONCE),
        missing=AT_ONCE if out is None else max(unit.now - out, AT_ONCE),
    )
