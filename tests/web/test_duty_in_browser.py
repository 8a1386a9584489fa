"""Duty by a pointer: a name, or a turn, is laid onto another turn; the form then says it, and its button does it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.accounts import join
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.house import House
from tests.web.test_console_in_browser import site
from tests.web.test_in_browser import DESK, browser, page

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from store.unit_of_work import Store

__all__ = ["browser", "page", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.mark.parametrize("page", [(DESK, "light")], indirect=True)
def test_who_is_laid_onto_a_turn_is_put_on_call_by_the_button(page: Page, site: str, quick_store: Store) -> None:
    house = House(quick_store)
    member = join(quick_store, "Aigerim")
    house.helper("Aigerim", telegram="@a")
    house.helper("Marat", telegram="@m")
    house.rosters("Aigerim", "Marat")
    page.context.add_cookies([{"name": "panah", "value": member.session(), "url": site}])
    page.goto("/console/duty")
    turns = page.locator("[data-onto]")
    before = turns.count()
    name, onto = page.locator(".carry li").get_by_text("Marat"), turns.filter(has_text="Aigerim").last
    name.drag_to(onto)
    expect(page).to_have_url(re.compile(r"turn=[\d.]+&who="))
    expect(page.locator("select[name=who]")).to_have_value(str(house.id_of("Marat")))
    button = page.get_by_role("button", name="Put somebody on call")
    expect(button).to_be_focused()
    assert page.locator("input[name=from]").input_value() < page.locator("input[name=until]").input_value()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(page.locator(".week .agreed").first).to_contain_text("Marat")
    assert before > 0
    week = page.locator(".week").first.locator("[data-onto][data-who]")
    week.first.drag_to(week.last)
    expect(page).to_have_url(re.compile(r"turn=[\d.]+&who="))
