"""Who is on call, at the pages: gaps are seen, somebody is put there, and it is tried whether alerts reach them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Delivery, RosterOverride, ShiftTest
from alerts.occasions.shifts import confirm_test, is_open_test
from alerts.policy.policies import duty_named
from contacts.models import Contact, ContactMethod
from contacts.roster import on_call
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.house import House, words
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

DUTY, COVER, TEST = "/console/duty", "/console/duty/cover", "/console/duty/test"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def house(quick_store: Store) -> House:
    house = House(quick_store)
    house.helper("Timur", sms="+77000000002", country="KZ")
    house.helper("Marat", sms="+77000000003", telegram="@m", country="TR")
    return house


@pytest.fixture
def aigerim(house: House) -> Member:
    member = join(house.store, "Aigerim")
    house.helper("Aigerim", sms="+77000000001", country="KZ")
    return member


@pytest.fixture
def browser(client: FlaskClient, aigerim: Member) -> Browser:
    return Browser(client).comes_in(aigerim)


def now_on_call(store: Store, roster: str = "duty") -> str | None:
    with store.read() as unit:
        duty = duty_named(unit, roster)
        assert duty is not None
        return on_call(duty.roster, duty.overrides, unit.now).member


def test_without_rosters_the_page_says_what_to_do(browser: Browser) -> None:
    assert "import it" in browser.sees(DUTY)


def test_who_has_it_now_and_next_day_by_day(house: House, browser: Browser) -> None:
    house.rosters("Aigerim", "Timur")
    page = words(browser.sees(DUTY))
    assert "On call now Timur until 3 March 2026, 09:00" in page
    assert "Next Aigerim from 3 March 2026, 09:00" in page
    assert "By the clock of Europe/Istanbul" in page
    assert "08:00 Aigerim 10:00 (Almaty)" in page, "the reader's clock stands beside the roster's"
    assert "Week of 2 March 2026" in page
    assert "Week of 9 March 2026" in words(browser.sees(f"{DUTY}?week=2026-03-11"))
    for text in ("x", "0001-01-01", "2999-01-01", ""):
        assert "Week of 2 March 2026" in words(browser.sees(f"{DUTY}?week={text}"))


def test_every_reason_why_nobody_would_hear_is_seen(house: House, browser: Browser, clock: ManualClock) -> None:
    house.rosters("Aigerim", "Timur", "Marat", "Nobody")
    with house.store.unit("test") as unit:
        timur = select(ContactMethod).where(ContactMethod.contact_id == house.id_of("Timur"))
        unit.session.scalars(timur).one().dead_at = unit.now
        unit.session.get_one(Contact, house.id_of("Marat")).may_act_until = (clock.now() + timedelta(days=1)).date()
    page = words(browser.sees(DUTY))
    gone = "Not in the team any more"
    for reason in ("Timur : No alert would reach them", "Marat : May not act any more by then", gone):
        assert reason in page
    assert "Everybody on all rosters is in" not in page
    house.rosters("Aigerim", "Timur")
    assert "Everybody on all rosters is in Kazakhstan" in words(browser.sees(DUTY))


def test_somebody_takes_a_shift_by_the_form_and_it_holds(house: House, browser: Browser, clock: ManualClock) -> None:
    house.rosters("Aigerim", "Timur")
    marat = house.id_of("Marat")
    times = {"from": "2026-03-02T22:00", "until": "2026-03-03T02:00"}  # by the clock of Almaty, where it is 23:00
    answer = browser.sends(COVER, roster="duty", who=str(marat), **times)
    assert answer.location == f"{DUTY}?said=done&week=2026-03-02"
    assert now_on_call(house.store) == str(marat)
    page = words(browser.sees(answer.location))
    assert "22:00 Marat instead of Timur" in page
    assert "On call now Marat until 3 March 2026, 02:00" in page
    clock.advance(timedelta(hours=4))
    assert now_on_call(house.store) == str(house.id_of("Timur"))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"until": "2026-03-03T01:00", "from": "2026-03-03T02:00"}, "ends_first"),
        ({"from": "2026-03-01T01:00", "until": "2026-03-01T02:00"}, "over"),
        ({"until": "2028-03-03T02:00"}, "too_long"),
        ({"until": "soon"}, "times"),
        ({"from": "0001-01-01T00:00"}, "times"),
        ({"who": "x"}, "times"),
        ({"roster": "no such"}, "times"),
    ],
)
def test_what_cannot_be_agreed_says_why_and_changes_nothing(
    house: House, browser: Browser, fields: dict[str, str], why: str
) -> None:
    house.rosters("Aigerim", "Timur")
    given = {
        "roster": "duty",
        "who": str(house.id_of("Marat")),
        "from": "2026-03-03T01:00",
        "until": "2026-03-03T02:00",
    }
    answer = browser.sends(COVER, **{**given, **fields})
    assert answer.location == f"{DUTY}?refused={why}"
    assert 'role="alert"' in browser.sees(answer.location)
    assert 'role="alert"' not in browser.sees(f"{DUTY}?refused=<b>x")
    with house.store.read() as unit:
        assert unit.session.scalars(select(RosterOverride)).all() == []


def test_only_who_is_alerted_can_be_on_call(house: House, browser: Browser) -> None:
    house.rosters("Aigerim")
    doctor = house.helper("Saule", "doctor", sms="+77000000009")
    assert str(doctor) not in browser.sees(DUTY), "nor are they offered"
    times = {"from": "2026-03-03T01:00", "until": "2026-03-03T02:00"}
    assert browser.sends(COVER, roster="duty", who=str(doctor), **times).location == f"{DUTY}?refused=wrong_role"


def test_a_turn_that_is_chosen_fills_the_form_and_names_nobody_in_the_address(house: House, browser: Browser) -> None:
    house.rosters("Aigerim", "Timur")
    addresses = re.findall(r'href="(/console/duty\?[^"]*turn=[^"]+)"', browser.sees(DUTY))
    assert addresses
    assert not [one for one in addresses if "Aigerim" in one or "Timur" in one]
    page = browser.sees("/console/duty?week=2026-03-02&turn=1.2")
    assert 'name="from" required value="2026-03-03T09:00"' in page
    assert 'name="until" required value="2026-03-04T09:00"' in page
    assert 'name="from" required value=""' in browser.sees("/console/duty?turn=9.x")


def test_a_lawyer_looks_and_changes_nothing(house: House, client: FlaskClient) -> None:
    house.rosters("Aigerim", "Timur")
    browser = Browser(client).comes_in(join(house.store, "Dana", "lawyer"))
    page = browser.sees(DUTY)
    assert "Timur" in page
    assert COVER not in page
    assert TEST not in page


def sent_to(store: Store, contact_id: UUID) -> list[tuple[str, str]]:
    with store.read() as unit:
        rows = unit.session.execute(
            select(Delivery.channel, Delivery.template)
            .join(ContactMethod, ContactMethod.id == Delivery.method_id)
            .where(ContactMethod.contact_id == contact_id)
            .order_by(Delivery.order_key)
        )
        return [(channel, template) for channel, template in rows]


def test_a_test_goes_out_by_every_way_once_and_its_answer_is_seen(
    house: House, browser: Browser, clock: ManualClock
) -> None:
    house.rosters("Aigerim", "Marat")
    marat = house.id_of("Marat")
    assert now_on_call(house.store) == str(marat)
    for _ in range(2):
        answer = browser.sends(TEST, roster="duty", who=str(marat))
        assert answer.location == f"{DUTY}?said=tested"
    assert sent_to(house.store, marat) == [("telegram", "staff.duty_try"), ("sms", "duty.try_link")]
    page = words(browser.sees(answer.location))
    assert "Telegram: queued Text message: queued no answer" in page
    with house.store.unit("test") as unit:
        (test,) = unit.session.scalars(select(ShiftTest))
        assert is_open_test(unit, test.id)
        clock.advance(timedelta(minutes=2))
    with house.store.unit("test") as unit:
        confirm_test(unit, test.id, marat)
        row = unit.session.scalars(select(Delivery).where(Delivery.template == "staff.duty_try")).one()
        row.state, row.due_at = "delivered", None
    page = words(browser.sees(DUTY))
    assert "Telegram: delivered" in page
    assert "answered 2 March 2026, 23:02" in page
    clock.advance(timedelta(minutes=9))
    browser.sends(TEST, roster="duty", who=str(marat))
    with house.store.read() as unit:
        assert len(unit.session.scalars(select(ShiftTest)).all()) == 2, "later it is another"


def test_nobody_else_is_rung_for_a_test(house: House, browser: Browser) -> None:
    house.rosters("Aigerim", "Timur")
    marat = house.id_of("Marat")
    assert browser.sends(TEST, roster="duty", who=str(marat)).location == f"{DUTY}?refused=not_on_call"
    assert sent_to(house.store, marat) == []
    with house.store.unit("test") as unit:
        timur = select(ContactMethod).where(ContactMethod.contact_id == house.id_of("Timur"))
        unit.session.scalars(timur).one().dead_at = unit.now
    assert browser.sends(TEST, roster="duty", who=str(house.id_of("Timur"))).location == f"{DUTY}?refused=unreached"
