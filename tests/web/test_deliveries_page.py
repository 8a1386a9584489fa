"""What became of messages, at the pages: how each stands, what a person decides about it, what waits or is parked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.messages.channel_states import note_channels
from alerts.models import Delivery, DeliveryState
from app.parked import QUEUES
from contacts.values import ChannelName
from store.base import new_id
from store.eventlog import EventRow, Reaction
from store.inbox import InboxItem
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.house import House, words
from web.backstage import Backstage
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

DELIVERIES = "/console/deliveries"
WAITING, PARKED = f"{DELIVERIES}/waiting", f"{DELIVERIES}/parked"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, queues=QUEUES)
    return make_app(quick_store, ZONE, backstage, passwords=quick(quick_store)).test_client()


@pytest.fixture
def house(quick_store: Store) -> House:
    return House(quick_store)


@pytest.fixture
def browser(house: House, client: FlaskClient) -> Browser:
    return Browser(client).comes_in(join(house.store, "Aigerim"))


def ids(page: str) -> set[str]:
    """The messages on a page, by the ends of their ids."""
    return set(re.findall(r'<code class="id" title="[^"]+">(\w{8})</code>', page))


def end(id_: UUID) -> str:
    return str(id_)[-8:]


def test_each_way_of_standing_is_found_and_counted(house: House, browser: Browser, clock: ManualClock) -> None:
    now = clock.now()
    sent = house.message("sent")
    failed = house.message("failed_permanent")
    unknown = house.message("unknown", due_at=now + timedelta(minutes=1))
    waiting = house.message("queued", due_at=now + timedelta(minutes=9))
    parked = house.message("failed_permanent", parked_at=now)
    clock.advance(timedelta(minutes=2))
    found = {
        "": {sent, failed, unknown, waiting, parked},
        "stuck": {unknown, parked},
        "failed": {failed, parked},
        "unknown": {unknown},
        "waiting": {unknown, waiting},
        "parked": {parked},
        "<b>": {sent, failed, unknown, waiting, parked},
    }
    for show, wanted in found.items():
        page = browser.sees(f"{DELIVERIES}?show={show}")
        assert ids(page) == {end(one) for one in wanted}, show
    counts = words(browser.sees(DELIVERIES))
    assert "All stuck 2 failed 2 unknown 1 waiting 2 parked 1" in counts


def test_a_call_its_code_and_what_it_means_without_a_number_or_a_name(house: House, browser: Browser) -> None:
    case = house.case()
    need = house.asks(case, house.helper("Timur", sms="+77000000042"))
    house.message("failed_permanent", need, channel="sms")
    house.message("delivered", need, channel="telegram")
    page = words(browser.sees(DELIVERIES))
    assert f"{case.code} Text message failed" in page
    assert "403 the reader has blocked us" in page
    assert "PermanentFailure" in page
    assert "delivered" in page
    assert "Timur" not in page
    assert "0000042" not in page
    assert "they took" not in page
    assert ids(browser.sees(f"{DELIVERIES}?channel=sms")) < ids(browser.sees(DELIVERIES))


def test_an_administrator_decides_and_sees_no_code_of_a_case(house: House, client: FlaskClient) -> None:
    case = house.case()
    failed = house.message("failed_permanent", house.asks(case, house.helper("Timur")))
    house.message("queued", house.asks(case, house.helper("Marat")))
    browser = Browser(client).comes_in(join(house.store, "administrator", "admin"))
    for path in (DELIVERIES, WAITING, PARKED):
        assert case.code not in browser.sees(path)
    assert browser.sends(f"/console/delivery/{failed}", answer="send").status_code == 303


def test_two_presses_make_one_message(house: House, browser: Browser) -> None:
    failed = house.message("failed_permanent")
    path = f"/console/delivery/{failed}"
    first, second = (browser.sends(path, answer="send", show="failed") for _ in range(2))
    assert first.location == f"{DELIVERIES}?said=done&show=failed"
    assert second.location == f"{DELIVERIES}?said=under_way&show=failed"
    assert "It is under way already." in browser.sees(second.location)
    with house.store.read() as unit:
        assert unit.session.get_one(Delivery, failed).state == DeliveryState.QUEUED
        assert unit.session.scalar(select(func.count()).select_from(Delivery)) == 1
        assert unit.session.scalar(select(func.count()).where(EventRow.name == "MessageSentAgain")) == 1
    assert browser.sends(path, answer="give_up").location == f"{DELIVERIES}?said=done"
    assert "Given up by a person." in browser.sees(DELIVERIES)
    assert browser.sends(path, answer="give_up").location == f"{DELIVERIES}?said=settled"
    assert browser.sends(f"/console/delivery/{new_id()}").status_code == 404


def test_buttons_stand_where_there_is_something_to_decide(house: House, browser: Browser) -> None:
    for state in ("sent", "cancelled", "bundled"):
        house.message(state, bundle_id=house.message("read") if state == "bundled" else None)
    assert 'name="answer"' not in browser.sees(DELIVERIES)
    house.message("queued")
    page = browser.sees(DELIVERIES)
    assert 'value="give_up"' in page
    assert 'value="send"' not in page


def test_many_come_page_by_page_newest_first(house: House, browser: Browser) -> None:
    made = [end(house.message("sent")) for _ in range(30)]
    assert ids(browser.sees(DELIVERIES)) == set(made[5:])
    assert ids(browser.sees(f"{DELIVERIES}?page=2")) == set(made[:5])
    assert ids(browser.sees(f"{DELIVERIES}?page=3")) == set()


def test_what_waits_in_each_channel_says_why(house: House, browser: Browser, clock: ManualClock) -> None:
    with house.store.unit("test") as unit:
        note_channels(unit, frozenset(ChannelName) - {ChannelName.EMAIL})
    house.message("queued", throttled=True, due_at=clock.now() + timedelta(minutes=9))
    house.message("queued", channel="sms")
    page = words(browser.sees(WAITING))
    assert "Telegram set up since 2 March 2026, 23:00 1 waiting" in page
    assert "its reader has had enough for the moment" in page
    assert "leaves now" in page
    assert "E-mail not set up since" in page


def test_what_is_parked_is_tried_again_once(house: House, browser: Browser) -> None:
    parked = house.message("failed_permanent", parked_at=house.store.clock.now())
    with house.store.unit("test") as unit:
        item = InboxItem(id=new_id(), source="telegram:1", number=5, opening=False, payload=None)
        item.received_at = item.parked_at = unit.now
        item.trouble, item.tries = "ValueError at reading.py:40", 5
        event = unit.session.scalars(select(EventRow)).first()
        assert event is not None
        reaction = Reaction(id=new_id(), event_id=event.id, name="of an earlier release", parked_at=unit.now, tries=5)
        unit.session.add_all([item, reaction])
    page = browser.sees(PARKED)
    assert ids(page) == {end(parked), end(item.id), end(reaction.id)}
    assert "ValueError at reading.py:40" in page
    for one in (item.id, reaction.id):
        answers = [browser.sends(f"/console/parked/{one}").location for _ in range(2)]
        assert answers == [f"{PARKED}?said=done", f"{PARKED}?said=under_way"]
        with house.store.read() as unit:
            row = unit.session.get(InboxItem, one) or unit.session.get_one(Reaction, one)
            assert (row.parked_at, row.tries, row.due_at) == (None, 0, unit.now)
    assert ids(browser.sees(PARKED)) == {end(parked)}
    assert browser.sends(f"/console/parked/{parked}").location == f"{PARKED}?said=under_way", "decided about elsewhere"
    with house.store.read() as unit:
        assert unit.session.get_one(Delivery, parked).parked_at is not None
