"""Searching: what is theirs is found by whatever is known of it, and what is not might as well not exist."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from alerts.screens.finding import MOST_HITS, PHONE_DOORS, Found, find_cases
from cases.access import grant_access
from cases.consent.people import enter_fact
from cases.docket.entering import Entry, When, enter
from cases.models import Report, ReportMessage
from contacts.accounts.sessions import signed_in
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.queries import counted
from tests.web.scene import Scene
from web.factory import make_app

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

SEARCH = "/console/search"
NOTHING = "Nothing was found among the cases that are open to you."


@pytest.fixture
def browser(quick_store: Store) -> Browser:
    return Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client())


def finds(browser: Browser, what: str) -> str:
    answer = browser.sends(SEARCH, what=what)
    assert answer.status_code == 200
    return answer.text.replace("\u2068", "").replace("\u2069", "")


def knows(scene: Scene, **fields: str) -> None:
    with scene.store.unit("test") as unit:
        for name, value in fields.items():
            enter_fact(unit, scene.case_id, name, value, source="counsel")


def views(store: Store) -> list[str]:
    with store.read() as unit:
        rows = unit.session.scalars(select(EventRow).where(EventRow.name == "CaseViewed"))
        return [str(row.case_id) for row in rows]


def test_a_case_is_found_by_whatever_is_known_of_it(scene: Scene, browser: Browser) -> None:
    aigerim = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    knows(scene, name_native="Қарлығаш Үлгі", place="Centre 1, Zharkent", family_contact="+7 700 000 00 07")
    scene.says("they keep her with Gulnar in the old barracks")
    with scene.store.unit("test") as unit:
        enter(unit, scene.case_id, Entry("transferred", When(unit.now), note="seen at Khorgos"), zone=ZONE)
        chat = find_or_open_chat(unit, "sms", "+77000000099")
        unit.session.execute(update(Report).values(chat_id=chat.id))
    browser.comes_in(aigerim)
    for what, where in [
        (scene.code, "code"),
        (scene.code.lower().replace("-", " "), "code"),
        ("qarlygash", "Name in their own script"),
        ("Карлыгаш", "Name in their own script"),
        ("жаркент", "Place"),
        ("8 (700) 000-00-07", "family"),
        ("Гульнар", "what was reported"),
        ("Хоргос", "what happened"),
        ("+7 700 000 00 99", "telephone"),
        ("8 700 000 00 99", "telephone"),
    ]:
        page = finds(browser, what)
        assert f'href="/console/case/{scene.code}"' in page, what
        assert where.lower() in page.lower(), what
    assert NOTHING in finds(browser, "Timur")


@pytest.mark.parametrize("door", PHONE_DOORS)
def test_a_number_is_found_whichever_door_it_was_told_from(scene: Scene, browser: Browser, door: str) -> None:
    scene.helper("Aigerim")
    with scene.store.unit("test") as unit:
        chat = find_or_open_chat(unit, door, "+77000000099")
        unit.session.execute(update(Report).values(chat_id=chat.id))
    page = finds(browser.comes_in(join(scene.store, "Aigerim")), "+7 700 000 00 99")
    assert f'href="/console/case/{scene.code}"' in page


def test_what_is_not_theirs_is_answered_like_what_is_not_there(scene: Scene, browser: Browser) -> None:
    knows(scene, name_latin="Karlygash")
    browser.comes_in(join(scene.store, "Aigerim"))
    form = re.compile(r'value="[^"]*"')
    answers = {form.sub("", finds(browser, what)) for what in (scene.code, "AAA-AA2", "Karlygash", "Nobody", "\0", "%")}
    assert len(answers) == 1
    assert NOTHING in answers.pop()
    assert not views(scene.store)


def test_what_was_shown_is_logged_and_what_was_only_opened_is_not(scene: Scene, browser: Browser) -> None:
    other = Scene.begin(scene.store, "they took my sister")
    for one in (scene, other):
        one.helper("Aigerim")
    browser.comes_in(join(scene.store, "Aigerim"))
    finds(browser, "brother")
    assert views(scene.store) == [str(scene.case_id)]


def test_a_lawyer_finds_what_a_coordinator_cannot_and_the_other_way_round(scene: Scene, browser: Browser) -> None:
    aigerim, dana = join(scene.store, "Aigerim"), join(scene.store, "Dana", "lawyer")
    scene.helper("Aigerim")
    scene.helper("Dana", "lawyer")
    knows(scene, asylum_narrative="they hid in a mosque")
    where = scene.says("reach me by Telegram, ask for Nurlan")
    scene.answers("safe_contact", message=where)
    hidden = scene.says("she crossed at night by Dostyk")
    with scene.store.unit("test") as unit:
        unit.session.get_one(ReportMessage, hidden).counsel_only = True
        chat = find_or_open_chat(unit, "sms", "+77000000099")
        unit.session.execute(update(Report).values(chat_id=chat.id))
    coordinator = browser.comes_in(aigerim)
    lawyer = Browser(browser.client.application.test_client()).comes_in(dana)
    for what, by_coordinator in [("mosque", False), ("Dostyk", False), ("Nurlan", True), ("+77000000099", True)]:
        assert (scene.code in finds(coordinator, what)) == by_coordinator, what
        assert (scene.code in finds(lawyer, what)) != by_coordinator, what


def test_who_was_let_in_finds_until_the_day_and_an_observer_less(
    scene: Scene, browser: Browser, clock: ManualClock
) -> None:
    observer = join(scene.store, "Marat", "observer", works_as="observer")
    holder = scene.helper("Aigerim")
    knows(scene, name_latin="Karlygash", region="KZ-ALM")
    with scene.store.unit("test") as unit:
        assert observer.contact_id is not None
        grant_access(unit, scene.case_id, observer.contact_id, holder, unit.now + timedelta(days=2))
    browser.comes_in(observer)
    assert NOTHING in finds(browser, "Karlygash"), "an observer is not told who it is"
    assert scene.code in finds(browser, "KZ-ALM")
    clock.advance(timedelta(days=3))
    assert NOTHING in finds(browser.comes_in(observer), scene.code)


def test_under_duress_nothing_is_found(scene: Scene, browser: Browser) -> None:
    aigerim = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    browser.comes_in(aigerim, duress=True)
    for what in (scene.code, "brother"):
        assert NOTHING in finds(browser, what)
    assert not views(scene.store)


def test_what_was_typed_stands_in_no_address(quick_store: Store, browser: Browser) -> None:
    browser.comes_in(join(quick_store, "Aigerim"))
    assert browser.client.get(f"{SEARCH}?what=Karlygash").status_code == 405
    assert 'method="post" action="/console/search"' in browser.sees("/console")
    assert "/console/search" not in Browser(browser.client.application.test_client()).comes_in(
        join(quick_store, "administrator", "admin")
    ).sees("/console")


def test_many_are_asked_for_no_oftener_than_few_and_it_is_said_if_there_is_more(
    quick_store: Store, browser: Browser
) -> None:
    aigerim = join(quick_store, "Aigerim")
    form = browser.comes_in(aigerim).token()
    asked = []
    for count in (4, 8):
        for _ in range(4):
            Scene.begin(quick_store, "they took my brother").helper("Aigerim")
        with counted(quick_store) as found:
            page = browser.client.post(SEARCH, data={"form": form, "what": "nobody of that name"}).text
        assert NOTHING in page
        asked.append(found.count)
        page = finds(browser, "brother")
        assert page.count("data-row") == min(count, MOST_HITS)
        assert ("There may be more than is shown here." in page) == (count > MOST_HITS)
    assert asked[0] == asked[1] <= 8


def test_what_would_take_too_long_is_not_looked_through_and_that_is_said(scene: Scene) -> None:
    aigerim = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    token = aigerim.session()
    with scene.store.read() as unit:
        who = signed_in(unit, token)
        assert who is not None
        assert find_cases(unit, who, "brother").hits
        assert find_cases(unit, who, "brother", most_values=0) == Found((), more=True)
        assert [hit.where for hit in find_cases(unit, who, scene.code, most_values=0).hits] == ["code"]


@pytest.mark.parametrize(
    "typed", ["", " ", "\0", "\u202eA", "x" * 1000, "'; DROP TABLE account; --", "{{ 7 * 7 }}", "%"]
)
def test_whatever_is_typed_is_only_not_found(store: Store, typed: str) -> None:
    """On both engines: one of them takes no zero bytes."""
    browser = Browser(make_app(store, ZONE, passwords=quick(store)).test_client())
    scene = Scene.begin(store)
    aigerim = join(store, "Aigerim")
    scene.helper("Aigerim")
    page = finds(browser.comes_in(aigerim), typed)
    assert NOTHING in page
    assert "49" not in re.sub(r'value="[^"]*"', "", page)
