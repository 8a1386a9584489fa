"""Board, search and numbers in a real browser, in both directions: nothing sticks out, keys work, axe finds nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from alerts.models import ChannelState, Need
from alerts.policy.policies import import_policies
from cases.consent.people import enter_fact
from cases.models import Case
from contacts.models import Contact
from tests.accounts import join
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.axe import WCAG, barriers
from tests.web.scene import Scene
from tests.web.test_board import ROSTERS, happens, linked
from tests.web.test_console import seek
from tests.web.test_console_in_browser import looks_right, site  # noqa: F401  a fixture
from tests.web.test_in_browser import POCKET, browser, page  # noqa: F401  fixtures
from tests.web.test_numbers import a_month_of_work

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from store.clock import ManualClock
    from store.unit_of_work import Store
    from tests.accounts import Member

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def is_sound(page: Page, name: str) -> None:  # noqa: F811  the fixture's value
    """Nothing sticks out, and axe has nothing to say."""
    looks_right(page, name)
    assert barriers(page, rules=WCAG) == [], name


def a_night(store: Store, clock: ManualClock) -> tuple[Member, str]:
    """Months of work behind them, and a night in which much is open. Return a coordinator, and the case they have."""
    for more, region in ((7, "KZ-ALM"), (9, "KZ-ALA"), (3, "KZ-VOS")):
        a_month_of_work(store, clock, more, region)
        clock.advance(timedelta(days=30))
    aigerim, timur = join(store, "Aigerim"), join(store, "Тимур Үмітұлы")
    with store.unit("test") as unit:
        import_policies(unit, ROSTERS.replace("Timur", "Тимур Үмітұлы"))
        for name, there in {"telegram": True, "sms": True, "voice": False}.items():
            unit.session.add(ChannelState(channel=name, configured=there, since=unit.now, answers_in=[]))
    assert aigerim.contact_id is not None
    assert timur.contact_id is not None
    linked(store, aigerim.contact_id, "1")
    mine = Scene.begin(store, "they took my brother")
    mine.helper("Aigerim")
    for event in ("administrative_arrest", "asylum_refusal_known", "transferred"):
        happens(mine, event)
    happens(mine, "hearing_scheduled", appointed_at=clock.now() + timedelta(days=2))
    with store.unit("test") as unit:
        enter_fact(unit, mine.case_id, "name_native", "قارلىغاش ئۈلگى", source="her sister")
        unit.session.get_one(Case, mine.case_id).timezone = "Europe/Istanbul"
    clock.advance(timedelta(hours=3, minutes=5))
    for number, words in enumerate(("they are at the airport", "he does not answer", "a paper came")):
        scene = Scene.begin(store, words)
        seek(scene, "coordinator" if number else "lawyer")
        with store.unit("test") as unit:
            need = unit.session.query(Need).where(Need.case_id == scene.case_id).one()
            need.urgency = ("now", "soon", "later")[number]
            need.began_at = None if number == 2 else need.began_at
        if not number:
            happens(scene, "at_airport")
            happens(scene, "removal_scheduled", appointed_at=clock.now() + timedelta(hours=5))
        clock.advance(timedelta(minutes=4, seconds=11))
    return aigerim, mine.code


def test_a_night_at_the_board(page: Page, site: str, quick_store: Store, clock: ManualClock) -> None:  # noqa: F811
    """At a desk from left to right, in a pocket from right to left."""
    language = "ug" if page.viewport_size and page.viewport_size["width"] == POCKET else "en"
    aigerim, code = a_night(quick_store, clock)
    with quick_store.unit("test") as unit:
        unit.session.get_one(Contact, aigerim.contact_id).languages = [language]
    page.context.add_cookies([{"name": "panah", "value": aigerim.session(), "url": site}])
    page.goto("/console")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ug" else "ltr")
    expect(page.locator("#unaccepted")).to_be_visible()
    is_sound(page, f"40-board-{language}")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.type("qarlygash")
    page.keyboard.press("Enter")
    expect(page.locator("li[data-row]")).to_have_count(1)
    assert page.url.endswith("/console/search")
    is_sound(page, f"41-found-{language}")
    page.get_by_role("searchbox").first.fill("nobody of that name")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_be_visible()
    is_sound(page, f"42-nothing-{language}")
    page.goto("/console/numbers")
    expect(page.get_by_role("img")).to_have_count(5)
    page.locator("main summary").last.click()
    is_sound(page, f"43-numbers-{language}")
    page.goto("/console")
    page.keyboard.press("a")
    page.wait_for_url(re.compile("said=accepted"))
    assert code not in page.url, "it was one that nobody had"


def test_a_board_of_somebody_new(page: Page, site: str, quick_store: Store) -> None:  # noqa: F811
    aigerim = join(quick_store, "Aigerim")
    page.context.add_cookies([{"name": "panah", "value": aigerim.session(), "url": site}])
    page.goto("/console")
    expect(page.get_by_text("panah contacts import")).to_be_visible()
    is_sound(page, "44-board-new")
    page.goto("/console/numbers")
    expect(page.locator(".empty")).to_be_visible()
    is_sound(page, "45-numbers-few")
