"""Messages that a person decides about: tried again, or given up; pressed twice it is decided once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.events import MessageGivenUp, MessageSentAgain
from alerts.messages.giving_up import RING
from alerts.models import Delivery, DeliveryState, Need, NeedState, Page
from alerts.sending.resending import GIVEN_UP, Decided, give_up_on, send_again
from store.base import new_id
from store.eventlog import EventRow
from store.timers import Timer
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def state_of(store: Store, id_: UUID) -> tuple[str, bool, bool]:
    """State, whether it is due, whether it is parked."""
    with store.read() as unit:
        row = unit.session.get_one(Delivery, id_)
        return row.state, row.due_at is not None, row.parked_at is not None


def again(store: Store, id_: UUID) -> Decided | None:
    with store.unit("test") as unit:
        return send_again(unit, id_)


def gives_up(store: Store, id_: UUID) -> Decided | None:
    with store.unit("test") as unit:
        return give_up_on(unit, id_)


def said(store: Store, event: type) -> int:
    with store.read() as unit:
        wanted = select(func.count()).select_from(EventRow).where(EventRow.name == event.__name__)
        return unit.session.scalar(wanted) or 0


@pytest.mark.parametrize("state", ["failed_permanent", "failed_temporary", "unknown"])
def test_what_failed_is_due_again_and_two_presses_are_one(store: Store, house: House, state: str) -> None:
    later = store.clock.now() + timedelta(minutes=9)
    id_ = house.message(state, tries=4, trouble="502", due_at=None if state == "failed_permanent" else later)
    assert again(store, id_) is Decided.DONE
    assert state_of(store, id_) == (DeliveryState.QUEUED, True, False)
    assert again(store, id_) is Decided.UNDER_WAY
    assert said(store, MessageSentAgain) == 1
    with store.read() as unit:
        row = unit.session.get_one(Delivery, id_)
        assert (row.due_at, row.tries, row.trouble) == (unit.now, 0, None)
        assert unit.session.scalar(select(func.count()).select_from(Delivery)) == 1, "no second message"


def test_what_is_parked_leaves_again(store: Store, house: House) -> None:
    id_ = house.message("queued", due_at=None, parked_at=store.clock.now())
    assert again(store, id_) is Decided.DONE
    assert state_of(store, id_) == (DeliveryState.QUEUED, True, False)


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "cancelled", "expired"])
def test_what_is_over_stays_as_it_is(store: Store, house: House, state: str) -> None:
    id_ = house.message(state)
    before = state_of(store, id_)
    assert again(store, id_) is Decided.OVER
    assert gives_up(store, id_) is Decided.OVER
    assert state_of(store, id_) == before


def test_what_is_leaving_is_left_alone(store: Store, house: House) -> None:
    id_ = house.message("sending", due_at=store.clock.now() + timedelta(seconds=20), fence=new_id())
    assert again(store, id_) is Decided.UNDER_WAY
    assert gives_up(store, id_) is Decided.UNDER_WAY
    assert state_of(store, id_)[0] == DeliveryState.SENDING


def test_what_asks_for_something_settled_is_not_sent_again(store: Store, house: House) -> None:
    case = house.case()
    need = house.asks(case, house.helper("Aigerim"), answer="accept")
    id_ = house.message("failed_permanent", need)
    assert again(store, id_) is Decided.OVER
    with store.unit("test") as unit:
        row = unit.session.get_one(Need, need.id)
        row.accepted_by = row.accepted_at = None
        row.state = NeedState.PAGING
    assert again(store, id_) is Decided.DONE


def test_giving_up_rings_the_next_channel_at_once(store: Store, house: House) -> None:
    case = house.case()
    need = house.asks(case, house.helper("Aigerim"))
    with store.read() as unit:
        page_id = unit.session.scalars(select(Page.id).where(Page.need_id == need.id)).one()
    id_ = house.message("failed_temporary", need, page_id=page_id)
    assert gives_up(store, id_) is Decided.DONE
    assert state_of(store, id_) == (DeliveryState.FAILED_PERMANENT, False, False)
    assert gives_up(store, id_) is Decided.OVER
    assert said(store, MessageGivenUp) == 1
    with store.read() as unit:
        assert unit.session.get_one(Delivery, id_).trouble == GIVEN_UP
        timer = unit.session.scalars(select(Timer).where(Timer.kind == RING, Timer.subject_id == page_id)).one()
        assert timer.due_at == unit.now
    assert again(store, id_) is Decided.DONE, "a person may think again"


def test_there_is_nothing_to_decide_about_nothing(store: Store) -> None:
    assert again(store, new_id()) is None
    assert gives_up(store, new_id()) is None
