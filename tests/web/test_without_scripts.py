"""A night without any script: from signing in to a lawyer who is rung, a promise and a hearing, in a real browser.

The form of those who report has its own story, without scripts always: `test_report_in_browser.py`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from alerts.models import Need
from alerts.models import Page as AlertPage
from cases.docket.models import Occurrence
from cases.docket.promising import promise_of
from contacts.models import Contact
from tests.accounts import PASSWORD, join
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.conftest import ZONE
from tests.web.test_console import seek
from tests.web.test_console_in_browser import looks_right, site
from tests.web.test_in_browser import DESK, POCKET, browser
from texts.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from playwright.sync_api import Browser, Page

    from store.clock import ManualClock
    from tests.accounts import Member
    from tests.web.scene import Scene

__all__ = ["browser", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
CHANGED = "409 (CONFLICT)"
"""What the browser says itself of the page on which two promises stand side by side."""


@pytest.fixture(params=[("en", DESK), ("ug", POCKET)], ids=lambda given: given[0])
def plain(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[tuple[Page, str]]:
    """A page on which no script runs, and its language; it must not complain and must ask nobody else."""
    language, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 844}, base_url=site, locale=language, java_script_enabled=False
    )
    page, troubles = context.new_page(), []
    page.on("console", lambda said: troubles.append(said.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda asked: troubles.append(asked.url) if not asked.url.startswith(site) else None)
    yield page, language
    assert [one for one in troubles if CHANGED not in one] == []
    context.close()


def signs_in(page: Page, member: Member) -> None:
    page.goto("/console/sign-in")
    page.locator("#name").fill(member.login)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#code").fill(member.code())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/console$"))


def test_from_a_red_row_to_a_lawyer_a_promise_and_a_hearing(
    plain: tuple[Page, str],
    scene: Scene,
    clock: ManualClock,
) -> None:
    page, language = plain

    def t(key: str, **values: str) -> str:
        return say(key, language, **values)

    aigerim = join(scene.store, "Aigerim")
    join(scene.store, "Nurlan", "lawyer")
    with scene.store.unit("test") as unit:
        unit.session.get_one(Contact, aigerim.contact_id).languages = [language]
    seek(scene, "coordinator")
    seek(scene, "lawyer")
    signs_in(page, aigerim)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ug" else "ltr")
    looks_right(page, f"70-plain-board-{language}")
    page.locator(".row.bad").get_by_role("button", name=t("web.console_accept_case", code=scene.code)).click()

    expect(page.get_by_text("they took my brother")).to_be_visible()
    expect(page.locator("h1 .code, h1.code, h1").first).to_contain_text(scene.code)
    page.get_by_role("button", name=t("web.case_ask_lawyer")).click()
    expect(page.get_by_role("status")).to_be_visible()
    late = page.context.new_page()
    late.goto(page.url)
    page.get_by_role("button", name=t("web.case_in_3")).click()
    expect(page.get_by_role("status")).to_be_visible()
    promised = due_next(scene)
    assert promised == clock.now() + timedelta(hours=3)

    # Who pressed on a page from before sees both words, and chooses theirs.
    late.get_by_role("button", name=t("web.case_in_1"), exact=True).click()
    expect(late.get_by_role("heading", level=1)).to_have_text(t("web.case_changed"))
    looks_right(late, f"71-plain-changed-{language}")
    assert due_next(scene) == promised
    late.get_by_role("button", name=t("web.case_put_mine")).click()
    expect(late.get_by_role("status")).to_be_visible()
    assert due_next(scene) == clock.now() + timedelta(hours=1)
    late.close()

    hearing = clock.now() + timedelta(days=2)
    page.locator("summary", has_text=t("web.case_enter")).click()
    entering = page.locator("details[open] form")
    entering.locator("[name=event]").select_option("hearing_scheduled")
    entering.locator("[name=at]").fill(f"{hearing.astimezone(ZoneInfo(ZONE)):%Y-%m-%dT%H:%M}")
    entering.locator("[name=note]").fill("district court")
    looks_right(page, f"72-plain-hearing-{language}")
    entering.get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_text("district court").first).to_be_visible()
    looks_right(page, f"73-plain-case-{language}")
    with scene.store.read() as unit:
        entered = unit.session.scalars(select(Occurrence)).one()
        assert (entered.kind, entered.for_at) == ("hearing_scheduled", hearing.replace(second=0, microsecond=0))
        lawyers = [one for one in unit.session.scalars(select(Need)) if one.kind == "lawyer"]
        assert len(lawyers) == 1
        assert unit.session.scalars(select(AlertPage).where(AlertPage.need_id == lawyers[0].id)).all() != []


def due_next(scene: Scene) -> datetime:
    """When the family hears from the team next."""
    with scene.store.read() as unit:
        standing = promise_of(unit, scene.case_id)
        assert standing is not None
        return standing.due_at
