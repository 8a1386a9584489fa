"""Those who help, at the pages: how they are reached and how fast they answer, without a number; and what is done."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.models import Delivery
from alerts.screens.contact_book import Answers, Asked, Chosen, Entry, answers_of, chosen_of
from contacts.linking import link_account
from contacts.models import Contact, ContactMethod, LinkCode, MethodCheck
from store.base import new_id
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from tests.accounts import Browser, Member, join, quick
from tests.conftest import START
from tests.web.conftest import ZONE
from tests.web.house import House, words
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

CONTACTS = "/console/contacts"
NUMBER = "+77000000042"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def house(quick_store: Store) -> House:
    return House(quick_store)


@pytest.fixture
def aigerim(house: House) -> Member:
    return join(house.store, "Aigerim")


@pytest.fixture
def browser(client: FlaskClient, aigerim: Member) -> Browser:
    return Browser(client).comes_in(aigerim)


@pytest.fixture
def admin(house: House, client: FlaskClient) -> Browser:
    return Browser(client.application.test_client()).comes_in(join(house.store, "administrator", "admin"))


def one(contact_id: UUID) -> str:
    return f"/console/contact/{contact_id}"


def asked(minutes: int | None, answer: str | None = None) -> Asked:
    at = None if minutes is None else START + minutes * MINUTE
    return Asked(new_id(), new_id(), START, at, answer)


def test_how_somebody_answers_is_the_middle_of_what_they_did() -> None:
    assert answers_of([]) == Answers()
    assert answers_of([asked(None)]) == Answers(asked=1)
    found = answers_of([asked(1, "accepted"), asked(30, "declined"), asked(2, "accepted"), asked(None)])
    assert found == Answers(START + 30 * MINUTE, 2 * MINUTE, 4, 3)


def test_a_region_stands_for_all_within_it() -> None:
    almaty, other = Entry(new_id(), "lawyer", ("KZ-75",), ("kk",)), Entry(new_id(), "doctor", ("KZ",), ("ru", "kk"))
    gone = Entry(new_id(), "lawyer", ("KZ-75",), ("kk",))
    found = [(almaty, False), (other, False), (gone, True)]
    assert chosen_of(found, Chosen()) == [almaty, other]
    assert chosen_of(found, Chosen(region="KZ")) == [almaty, other]
    assert chosen_of(found, Chosen(region="KZ-75")) == [almaty]
    assert chosen_of(found, Chosen(role="doctor", language="kk")) == [other]
    assert chosen_of(found, Chosen(left=True)) == [gone]
    assert chosen_of(found, Chosen(region="K")) == []


def test_a_list_says_how_each_is_reached_and_no_number(house: House, browser: Browser, admin: Browser) -> None:
    timur = house.helper("Timur", sms=NUMBER, telegram="@t")
    house.asks(house.case(), timur, answer="accept", after=3 * MINUTE)
    house.asks(house.case(), timur, answer="decline", after=5 * MINUTE)
    with house.store.unit("test") as unit:
        unit.session.get_one(Contact, timur).may_act_until = date(2026, 3, 1)
        sms = select(ContactMethod).where(ContactMethod.contact_id == timur, ContactMethod.channel == "sms")
        unit.session.scalars(sms).one().dead_at = unit.now
    page = words(browser.sees(CONTACTS))
    assert "Timur coordinator may not act any more" in page
    assert "Telegram: proved Text message …42: dead" in page
    assert "1 of 3" in page
    assert "2 March 2026, 23:05 usually after 4 mins" in page
    assert NUMBER[1:-2] not in page
    seen = words(admin.sees(CONTACTS))
    assert "Timur" in seen
    assert "…42" not in seen, "not even the last two digits are an administrator's"


def test_it_is_narrowed_by_what_tells_nothing_of_anybody(house: House, browser: Browser) -> None:
    house.helper("Timur", "doctor", sms=NUMBER)
    page = browser.sees(CONTACTS)
    assert "Timur" in page
    names = set(re.findall(r'<(?:select|input)[^>]* name="(\w+)"', page)) - {"form", "what"}
    assert names == {"role", "region", "language", "left"}
    assert "Timur" in browser.sees(f"{CONTACTS}?role=doctor&region=KZ&language=ru")
    for query in ("role=lawyer", "region=TR", "language=zh", "left=1", "role=<b>", "region=" + "x" * 300):
        assert "Timur" not in browser.sees(f"{CONTACTS}?{query}")


def test_many_come_page_by_page(house: House, browser: Browser) -> None:
    for number in range(30):
        house.helper(f"Helper {number:02}", "doctor")
    first, second = browser.sees(f"{CONTACTS}?role=doctor"), browser.sees(f"{CONTACTS}?role=doctor&page=2")
    assert (first.count("Helper "), second.count("Helper ")) == (25, 5)
    assert "role=doctor" in re.findall(r'rel="next"[^>]+', first)[0]


def test_what_they_were_asked_is_codes_for_coordinators_alone(house: House, browser: Browser, admin: Browser) -> None:
    timur, case = house.helper("Timur", sms=NUMBER), house.case()
    house.asks(case, timur, answer="accept", after=3 * MINUTE)
    page = words(browser.sees(one(timur)))
    assert f"{case.code} · 2 March 2026, 23:00 accepted after 3 mins" in page
    assert case.code not in admin.sees(one(timur))


def test_nobody_is_answered_as_nobody(browser: Browser) -> None:
    assert "There is nobody like that." in browser.sees(one(new_id()), 404)
    for path in ("code", "left", "back"):
        assert browser.sends(f"{one(new_id())}/{path}").status_code == 404


def test_a_check_is_sent_again_but_not_too_often(house: House, browser: Browser) -> None:
    timur, marat = house.helper("Timur", voice=NUMBER), house.helper("Marat", voice="+77000000043")
    with house.store.read() as unit:
        ways = select(ContactMethod.contact_id, ContactMethod.id)
        method = dict(unit.session.execute(ways).all())
    path = f"{one(timur)}/check/{method[timur]}"
    assert [browser.sends(path).location for _ in range(4)] == [
        *[f"{one(timur)}?said=checked"] * 3,
        f"{one(timur)}?refused=too_often",
    ]
    assert "Three were sent within the hour" in browser.sees(f"{one(timur)}?refused=too_often")
    assert browser.sends(f"{one(timur)}/check/{method[marat]}").status_code == 404, "somebody else's"
    with house.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(MethodCheck)) == 3


def test_a_code_for_telegram_is_shown_once_and_its_owner_is_told(
    house: House, browser: Browser, admin: Browser, aigerim: Member
) -> None:
    timur = house.helper("Timur", telegram="@t")
    page = browser.sends(f"{one(timur)}/code").text
    found = re.search(r"/link (\w{8})", page)
    assert found is not None
    assert found[1] not in browser.sees(one(timur))
    with house.store.read() as unit:
        told = unit.session.scalars(select(Delivery.template)).all()
        made_by = unit.session.scalars(select(EventRow.actor).where(EventRow.name == "LinkCodeMade")).all()
    assert told == ["staff.duty_link_code"]
    assert made_by == [f"contact:{aigerim.contact_id}"]
    assert admin.sends(f"{one(timur)}/code").status_code == 403, "whoever has it speaks as them, and reads their cases"
    with house.store.unit("test") as unit:
        contact = link_account(unit, find_or_open_chat(unit, "telegram", "another"), found[1])
        assert isinstance(contact, Contact)
        assert contact.id == timur


def test_under_duress_a_code_links_nobody(house: House, client: FlaskClient, aigerim: Member) -> None:
    timur = house.helper("Timur", telegram="@t")
    forced = Browser(client).comes_in(aigerim, duress=True)
    assert re.search(r"/link \w{8}", forced.sends(f"{one(timur)}/code").text)
    assert forced.sees(one(timur), 404)
    with house.store.read() as unit:
        assert unit.session.scalars(select(LinkCode)).all() == []


def test_somebody_leaves_and_comes_back(house: House, browser: Browser, aigerim: Member, clock: ManualClock) -> None:
    timur = house.helper("Timur", telegram="@t")
    browser.sends(f"{one(timur)}/left")
    assert "Timur" not in browser.sees(CONTACTS)
    assert "Timur" in browser.sees(f"{CONTACTS}?left=1")
    page = words(browser.sees(one(timur)))
    assert "Helps no longer since 2 March 2026, 23:00" in page
    assert browser.sends(f"{one(timur)}/code").status_code == 404
    clock.advance(MINUTE)
    browser.sends(f"{one(timur)}/back")
    assert "Timur" in browser.sees(CONTACTS)
    assert aigerim.contact_id is not None
    answer = browser.sends(f"{one(aigerim.contact_id)}/left")
    assert answer.location == f"{one(aigerim.contact_id)}?refused=yourself"
    assert "You cannot mark yourself." in browser.sees(answer.location)
