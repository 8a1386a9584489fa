"""When a check-in is due: who had us stop is not written to and looked after all the same; what was put off waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import FREEZE, Alert, Delivery, Need, NeedState
from cases.consent.agreeing import freeze, thaw
from cases.consent.events import DisclosuresFrozen, DisclosuresThawed
from cases.consent.models import Freeze
from cases.docket.models import Watch
from cases.sealed import check_ins
from cases.sealed.check_ins import CHECK_IN_TIMER
from cases.sealed.keeping import begin
from cases.sealed.models import CheckIn
from dialogue.sealed.checking_in import ask_in_time
from dialogue.silence import ask_about_freeze
from store import claims
from store.chats import Chat, find_or_open_chat
from store.timers import TABLE as TIMERS
from store.timers import Timer
from tests.web.house import House

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store


@pytest.fixture
def due_in(store: Store) -> timedelta:
    """Somebody is to be asked each day, the first time in so long."""
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000009")
        chat.language = "en"
        row = check_ins.agree(unit, begin(unit, chat), (23 * 60, "UTC"), 24, 2)
        assert row.next_at is not None
        return row.next_at - unit.now


def comes_due(store: Store) -> tuple[list[str], int]:
    """What is said, and how many answers are waited for."""
    with store.unit("system") as unit:
        for held in claims.claim(unit.session, TIMERS, unit.now, only=[TIMERS.c.kind == CHECK_IN_TIMER]):
            ask_in_time(unit, unit.session.get_one(Timer, held.id), held)
    with store.read() as unit:
        told = list(unit.session.scalars(select(Delivery.template)))
        return told, len(unit.session.scalars(select(Watch)).all())


@pytest.mark.parametrize("muted", [False, True])
def test_who_had_us_stop_is_sent_nothing_and_is_waited_for(
    store: Store, clock: ManualClock, due_in: timedelta, *, muted: bool
) -> None:
    clock.advance(due_in)
    with store.unit("test") as unit:
        unit.session.scalars(select(Chat)).one().muted_at = unit.now if muted else None
    assert comes_due(store) == ([] if muted else ["reply.check_hello"], 1)


def test_what_was_put_off_meanwhile_is_asked_when_it_is_due(
    store: Store, clock: ManualClock, due_in: timedelta
) -> None:
    """Even if its timer comes as it was wound before."""
    clock.advance(due_in)
    later = timedelta(hours=5)
    with store.unit("test") as unit:
        unit.session.scalars(select(CheckIn)).one().next_at = unit.now + later
    assert comes_due(store) == ([], 0)
    clock.advance(later)
    assert comes_due(store) == (["reply.check_hello"], 1)


def test_once_it_is_settled_what_the_person_wants_nobody_is_asked(store: Store) -> None:
    house = House(store)
    case = house.case()
    with store.unit("test") as unit:
        freeze(unit, case.id)
        held = unit.session.scalars(select(Freeze.id)).one()
        ask_about_freeze(unit, DisclosuresFrozen(case_id=case.id, freeze_id=held), "UTC")
    asked = select(Need.state).join(Alert).where(Alert.kind == FREEZE)
    with store.unit("test") as unit:
        assert unit.session.scalars(asked).all() == [NeedState.PAGING]
        thaw(unit, case.id)
        ask_about_freeze(unit, DisclosuresThawed(case_id=case.id, freeze_id=held), "UTC")
        assert unit.session.scalars(asked).all() == [NeedState.CLOSED]
