"""The form in a real browser without JavaScript, in a pocket and at a desk, from left to right and the other way."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from cases.models import Case, ReportMessage
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.axe import barriers
from tests.web.test_in_browser import browser, fits, site  # noqa: F401  fixtures
from texts.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
PICTURES = os.environ.get("CONSOLE_PICTURES")
"""A folder in which pictures are kept, for who wants to look at them."""
POCKET, DESK = 360, 1280
SMALLEST = 24
"""Pixels a control has at least, both ways (WCAG 2.2, 2.5.8)."""
VISITS = [
    pytest.param(("en", POCKET, "dark"), id="en"),
    pytest.param(("ug", POCKET, "light"), id="ug", marks=pytest.mark.long),
    pytest.param(("kk-Arab", DESK, "light"), id="kk-Arab"),
    pytest.param(("zh", DESK, "dark"), id="zh", marks=pytest.mark.long),
]
"""Both directions, widths and schemes each time; the other halves by --long."""
ELSEWHERE = "https://www.wikipedia.org/"
EXPECTED = re.compile(rf"{ELSEWHERE}|Clear-Site-Data header|Failed to load resource: .* status of 403")
"""What is asked for and said because somebody leaves, or typed a wrong number."""


@pytest.fixture(params=VISITS)
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[tuple[Page, str]]:  # noqa: F811
    """A page without scripts, and its language; it may ask nobody else, keep nothing and complain of nothing."""
    language, width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 780},
        color_scheme=scheme,
        base_url=site,
        locale=language,
        java_script_enabled=False,
    )
    page, troubles = context.new_page(), []
    page.on("console", lambda said: troubles.append(said.text))
    page.on("request", lambda asked: troubles.append(asked.url) if not asked.url.startswith(site) else None)
    context.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body="<h1>elsewhere</h1>", content_type="text/html"))
    yield page, language
    assert [one for one in troubles if not EXPECTED.match(one)] == []
    assert context.cookies() == []
    context.close()


def looks_right(page: Page, name: str) -> None:
    """Nothing sticks out, nothing is too small for a thumb; a picture, for who wants to look."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"report-{name}-{width}.png", full_page=True)
    for control in page.locator("button:not(.unseen), a.leave, textarea, input:not([type=hidden]), summary").all():
        box = control.bounding_box()
        if box is None or not box["height"]:
            continue  # within something that is closed
        assert box["x"] >= 0, f"{name}: a control begins outside"
        assert box["x"] + box["width"] <= width, f"{name}: a control sticks out sideways"
        assert min(box["width"], box["height"]) >= SMALLEST, f"{name}: {control.evaluate('it => it.outerHTML')}"


def test_from_the_first_words_to_the_way_out_without_any_script(
    visit: tuple[Page, str], quick_store: Store, tmp_path: Path
) -> None:
    page, language = visit

    def t(key: str, **values: str) -> str:
        return say(key, language, **values)

    page.goto("/report")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("body")).to_have_css("direction", "rtl" if language in {"ug", "kk-Arab"} else "ltr")
    looks_right(page, f"{language}-1-first")
    page.keyboard.press("Tab")
    expect(page.locator("a.leave").first).to_be_focused()
    page.get_by_label(t("report.what")).fill("they took my brother")
    page.get_by_role("button", name=t("language.en"), exact=True).click()
    expect(page.get_by_label(say("report.what", "en"))).to_have_value("they took my brother")
    page.get_by_role("button", name=t(f"language.{language}"), exact=True).click()
    paper = tmp_path / "order.png"
    paper.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    page.locator("input[type=file]").set_input_files(paper)
    page.locator("button.send").click()

    number = page.locator(".number").text_content() or ""
    assert re.fullmatch(r"(\d{4} ){5}\d{4}", number)
    expect(page.locator(".number")).to_have_css("direction", "ltr")
    expect(page.locator("html")).to_have_attribute("lang", language)
    looks_right(page, f"{language}-2-told")
    page.reload()
    expect(page.locator(".number")).to_have_text(number)

    page.get_by_role("button", name=t("option.happening.held"), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(t("report.kept"))
    where = page.locator("article").filter(has_text=t("report.where"))
    where.locator("textarea").fill("in Almaty, at the airport")
    where.get_by_role("button", name=t("report.send"), exact=True).click()
    page.locator("summary").filter(has_text=t("option.more.medical")).click()
    page.locator("details[open] textarea").fill("insulin")
    page.get_by_role("button", name=t("report.true"), exact=True).locator("visible=true").click()
    looks_right(page, f"{language}-3-answered")
    expect(page.get_by_text("insulin")).to_have_count(0)

    page.goto("/report/back")
    page.get_by_label(t("report.number")).fill("1234")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(t("report.wrong"))
    looks_right(page, f"{language}-4-wrong")
    page.get_by_label(t("report.number")).fill(number.replace(" ", ""))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=t("report.standing"))).to_be_visible()
    looks_right(page, f"{language}-5-back")

    page.locator("a.leave").first.click()
    expect(page.get_by_role("heading", name="elsewhere")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("insulin")).to_have_count(0)
    with quick_store.read() as unit:
        assert len(unit.session.scalars(select(Case)).all()) == 1
        assert len(unit.session.scalars(select(ReportMessage)).all()) == 4


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.long), "dark"])
def test_no_barrier_is_found_on_any_page(browser: Browser, site: str, scheme: Any) -> None:  # noqa: F811
    context = browser.new_context(viewport={"width": POCKET, "height": 780}, base_url=site, color_scheme=scheme)
    page = context.new_page()
    for language in ("en", "ug"):
        page.goto(f"/report?language={language}")
        no_barrier(page)
        page.locator("#words").fill("they took my brother")
        page.locator("button.send").first.click()
        page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
        no_barrier(page)
        assert fits(page)
        page.goto(f"/report/back?language={language}")
        no_barrier(page)
    context.close()


def no_barrier(page: Page) -> None:
    assert barriers(page) == []
