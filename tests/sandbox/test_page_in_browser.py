"""The page in a real browser: a person types, sees, taps, at a desk and on a phone."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox import Phone, Sandbox
from tests.sandbox.client import Client

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run"]
ACCEPT = {"inline_keyboard": [[{"text": "Accept", "callback_data": "accept"}]]}
DESK, POCKET = 1440, 390
expect.set_options(timeout=40_000)  # milliseconds; five seconds are too few for a browser on a busy machine

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def gulnar(sandbox: Sandbox) -> Phone:
    return sandbox.add_phone(role="Relative", name="Gulnar", language="ug")


@pytest.fixture
def aigerim(sandbox: Sandbox, gulnar: Phone) -> Phone:
    assert gulnar.messages == []  # the relative comes first on the page
    return sandbox.add_phone(role="Duty coordinator", name="Aigerim", language="kk")


class Watched:
    """A page, everything it complained of and everything it asked strangers for."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda said: self.troubles.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on(
            "request", lambda asked: self.troubles.append(asked.url) if urlsplit(asked.url).netloc != home else None
        )


@pytest.fixture(params=[DESK, POCKET])
def watched(browser: Browser, sandbox: Sandbox, aigerim: Phone, request: pytest.FixtureRequest) -> Iterator[Watched]:
    assert aigerim.messages == []
    context = browser.new_context(viewport={"width": request.param, "height": 844}, reduced_motion="reduce")
    watched = Watched(context.new_page(), urlsplit(sandbox.page_url).netloc)
    watched.page.goto(sandbox.page_url)
    yield watched
    assert watched.troubles == []
    context.close()


def test_a_report_is_typed_and_a_page_accepted(watched: Watched, client: Client, gulnar: Phone, aigerim: Phone) -> None:
    page = watched.page
    page.get_by_role("textbox", name="Message from Gulnar").fill("they took my brother")
    page.keyboard.press("Enter")
    relative = page.get_by_role("log", name="Chat on Gulnar’s phone")
    expect(relative.get_by_text("they took my brother")).to_be_visible()
    expect(relative.get_by_text("Telegram has it")).to_have_count(1)
    (update,) = client.updates(timeout=25)
    assert update["message"]["text"] == "they took my brother"
    client.updates(offset=update["update_id"] + 1)
    expect(relative.get_by_text("the program has it")).to_have_count(1)

    client.does("sendMessage", chat_id=aigerim.chat_id, text="NEW K7M", reply_markup=ACCEPT)
    if page.viewport_size == {"width": POCKET, "height": 844}:
        page.get_by_role("button", name="Aigerim is ringing").click()
    coordinator = page.locator(f"#phone-{aigerim.user_id}")
    expect(coordinator).to_contain_class("ringing")
    page.get_by_role("button", name="Accept").click()
    expect(coordinator).not_to_contain_class("ringing")
    query = client.updates(timeout=25)[0]["callback_query"]
    assert query["data"] == "accept"

    client.does("answerCallbackQuery", callback_query_id=query["id"], text="You have it")
    expect(coordinator.get_by_text("You have it")).to_be_visible()
    number = query["message"]["message_id"]
    client.does("editMessageText", chat_id=aigerim.chat_id, message_id=number, text="You took K7M")
    expect(coordinator.get_by_text("You took K7M")).to_be_visible()
    expect(coordinator.get_by_text("edited")).to_be_visible()
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    assert gulnar.messages == []


def test_uyghur_runs_from_right_to_left(watched: Watched, client: Client, gulnar: Phone) -> None:
    client.does(
        "sendMessage",
        chat_id=gulnar.chat_id,
        text="خەۋىرىڭىز بىزگە يەتتى. \u2068K7M-4TX\u2069",
        disable_notification=True,
    )
    words = watched.page.get_by_role("log", name="Chat on Gulnar’s phone").locator(".words")
    expect(words).to_have_js_property("dir", "auto")
    expect(words).to_have_css("direction", "rtl")
    expect(words).to_have_attribute("lang", "ug")


def test_other_things_are_sent_with_the_keyboard_alone(watched: Watched, client: Client) -> None:
    page = watched.page
    page.get_by_role("button", name="Send something else").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Voice note")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").first.get_by_text("Photo")).to_be_visible()
    assert "photo" in client.updates(timeout=25)[0]["message"]
    expect(page.get_by_role("textbox", name="Message from Gulnar")).to_be_focused()


def test_hints_help_to_begin(watched: Watched) -> None:
    page = watched.page
    page.get_by_role("button", name="Type it for me").click()
    box = page.get_by_role("textbox", name="Message from Gulnar")
    expect(box).to_have_value("they took my brother")
    expect(box).to_be_focused()
    expect(page.get_by_role("button", name="Kill the program")).to_have_count(0)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], "nothing sticks out sideways"
