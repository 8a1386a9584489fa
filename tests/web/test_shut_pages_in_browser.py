"""Pages outside the rooms of the console, in a real browser: a photo, a voice, what a recipient opens, a lock."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from cases.releases.deciding import GOOD_FOR
from cases.releases.models import Release, ReleaseRecipient, ReleaseState
from cases.releases.proposing import PURPOSE, approve
from contacts.models import Contact
from store.tokens import token_of
from tests.cases.test_cleaning import opus
from tests.cases.test_pictures import picture
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.axe import SERIOUS, barriers
from tests.web.night import Night, begin_night
from tests.web.test_case_files import sends
from tests.web.test_console_in_browser import looks_right, site
from tests.web.test_in_browser import POCKET, browser, page
from texts.catalogue import say
from web.locked import make_locked_app
from web.locked_form import LockedForm
from web.server import listen, serve_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from store.unit_of_work import Store

__all__ = ["browser", "page", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture
def night(quick_store: Store) -> Night:
    return begin_night(quick_store)


@pytest.fixture
def locked() -> Iterator[str]:
    """The address of an instance that is locked."""
    listening, stop = listen(("127.0.0.1", 0)), threading.Event()
    app = make_locked_app(LockedForm(lambda _form: None, hotlines="+7 700 000 00 99"))
    thread = threading.Thread(target=serve_app, args=(app, listening, stop))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    thread.join(60)


def language_of(page: Page) -> str:
    """In a pocket Uyghur, at a desk English."""
    return "ug" if page.viewport_size and page.viewport_size["width"] == POCKET else "en"


def is_sound(page: Page, name: str) -> None:
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language_of(page) == "ug" else "ltr")
    looks_right(page, f"{name}-{language_of(page)}")
    assert barriers(page, only=SERIOUS) == [], name


def test_a_photo_is_seen_and_a_voice_is_heard(page: Page, site: str, night: Night) -> None:
    night.speaks(night.coordinator, language_of(page))
    for content in (picture(), opus()):
        sends(night.case, content)
    page.context.add_cookies([{"name": "panah", "value": night.coordinator.session(), "url": site}])
    page.goto(f"/console/case/{night.case.code}")
    ways = [one.get_attribute("href") or "" for one in page.locator("a[href*='/file/']").all()]
    seen = 0
    for way in dict.fromkeys(way for way in ways if re.search(r"/console/case/[^/]+/file/[^/]+$", way)):
        page.goto(way)
        photo = page.locator("img.photo")
        if photo.count():
            assert photo.evaluate("it => it.decode().then(() => it.naturalWidth)") > 0
        else:
            expect(page.locator("audio")).to_be_visible()
        is_sound(page, f"80-file-{'photo' if photo.count() else 'voice'}")
        seen += 1
    assert seen == 2


def test_a_recipient_opens_what_left_and_is_let_open_it_elsewhere(page: Page, site: str, night: Night) -> None:
    with night.store.unit("test") as unit:
        for member, role in ((night.coordinator, "coordinator"), (night.lawyer, "lawyer")):
            assert member.contact_id is not None
            approve(unit, night.release_id, member.contact_id, role)
        unit.session.get_one(Release, night.release_id).state = ReleaseState.SENT
        recipient = unit.session.scalars(select(ReleaseRecipient)).one()
        recipient.sent_at, recipient.expires_at = unit.now, unit.now + GOOD_FOR
        unit.session.get_one(Contact, recipient.contact_id).languages = [language_of(page)]
        token = token_of(unit, PURPOSE, recipient.id)
    page.goto(f"/release/{token}")
    is_sound(page, "81-release-asked")
    page.get_by_role("button").click()
    expect(page.get_by_text("Қарлығаш Үлгі")).to_be_visible()
    expect(page.get_by_text("sister")).to_have_count(0)
    is_sound(page, "82-release-opened")
    page.get_by_role("button").first.click()
    expect(page.get_by_text(say("web.release_thanks", language_of(page)))).to_be_visible()
    is_sound(page, "83-release-received")

    night.speaks(night.coordinator, language_of(page))
    page.context.add_cookies([{"name": "panah", "value": night.coordinator.session(), "url": site}])
    page.goto(f"/console/release/{night.release_id}")
    is_sound(page, "83-release-on-another-device")
    page.locator("button[value='another_device']").click()
    expect(page.locator("button[value='another_device']")).to_have_count(0)


def test_a_locked_instance_says_so(page: Page, locked: str) -> None:
    # The page's fixture watches another address: this one is told to the browser by name.
    context = page.context.browser.new_context(  # type: ignore[union-attr]
        viewport=page.viewport_size, base_url=locked, locale=language_of(page)
    )
    shut = context.new_page()
    shut.goto("/console")
    expect(shut.get_by_role("heading")).to_have_text(say("web.locked_now", language_of(page)))
    is_sound(shut, "84-locked-console")
    shut.goto("/report")
    is_sound(shut, "85-locked-report")
    shut.locator("textarea").first.fill("they took my brother")
    shut.locator("button.send").click()
    expect(shut.locator(".number")).to_be_visible()
    is_sound(shut, "86-locked-kept")
    context.close()
