"""The page of a case in a real browser: a night, and two weeks; on a phone and at a desk; read by a machine, too."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.accounts import join
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.axe import WCAG, barriers
from tests.web.long_case import known, searched, two_weeks
from tests.web.scene import Scene
from tests.web.test_console import seek
from tests.web.test_console_in_browser import looks_right, site  # noqa: F401  fixtures
from tests.web.test_in_browser import browser, page  # noqa: F401  fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from store.clock import ManualClock

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

NOW_SHOWS = """(() => {
    const now = document.querySelector(".timeline .now line").getBoundingClientRect();
    const frame = document.querySelector(".timeline").getBoundingClientRect();
    return frame.left <= now.left && now.right <= frame.right;
})()"""


def reads_well(page: Page) -> None:  # noqa: F811  the fixture's value
    """What a machine can tell of whether everybody can use it."""
    assert barriers(page, rules=WCAG) == []


def test_a_night_and_two_weeks(page: Page, site: str, scene: Scene, clock: ManualClock) -> None:  # noqa: F811
    store = scene.store
    member = join(store, "Aigerim")
    scene.helper("Aigerim")
    scene.helper("Nurlan", "lawyer")
    two_weeks(scene, clock)
    known(scene)
    fresh = Scene.begin(store, "they took my sister, two hours ago")
    seek(fresh, "coordinator")
    searched(fresh, seek(fresh, "lawyer"), clock)
    page.context.add_cookies([{"name": "panah", "value": member.session(), "url": site}])
    page.goto("/console")

    # From a red row to an accepted case, a lawyer who is rung and the family's next promise: three presses.
    page.locator(".row.bad").get_by_role("button", name=re.compile(f"Accept .*{fresh.code}")).click()
    expect(page.get_by_role("heading", name="No lawyer has it yet", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Search: .*Lawyer"))).to_be_visible()
    looks_right(page, "40-case-fresh")
    reads_well(page)
    expect(page.get_by_role("radio").first).to_be_checked()
    page.get_by_role("button", name="Ring this lawyer now").click()
    expect(page.get_by_role("status")).to_contain_text("is being rung now")
    late = page.context.new_page()
    late.goto(page.url)
    page.get_by_role("button", name="3 hours").click()
    expect(page.get_by_role("status")).to_contain_text("Promised to the family")

    # Who pressed a moment later, on a page from before, sees both words side by side and chooses.
    late.get_by_role("button", name="1 hour", exact=True).click()
    expect(late.get_by_role("heading", level=1)).to_have_text("Somebody changed it meanwhile")
    looks_right(late, "44-case-changed")
    reads_well(late)
    late.close()

    page.locator("summary", has_text="Enter what happened").click()
    entering = page.locator("details[open] form")
    entering.get_by_role("combobox", name="What").select_option("administrative_arrest")
    entering.get_by_role("textbox", name="Note").fill("taken at the market")
    looks_right(page, "41-case-entering")
    entering.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("status")).to_contain_text("Administrative arrest")

    page.goto(f"/console/case/{scene.code}")
    expect(page.get_by_role("img", name="Time")).to_be_visible()
    assert page.evaluate(NOW_SHOWS), "of a picture wider than the screen, now is seen first"
    looks_right(page, "42-case-long")
    reads_well(page)
    if os.environ.get("CONSOLE_PICTURES"):
        page.emulate_media(media="print")
        looks_right(page, "43-case-printed")
