"""Erasing a chat where Telegram refuses, where a file comes late, and where nobody can be asked what it was about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.channels.port import PermanentFailure, Sent
from alerts.events import ChatNotErased
from alerts.models import ChatLine, Delivery
from alerts.sending import taking
from alerts.sending.erasing import ALARM_AFTER, ERASE_AFTER, TIMER, erase_in_time, erase_what_waited, note_said, wipe
from alerts.sending.limits import TELEGRAM
from alerts.sending.results import Outcome, record
from cases.events import FileStored
from cases.models import ReportMessage
from store import claims
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.eventlog import EventRow
from store.timers import TABLE as TIMERS
from store.timers import Timer
from tests.alerts.desk import WORDING
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.channels.port import ChannelError
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork


@pytest.fixture
def chat_id(store: Store) -> UUID:
    """Of somebody who has said two things."""
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000009")
        for number in (11, 12):
            note_said(unit, chat, number, unit.now)
        return chat.id


def leave(store: Store, result: Sent | ChannelError) -> list[str]:
    """What can leave does, and is answered like this; return what it was."""
    with store.unit("test") as unit:
        jobs = taking.take(unit, WORDING, 20, TELEGRAM, channel="telegram")
    with store.unit("test") as unit:
        record(unit, [Outcome(job, result) for job in jobs])
    return [job.action for job in jobs]


def wound(unit: UnitOfWork, chat_id: UUID) -> timedelta:
    due_at = unit.session.scalars(select(Timer.due_at).where(Timer.kind == TIMER, Timer.subject_id == chat_id)).one()
    assert due_at is not None
    return due_at - unit.now


def test_whoever_wished_it_hears_how_much_telegram_refused_to_erase(store: Store, chat_id: UUID) -> None:
    with store.unit("test") as unit:
        wipe(unit, unit.session.get_one(Chat, chat_id))
    assert leave(store, PermanentFailure("delete_forbidden")) == ["delete"]
    with store.read() as unit:
        told = unit.session.scalars(select(Delivery).where(Delivery.action == "send")).one()
        assert (told.template, told.values["left"]) == ("reply.wiped_partly", "2")


def test_where_nobody_wished_it_nothing_is_said_of_what_was_refused(
    store: Store, clock: ManualClock, chat_id: UUID
) -> None:
    clock.advance(ERASE_AFTER)
    due(store, chat_id)
    assert leave(store, PermanentFailure("delete_forbidden")) == ["delete"]
    with store.read() as unit:
        assert unit.session.scalars(select(Delivery).where(Delivery.action == "send")).all() == []


def due(store: Store, chat_id: UUID) -> None:
    with store.unit("system") as unit:
        (held,) = claims.claim(unit.session, TIMERS, unit.now, only=[TIMERS.c.subject_id == chat_id])
        erase_in_time(unit, unit.session.get_one(Timer, held.id), held)


def test_what_still_stands_in_a_chat_without_a_case_troubles_nobody(
    store: Store, clock: ManualClock, chat_id: UUID
) -> None:
    """There is no code by which to speak of it."""
    House(store).helper("Aigerim", telegram="1")
    for wait in (ERASE_AFTER, ALARM_AFTER - ERASE_AFTER):
        clock.advance(wait)
        due(store, chat_id)
        assert leave(store, PermanentFailure("delete_forbidden")) == ["delete"]
    with store.read() as unit:
        said = select(func.count()).select_from(EventRow).where(EventRow.name == ChatNotErased.__name__)
        assert unit.session.scalar(said) == 0


@pytest.mark.parametrize("old", [True, False])
def test_what_waited_for_its_file_goes_at_once_if_its_day_is_over(
    store: Store, clock: ManualClock, *, old: bool
) -> None:
    case = House(store).case()
    with store.unit("test") as unit:
        message = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == case.id)).one()
        message.number = 17
        chat = find_or_open_chat(unit, "telegram", "7100001")
        note_said(unit, chat, 17, unit.now)
        message_id, chat_id = message.id, chat.id
    waited = ERASE_AFTER if old else ERASE_AFTER - timedelta(minutes=1)
    clock.advance(waited)
    with store.unit("system") as unit:
        if old:  # it was looked at when the day was over, and stayed
            unit.session.get_one(
                Timer, unit.session.scalars(select(Timer.id).where(Timer.kind == TIMER)).one()
            ).due_at = None
        erase_what_waited(unit, FileStored(case_id=case.id, message_id=message_id, file_id=new_id(), fingerprint=""))
    with store.read() as unit:
        assert wound(unit, chat_id) == (timedelta(0) if old else timedelta(minutes=1))
    if old:
        due(store, chat_id)
        assert leave(store, Sent("")) == ["delete"]
        with store.read() as unit:
            assert unit.session.scalars(select(ChatLine)).all() == []
