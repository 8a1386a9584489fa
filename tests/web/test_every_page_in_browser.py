"""Every page of the console in a real browser: at a desk and in a pocket, by day and by night, in both directions.

Nothing sticks out, nobody else is asked, the browser has nothing to complain about, no barrier stands in the way of
people with disabilities (axe-core), and it is light enough for a poor line.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cases.events import CaseViewed
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.axe import SERIOUS, barriers
from tests.web.night import Night, begin_night
from tests.web.pages import addresses
from tests.web.scene import Scene
from tests.web.test_console import seek
from tests.web.test_console_in_browser import looks_right, site
from tests.web.test_in_browser import DESK, POCKET, browser, page

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

    from store.unit_of_work import Store

__all__ = ["browser", "page", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
WEIGHT = 150_000
"""Bytes that a page and all it needs may have on its way."""
FOLLOWS = 10.0
"""Real seconds in which a page must have followed in a test; on an idle machine it takes less than one."""


@pytest.fixture
def night(quick_store: Store) -> Night:
    return begin_night(quick_store)


def comes_in(page: Page, site: str, night: Night, who: str, language: str) -> None:
    member = {"coordinator": night.coordinator, "lawyer": night.lawyer, "admin": night.admin}[who]
    if who != "admin":
        night.speaks(member, language)
    page.context.add_cookies([{"name": "panah", "value": member.session(), "url": site}])


EVERY = re.compile("")
AT_NIGHT = re.compile(r"/console(/calendar|/case/[^/]+(/person|/papers/[^/]+)?|/contacts|/duty|/incident/[^/]+)?")
"""A few of each kind: the board, a case, forms, lists, a month."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("page", "language", "looked_at"),
    [
        ((POCKET, "dark"), "ug", AT_NIGHT),
        ((DESK, "light"), "en", EVERY),
        pytest.param((POCKET, "dark"), "ug", EVERY, marks=pytest.mark.long),
        pytest.param((POCKET, "dark"), "en", EVERY, marks=pytest.mark.long),
        pytest.param((DESK, "light"), "ug", EVERY, marks=pytest.mark.long),
    ],
    indirect=["page"],
    ids=lambda given: {EVERY: "every page", AT_NIGHT: "at night"}.get(given) if isinstance(given, re.Pattern) else None,
)
def test_each_page_is_sound(page: Page, site: str, night: Night, language: str, looked_at: re.Pattern[str]) -> None:
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    comes_in(page, site, night, "coordinator", language)
    found: dict[str, object] = {}
    weights: list[int] = []
    kept: dict[str, int] = {}
    """What a browser keeps after the first page counts for each."""

    def weigh(answer: Response) -> None:
        if "/static/" in answer.url:
            kept[answer.url] = max(weight(answer), kept.get(answer.url, 0))
        else:
            weights.append(weight(answer))

    page.on("response", weigh)
    for address in addresses(night):
        if not (looked_at is EVERY or looked_at.fullmatch(address)):
            continue
        weights.clear()
        answer = page.goto(address)
        assert answer is not None
        if answer.status not in (200, 403, 404):
            found[address] = answer.status
        page.wait_for_load_state("load")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ug" else "ltr")
        looks_right(page, named(address, night, language))
        for other in {POCKET, width} - {width}:  # whatever it is looked at on, it would fit a telephone too
            page.set_viewport_size({"width": other, "height": 844})
            looks_right(page, named(address, night, language))
            page.set_viewport_size({"width": width, "height": 844})
        if wrong := barriers(page, only=SERIOUS):
            found[address] = wrong
        if sum(weights) + sum(kept.values()) > WEIGHT:
            found[f"{address} weighs"] = sum(weights) + sum(kept.values())
    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)


def named(address: str, night: Night, language: str) -> str:
    """What the picture of a page is called."""
    return f"{language}-{address.strip('/').replace('/', '-').replace(night.case.code, 'case') or 'front'}"


def weight(answer: Response) -> int:
    """Bytes of an answer as they came over the line."""
    if "event-stream" in answer.headers.get("content-type", ""):
        return 0
    sizes = answer.request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_long_words_fit_too(page: Page, site: str, night: Night, language: str) -> None:
    comes_in(page, site, night, "coordinator", language)
    for address in addresses(night):
        page.goto(address)
        looks_right(page, named(address, night, language))


def test_an_open_page_follows_what_is_committed_and_keeps_what_was_typed(
    page: Page,
    site: str,
    night: Night,
) -> None:
    comes_in(page, site, night, "coordinator", "en")
    page.goto("/console")
    page.get_by_role("searchbox").fill("Қарлығаш")
    seen = page.evaluate("performance.timeOrigin")
    came = Scene.begin(night.store, "they took my uncle")
    with page.expect_response("**/console") as refreshed:
        seek(came, "coordinator")
        with night.store.unit("test") as unit:
            unit.record(CaseViewed(case_id=came.case_id, contact_id=night.lawyer.contact_id or came.case_id))
        committed = time.monotonic()
    assert refreshed.value.ok
    expect(page.get_by_role("button", name=re.compile(f"Accept .*{came.code}"))).to_be_visible()
    assert time.monotonic() - committed < FOLLOWS
    assert page.get_by_role("searchbox").input_value() == "Қарлығаш"
    assert page.evaluate("performance.timeOrigin") == seen, "it was not loaded anew"


@pytest.mark.parametrize("page", [(DESK, "light")], indirect=True)
def test_single_keys_lead_through_the_pages_and_can_be_switched_off(
    page: Page,
    site: str,
    night: Night,
) -> None:
    comes_in(page, site, night, "coordinator", "en")
    page.clock.set_fixed_time(night.store.clock.now())  # the second key of "g l" is awaited for as long as it takes
    page.goto("/console")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]') !== null")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_have_text("It is yours.")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile("/console/law$"))
    page.keyboard.press("?")
    page.get_by_role("switch").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page).to_have_url(re.compile("/console/law$"))
