"""The page as a helper sees it: in a real browser, on a phone and at a desk, by day and by night."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.sandbox.test_page_in_browser import CHROMIUM, QUIET
from tests.web.conftest import ZONE
from web.server import listen, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store
    from tests.web.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
POCKET, DESK = 360, 1280
LONG = "x" * 400
UYGHUR = "ئىنىمنى تۇتۇپ كەتتى، ئۇ ئەمدى ئايرودرومدا"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def site(quick_store: Store) -> Iterator[str]:
    listening, stop = listen(("127.0.0.1", 0)), threading.Event()
    thread = threading.Thread(target=serve, args=(quick_store, listening, ZONE, stop))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    thread.join(60)


@pytest.fixture(params=[(POCKET, "dark"), pytest.param((DESK, "light"), marks=pytest.mark.long)])
def page(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that must not complain and must ask nobody else. On a telephone, where there is less room, each time."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, base_url=site)
    page, troubles = context.new_page(), []
    page.on("console", lambda said: troubles.append(said.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda asked: troubles.append(asked.url) if urlsplit(asked.url).netloc != urlsplit(site).netloc else None,
    )
    yield page
    assert troubles == []
    context.close()


def fits(page: Page) -> bool:
    within: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return within


def test_a_link_is_looked_at_and_pressed(page: Page, scene: Scene) -> None:
    scene.says(UYGHUR)
    scene.answers("who", message=scene.says(f"{LONG}\n\u202eEVIL <b>bold</b>"))
    page.goto(scene.link(scene.helper()))
    expect(page.get_by_role("heading", level=1)).to_contain_text(scene.code)
    assert fits(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show the case")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("they took my brother")).to_be_visible()
    expect(page.get_by_text(UYGHUR)).to_have_css("direction", "rtl")
    expect(page.get_by_text("EVIL <b>bold</b>").first).to_be_visible()
    expect(page.get_by_role("heading", name="In the reporter's own words")).to_be_visible()
    assert fits(page), "nothing sticks out sideways"
    assert page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_a_kazakh_page_for_who_writes_kazakh_in_arabic_letters_runs_as_cyrillic_does(page: Page, scene: Scene) -> None:
    page.goto(scene.link(scene.helper(), "kk-Arab"))
    expect(page.locator("html")).to_have_attribute("lang", "kk")
    expect(page.locator("body")).to_have_css("direction", "ltr")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(scene.code)
    assert fits(page)
