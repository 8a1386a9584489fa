"""The console in a real browser, on a phone and at a desk: no complaint, nobody else asked, nothing sticks out."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import expect

from alerts.models import Delivery, DeliveryState
from cases.consent.agreeing import enter_consent
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.verification import Basis, bear_out
from contacts.accounts.inviting import invite
from contacts.accounts.managing import invite_from_shell
from contacts.accounts.roles import AccountRole
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from tests.accounts import PASSWORD, join, quick
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.conftest import ZONE
from tests.web.house import House
from tests.web.scene import Scene, reached
from tests.web.test_console import seek
from tests.web.test_in_browser import browser, fits, page  # noqa: F401  fixtures
from web.server import listen, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from store.unit_of_work import Store
    from tests.web.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
PICTURES = os.environ.get("CONSOLE_PICTURES")
"""A folder in which pictures are kept, for who wants to look at them."""
TABLES_STAND = (
    "[...document.querySelectorAll('table')].every(it => /^(table|block)$/.test(getComputedStyle(it).display))"
)
"""What a browser is asked: whether each table is one, or a list of cards where there is no room for one."""


@pytest.fixture
def site(quick_store: Store) -> Iterator[str]:
    listening, stop = listen(("127.0.0.1", 0)), threading.Event()
    thread = threading.Thread(
        target=serve, args=(quick_store, listening, ZONE, stop), kwargs={"passwords": quick(quick_store)}
    )
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    thread.join(60)


def looks_right(page: Page, name: str) -> None:  # noqa: F811  the fixture's value
    assert fits(page), f"{name} sticks out sideways"
    assert page.evaluate(TABLES_STAND), f"{name}: the head of a table does not stand above its columns"
    if PICTURES:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def test_from_an_invitation_to_a_case_and_out(page: Page, scene: Scene) -> None:  # noqa: F811
    store = scene.store
    join(store, "Timur Үмітұлы", "coordinator")
    join(store, "administrator", "admin")
    seek(scene, "coordinator")
    with store.unit("test") as unit:
        put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, ("KZ",), ("en",)))
        token = invite(unit, invite_from_shell(unit, "Aigerim", AccountRole.COORDINATOR))
    page.goto(f"/console/invitation/{token}")
    looks_right(page, "1-invitation")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("img", name=re.compile("Picture for the app"))).to_be_visible()
    looks_right(page, "2-invitation-form")
    totp = pyotp.TOTP((page.locator("code.secret").text_content() or "").replace(" ", ""))
    page.get_by_label("New password, at least 12 characters").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_label("The six digits it shows now").fill(totp.at(store.clock.now()))
    page.get_by_role("button", name="Set up my account").click()
    expect(page.locator(".codes li")).to_have_count(10)
    looks_right(page, "3-codes")

    page.get_by_role("link", name="I have written them down").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    looks_right(page, "4-sign-in")
    page.get_by_label("Name").fill("Aigerim")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    looks_right(page, "5-code")
    page.get_by_label("Code", exact=True).fill(totp.at(store.clock.now(), counter_offset=1))
    page.keyboard.press("Enter")
    expect(page.get_by_text(scene.code).first).to_be_visible()
    looks_right(page, "6-board")
    page.get_by_role("button", name=re.compile(f"Accept .*{scene.code}")).click()
    expect(page.get_by_role("status")).to_have_text("It is yours.")
    expect(page.get_by_text("they took my brother")).to_be_visible()
    looks_right(page, "8-case")
    goes_round(page)


def goes_round(page: Page) -> None:  # noqa: F811
    """From a case to all other pages, and out."""
    page.get_by_role("link", name="Who else may read it").click()
    expect(page.get_by_role("heading", name="Who else may read it", exact=True)).to_be_visible()
    looks_right(page, "9-access")
    page.get_by_role("link", name="Accounts").click()
    expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
    looks_right(page, "10-accounts-second")
    page.get_by_role("link", name="My account").click()
    page.locator("summary").first.click()
    looks_right(page, "11-account")
    page.get_by_role("link", name="Law", exact=True).click()
    expect(page.get_by_role("heading", name="Law", exact=True)).to_be_visible()
    looks_right(page, "12-law")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("role", ["admin", "lawyer"])
def test_what_others_see(page: Page, site: str, scene: Scene, role: str) -> None:  # noqa: F811
    store = scene.store
    for name in ("Timur", "A name that is rather long, as some names are"):
        join(store, name, "coordinator")
    member = join(store, "administrator" if role == "admin" else "Dana", role)
    context = page.context
    page.goto("/console/sign-in")
    context.add_cookies([{"name": "panah", "value": member.session(), "url": site}])
    page.goto("/console")
    looks_right(page, f"20-home-{role}")
    if role == "admin":
        page.get_by_role("main").get_by_role("link", name="Accounts").click()
        page.get_by_text("Another role").first.click()
        page.locator("details[open] select").select_option("observer")
        page.get_by_role("button", name="Ask for it").first.click()
        looks_right(page, "21-accounts")
    else:
        page.goto("/console/law/kz.coao.motion_3d")
        looks_right(page, "22-rule")
        page.get_by_label(re.compile("Your password")).fill(PASSWORD)
        page.get_by_role("button", name="Sign this rule").click()
        expect(page.get_by_role("status")).to_have_text("Signed.")
        looks_right(page, "23-rule-signed")


def test_what_is_known_who_agreed_and_what_leaves(page: Page, scene: Scene) -> None:  # noqa: F811
    store = scene.store
    member = join(store, "Aigerim")
    scene.helper("Aigerim")
    with store.unit("test") as unit:
        reached(unit, ContactCard("Marta", Role.UNHCR, email="marta@example.org"))
        bear_out(unit, scene.case_id, Basis.LAWYER, "counsel saw her")
        known = {"name_native": "Қарлығаш Үлгі", "place": "Centre 1", "feared_state": "CN", "relation": "sister"}
        for name, value in known.items():
            enter_fact(unit, scene.case_id, name, value, source="counsel")
        kinds = (FieldClass.IDENTITY, FieldClass.CUSTODY)
        agreed = {"granted": True, "authority": Authority.PERSON, "how": "a call"}
        enter_consent(unit, scene.case_id, Audience.UNHCR, kinds, **agreed)  # type: ignore[arg-type]
    page.goto("/console/sign-in")
    page.context.add_cookies([{"name": "panah", "value": member.session(), "url": page.url}])
    page.goto(f"/console/case/{scene.code}/person")
    expect(page.get_by_role("heading", name="Who may learn what")).to_be_visible()
    looks_right(page, "30-person")
    page.get_by_text("Enter what somebody said").click()
    looks_right(page, "31-consent")
    page.get_by_role("link", name="Tell somebody outside").click()
    page.get_by_label("For whom").select_option("unhcr")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Stays")).to_be_visible()
    page.get_by_label("Marta").first.check()
    looks_right(page, "32-release")
    page.get_by_role("button", name="Propose, and approve it myself").click()
    expect(page.get_by_text("waits for approval")).to_be_visible()
    looks_right(page, "33-release-waits")
    page.get_by_role("link", name="What leaves").click()
    looks_right(page, "34-releases")


def test_a_night_at_the_desk(page: Page, site: str, scene: Scene) -> None:  # noqa: F811
    """Somebody is put on call and tested, a message is sent again: by keys, as far as it goes."""
    house, long = House(scene.store), "Marat, whose name is rather long, as some are"
    member = join(scene.store, "Aigerim")
    house.helper("Aigerim", sms="+77000000001", telegram="@a")
    house.helper(long, telegram="@m")
    house.rosters("Aigerim", "Nobody")
    need = house.asks(house.case(), house.id_of("Aigerim"), answer="decline")
    failed = house.message("failed_permanent", need)
    page.goto("/console/sign-in")
    page.context.add_cookies([{"name": "panah", "value": member.session(), "url": site}])
    page.goto("/console/duty")
    page.keyboard.press("j")
    page.keyboard.press("o")
    who = page.locator("select[name=who]")
    expect(who).to_be_focused()
    who.select_option(str(house.id_of(long)))
    looks_right(page, "56-duty")
    page.get_by_role("button", name="Put somebody on call").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    page.get_by_role("button", name="Send a test").first.click()
    expect(page.get_by_text("Telegram: queued")).to_be_visible()
    looks_right(page, "57-duty-tested")
    page.keyboard.press("g")
    page.keyboard.press("w")
    expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    page.get_by_role("link", name=re.compile("^failed")).click()
    looks_right(page, "58-deliveries")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.get_by_role("status")).to_have_text("Done.")
    with scene.store.read() as unit:
        assert unit.session.get_one(Delivery, failed).state == DeliveryState.QUEUED
