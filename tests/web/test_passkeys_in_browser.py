"""Passkeys and tokens in a real browser with an authenticator of Chromium's own: added, used to sign in, removed."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from alerts.screens.vitals import read_vitals
from tests.accounts import PASSWORD, join, quick
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.conftest import ZONE
from tests.web.test_console_in_browser import looks_right
from tests.web.test_in_browser import browser, page  # noqa: F401  fixtures
from web.backstage import Backstage
from web.server import listen, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import CDPSession, Page

    from store.clock import ManualClock
    from store.unit_of_work import Store

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture
def site(quick_store: Store) -> Iterator[str]:
    """By a name: browsers make no passkeys for a bare address."""
    listening, stop = listen(("127.0.0.1", 0)), threading.Event()
    address = f"http://localhost:{listening.getsockname()[1]}"
    backstage = Backstage(partial(read_vitals, queues={}), lambda _: True, address=address)
    thread = threading.Thread(
        target=serve,
        args=(quick_store, listening, ZONE, stop, backstage),
        kwargs={"passwords": quick(quick_store)},
    )
    thread.start()
    yield address
    stop.set()
    thread.join(60)


def plug_in(page: Page) -> tuple[CDPSession, str]:  # noqa: F811  the fixture's value
    """An authenticator that somebody touches whenever they are asked."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added: dict[str, Any] = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, added["authenticatorId"]


def gives_password(page: Page) -> None:  # noqa: F811
    page.get_by_label("Name").fill("Aigerim")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()


def test_a_passkey_from_the_first_day_to_the_last(
    page: Page,  # noqa: F811
    quick_store: Store,
    clock: ManualClock,
) -> None:
    aigerim = join(quick_store, "Aigerim")
    devtools, plugged = plug_in(page)
    page.goto("/console/sign-in")
    gives_password(page)
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    page.get_by_label("Code", exact=True).fill(aigerim.code())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="My account").click()

    page.get_by_text("Add a passkey").click()
    clock.advance(timedelta(minutes=1))  # a code is good once
    page.get_by_label("A code of the app, six digits").first.fill(aigerim.code())
    looks_right(page, "50-account-keys")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(re.compile("What you call it")).fill("blue stick")
    looks_right(page, "51-passkey-new")
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_text("blue stick")).to_be_visible()
    (kept,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": plugged})["credentials"]
    assert not kept["isResidentCredential"]
    assert kept["rpId"] == "localhost"

    page.get_by_role("button", name="Sign out").click()
    gives_password(page)
    looks_right(page, "52-second-step")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("link", name="My account").click()
    expect(page.get_by_text("blue stick")).to_be_visible()
    looks_right(page, "53-account-with-key")
    page.get_by_role("button", name="Remove: blue stick").click()
    expect(page.get_by_text("blue stick")).to_have_count(0)

    page.get_by_role("button", name="Sign out").click()
    gives_password(page)
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)


def test_a_token_is_made_shown_and_revoked(page: Page, site: str, quick_store: Store) -> None:  # noqa: F811
    aigerim = join(quick_store, "Aigerim")
    page.context.add_cookies([{"name": "panah", "value": aigerim.session(), "url": site}])
    page.goto("/console/account")
    page.get_by_text("Make a token").first.click()
    page.get_by_label("For what").select_option("numbers")
    page.locator("#t-proof").fill(aigerim.code())
    looks_right(page, "54-token-form")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("code.secret")).to_have_text(re.compile("panah_"))
    looks_right(page, "55-token-made")
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("numbers and reports").first).to_be_visible()
    looks_right(page, "56-account-with-token")
    page.get_by_role("button", name=re.compile("Revoke: T-")).click()
    expect(page.get_by_role("button", name=re.compile("Revoke: T-"))).to_have_count(0)
