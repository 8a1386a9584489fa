"""Yes and no where they come too late, from the wrong person, or after another word: stories seldom get there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.models import Need, NeedState
from alerts.search.acks import HOLD_FOR, Ack, accept_need, decline_need, hold_need
from cases.docket.models import Dismissal
from tests.web.house import House

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def says(house: House, act: Callable[[UnitOfWork, UUID, UUID], Ack], need: Need, who: UUID) -> Ack:
    with house.store.unit("test") as unit:
        return act(unit, need.id, who)


def stands(house: House, need: Need) -> tuple[str, UUID | None, UUID | None]:
    """Its state, who has it, and who holds it."""
    with house.store.read() as unit:
        row = unit.session.get_one(Need, need.id)
        return row.state, row.accepted_by, row.held_by


def test_who_was_not_asked_and_does_other_work_neither_takes_nor_holds(house: House) -> None:
    """An account that was linked to another helper since, say."""
    need = house.asks(house.case(), house.helper("Aigerim"))
    dana = house.helper("Dana", "lawyer")
    assert says(house, hold_need, need, dana) is Ack.NOT_ASKED
    assert says(house, accept_need, need, dana) is Ack.NOT_ASKED
    assert stands(house, need) == (NeedState.PAGING, None, None)


@pytest.mark.parametrize("act", [accept_need, hold_need])
def test_whom_the_person_has_dismissed_does_not_come_back_by_an_old_message(
    house: House, act: Callable[[UnitOfWork, UUID, UUID], Ack]
) -> None:
    case, aigerim = house.case(), house.helper("Aigerim")
    need = house.asks(case, aigerim)
    with house.store.unit("test") as unit:
        wish = Dismissal(case_id=case.id, asked_at=unit.now, asked_by="safe", counsel_id=aigerim)
        unit.session.add(wish)
        unit.session.flush()
        wish_id = wish.id
    with house.store.unit("test") as unit:
        unit.session.get_one(Dismissal, wish_id).confirmed = True
    assert says(house, act, need, aigerim) is Ack.NOT_ASKED
    assert says(house, act, need, house.helper("Timur")) in {Ack.YOURS, Ack.HELD_BEFORE}
    assert says(house, act, house.asks(house.case(), aigerim), aigerim) in {Ack.YOURS, Ack.HELD}, "of that case alone"


@pytest.mark.parametrize("act", [accept_need, hold_need, decline_need])
def test_whoever_comes_too_late_hears_how_it_stands(house: House, act: Callable[[UnitOfWork, UUID, UUID], Ack]) -> None:
    aigerim, timur = house.helper("Aigerim"), house.helper("Timur")
    need = house.asks(house.case(), aigerim, answer="accept", after=timedelta(minutes=1))
    assert says(house, act, need, timur) is Ack.TAKEN
    assert says(house, act, need, aigerim) is Ack.YOURS
    with house.store.unit("test") as unit:
        row = unit.session.get_one(Need, need.id)
        row.state, row.accepted_by, row.accepted_at = NeedState.CLOSED, None, None
    assert says(house, act, need, timur) is Ack.CLOSED


def test_a_no_ends_the_wait_for_the_yes_that_the_same_person_had_to_confirm(house: House) -> None:
    aigerim = house.helper("Aigerim")
    need = house.asks(house.case(), aigerim)
    assert says(house, hold_need, need, aigerim) is Ack.HELD
    assert stands(house, need) == (NeedState.PAGING, None, aigerim)
    assert says(house, decline_need, need, aigerim) is Ack.DECLINED
    with house.store.read() as unit:
        row = unit.session.get_one(Need, need.id)
        assert (row.held_by, row.held_until) == (None, None), "the next one is asked now, not in ten minutes"


def test_a_no_of_another_leaves_the_wait_as_it_is(house: House) -> None:
    aigerim, timur = house.helper("Aigerim"), house.helper("Timur")
    need = house.asks(house.case(), aigerim)
    assert says(house, hold_need, need, aigerim) is Ack.HELD
    assert says(house, decline_need, need, timur) is Ack.DECLINED
    with house.store.read() as unit:
        row = unit.session.get_one(Need, need.id)
        assert (row.held_by, row.held_until) == (aigerim, unit.now + HOLD_FOR)
