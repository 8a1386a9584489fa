"""Who leaves is asked for nothing, and others are asked for what they had; who comes back is as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import Need, NeedState, Page
from alerts.search.leaving import ask_the_others
from contacts.events import ContactLeft, ContactReturned
from contacts.leaving import mark_back, mark_left
from store.eventlog import EventRow
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store


def follows(store: Store, contact_id: UUID) -> None:
    """What the reaction does; twice, as after a crash."""
    for _ in range(2):
        with store.unit("test") as unit:
            ask_the_others(unit, ContactLeft(case_id=None, contact_id=contact_id))


def names(store: Store) -> list[str]:
    with store.read() as unit:
        wanted = {ContactLeft.__name__, ContactReturned.__name__}
        return [name for name in unit.session.scalars(select(EventRow.name)) if name in wanted]


def test_what_they_had_and_were_asked_for_goes_to_others(store: Store) -> None:
    house = House(store)
    aigerim = house.helper("Aigerim", telegram="@a")
    had = house.asks(house.case(), aigerim, answer="accept")
    asked = house.asks(house.case(), aigerim)
    with store.unit("test") as unit:
        assert mark_left(unit, aigerim)
        assert not mark_left(unit, aigerim), "once is enough"
    follows(store, aigerim)
    with store.read() as unit:
        given_back = unit.session.get_one(Need, had.id)
        assert (given_back.state, given_back.accepted_by) == (NeedState.PAGING, None)
        pages = unit.session.scalars(select(Page).where(Page.need_id.in_([had.id, asked.id]))).all()
        assert all(page.declined_at is not None for page in pages)
    assert names(store) == ["ContactLeft"]


def test_who_is_back_before_anything_followed_keeps_it(store: Store) -> None:
    house = House(store)
    aigerim = house.helper("Aigerim", telegram="@a")
    had = house.asks(house.case(), aigerim, answer="accept")
    with store.unit("test") as unit:
        mark_left(unit, aigerim)
    with store.unit("test") as unit:
        assert mark_back(unit, aigerim)
        assert not mark_back(unit, aigerim)
    follows(store, aigerim)
    with store.read() as unit:
        assert unit.session.get_one(Need, had.id).accepted_by == aigerim
    assert names(store) == ["ContactLeft", "ContactReturned"]
