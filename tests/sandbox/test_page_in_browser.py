"""The page in a real browser: a person types, sees, taps, takes calls, at a desk and on a phone."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiosmtplib
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from twilio.rest import Client as TwilioClient

from sandbox import Phone, Sandbox
from tests.sandbox.client import Client
from tests.sandbox.program import PUBLIC, Program

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run", "--disable-gpu"]
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
    return sandbox.add_phone(role="Relative", name="Gulnar", language="ug", number="+77000000010")


@pytest.fixture
def aigerim(sandbox: Sandbox, gulnar: Phone) -> Phone:
    assert gulnar.messages == []  # the relative comes first on the page
    return sandbox.add_phone(
        role="Duty coordinator", name="Aigerim", language="kk", number="+77000000001", email="aigerim@example.org"
    )


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


@pytest.fixture(params=[DESK, pytest.param(POCKET, marks=pytest.mark.long)])
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


def look_at(page: Page, name: str) -> None:
    """Bring a phone into view, where only one is shown."""
    if page.viewport_size == {"width": POCKET, "height": 844}:
        page.locator("#people").get_by_role("button", name=name).click()


def test_an_sms_is_read_and_answered(
    watched: Watched, sandbox: Sandbox, twilio: TwilioClient, program: Program, aigerim: Phone
) -> None:
    page = watched.page
    twilio.messages.create(to=aigerim.number or "", from_="+77000000900", body="K7M. Reply 7A https://example.org/t/1")
    look_at(page, "Aigerim")
    coordinator = page.locator(f"#phone-{aigerim.user_id}")
    expect(coordinator.locator(".sms").get_by_text("K7M. Reply 7A")).to_be_visible()
    link = coordinator.get_by_role("link", name="https://example.org/t/1")
    expect(link).to_have_attribute("target", "_blank")
    ways = coordinator.get_by_role("group", name="Write by")
    expect(ways.get_by_role("button", name="Telegram")).to_have_attribute("aria-pressed", "true")
    ways.get_by_role("button", name="SMS").focus()
    page.keyboard.press("Enter")
    expect(coordinator.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("7A")
    page.keyboard.press("Enter")
    expect(coordinator.locator(".sms.mine").get_by_text("7A")).to_be_visible()
    sandbox.wait_until(lambda: program.to("/webhooks/twilio/sms"))
    assert program.posted[0].fields["Body"] == "7A"
    assert aigerim.messages == []


def test_a_call_rings_speaks_and_takes_a_key(
    watched: Watched, twilio: TwilioClient, program: Program, aigerim: Phone
) -> None:
    page = watched.page
    program.answers["/voice"] = (
        "<Response><Gather numDigits='1' action='/key'><Say language='ru-RU'>Нажмите 1</Say></Gather></Response>"
    )
    program.answers["/key"] = "<Response><Say>You have accepted.</Say></Response>"
    for answer in ("Decline", "Let the voicemail answer", "Answer"):
        twilio.calls.create(to=aigerim.number or "", from_="+77000000900", url=f"{PUBLIC}/voice")
        look_at(page, "Aigerim")
        coordinator = page.locator(f"#phone-{aigerim.user_id}")
        screen = coordinator.get_by_role("region", name="Call to Aigerim")
        expect(coordinator).to_contain_class("ringing")
        expect(screen.get_by_text("Incoming call")).to_be_visible()
        screen.get_by_role("button", name=answer, exact=True).press("Enter")
        if answer == "Decline":
            expect(coordinator.get_by_text("Declined")).to_be_visible()
            expect(screen).to_be_hidden()
        if answer == "Let the voicemail answer":
            expect(screen.get_by_text("Voicemail is recording")).to_be_visible()
            expect(screen.get_by_role("button")).to_have_count(0)
            aigerim.calls[-1].hangs_up()
    expect(screen.get_by_text("Нажмите 1")).to_have_attribute("lang", "ru-RU")
    expect(coordinator).not_to_contain_class("ringing")
    screen.get_by_role("button", name="1", exact=True).press("Enter")
    expect(screen).to_be_hidden()
    coordinator.locator("summary").last.press("Enter")
    expect(coordinator.get_by_text("You have accepted.")).to_be_visible()
    assert [call.status for call in aigerim.calls] == ["busy", "completed", "completed"]
    assert program.to("/key")[0].fields["Digits"] == "1"


def test_what_a_call_covers_cannot_be_reached(watched: Watched, twilio: TwilioClient, aigerim: Phone) -> None:
    page = watched.page
    look_at(page, "Aigerim")
    coordinator = page.locator(f"#phone-{aigerim.user_id}")
    box = page.get_by_role("textbox", name="Message from Aigerim")
    box.focus()
    twilio.calls.create(to=aigerim.number or "", from_="+77000000900", twiml="<Response><Say>K7M</Say></Response>")
    expect(coordinator.get_by_role("region", name="Call to Aigerim")).to_be_focused()
    expect(coordinator.locator(".composer")).to_have_js_property("inert", value=True)
    aigerim.rings().lets_ring()
    expect(box).to_be_focused()
    expect(coordinator.get_by_text("Missed call")).to_be_visible()


def test_a_mail_is_read(watched: Watched, sandbox: Sandbox, aigerim: Phone) -> None:
    address = urlsplit(sandbox.smtp_url)
    mail = "From: Panah <alerts@example.org>\r\nSubject: K7M-4TX\r\n\r\nOpen https://example.org/t/1. <b>Now</b>\r\n"
    by_hand = aiosmtplib.send(
        mail,
        sender="alerts@example.org",
        recipients=["aigerim@example.org"],
        hostname=address.hostname,
        port=address.port,
    )
    posting = threading.Thread(target=asyncio.run, args=(by_hand,))  # the browser has this thread's event loop
    posting.start()
    posting.join()
    look_at(watched.page, "Aigerim")
    letter = watched.page.get_by_role("article", name="E-mail: K7M-4TX")
    expect(letter.get_by_role("heading", name="K7M-4TX")).to_be_visible()
    expect(letter.get_by_text("<b>Now</b>")).to_be_visible()
    link = letter.get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.org/t/1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert len(aigerim.mails) == 1


def test_each_provider_can_be_switched_off(watched: Watched, sandbox: Sandbox) -> None:
    page = watched.page
    page.locator("#outages summary").press("Enter")
    for name in ("Telegram", "SMS", "Voice", "E-mail"):
        page.get_by_role("switch", name=f"{name} outage").press("Enter")
        expect(page.get_by_role("switch", name=f"{name} outage")).to_be_checked()
    faults = sandbox.twilio.faults
    out = [sandbox.faults.is_out, faults.is_out("sms"), faults.is_out("voice"), sandbox.mail.faults.is_out]
    assert out == [True] * 4
    page.get_by_role("switch", name="SMS outage").press("Enter")
    expect(page.get_by_role("switch", name="SMS outage")).not_to_be_checked()
    assert not faults.is_out("sms")
    badly = page.get_by_role("group", name="Telegram answers, and badly")
    expect(badly.get_by_role("switch")).to_have_count(7)
    badly.get_by_role("switch", name="Too many at once").press("Enter")
    expect(badly.get_by_role("switch", checked=True)).to_have_count(1)
    assert sandbox.faults.strike("sendMessage", None) is not None
    lowest = badly.get_by_role("switch").last
    lowest.scroll_into_view_if_needed()
    expect(lowest).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("switch")).to_have_count(0)
    expect(page.locator("#outages summary")).to_be_focused()


def test_eight_phones_fit(browser: Browser, sandbox: Sandbox, gulnar: Phone) -> None:
    roles = ("duty coordinator", "lawyer", "UNHCR protection officer", "journalist", "lawyer", "driver", "relative")
    last = [
        sandbox.phone(f"Person {at}", role=role, email=f"person{at}@example.org", telegram=False)
        for at, role in enumerate(roles)
    ][-1]
    page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.goto(sandbox.page_url)
    expect(page.locator(".phone")).to_have_count(8)
    page.locator("#people").get_by_role("button", name="Person 6").click()
    expect(page.locator(f"#phone-{last.user_id}")).to_be_in_viewport(ratio=1)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], "nothing sticks out sideways"
    assert gulnar.name in page.inner_text("#phones")
    page.close()
