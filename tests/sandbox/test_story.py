"""The phones tell a story: a few plain lines that anybody can read."""

import re
import threading
import time

import pytest

from sandbox import Phone, Sandbox, StoryError
from sandbox.waiting import PATIENCE
from tests.sandbox.client import Client
from tests.sandbox.conftest import Clock

KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Accept", "callback_data": "a"}, {"text": "Decline", "callback_data": "d"}],
        [{"text": "Open", "url": "http://localhost:8000/case"}],
    ]
}


@pytest.fixture
def gulnar(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Gulnar", language="ug", user_id=7_100_000)


def say(client: Client, phone: Phone, text: str, **more: object) -> int:
    return int(client.does("sendMessage", chat_id=phone.chat_id, text=text, **more)["message_id"])


def test_a_look_waits_for_what_is_to_come(client: Client, gulnar: Phone) -> None:
    threading.Timer(0.1, say, (client, gulnar, "your code is \u2068K7M-4TX\u2069")).start()
    assert gulnar.sees("code is K7M").text == "your code is \u2068K7M-4TX\u2069"
    assert gulnar.sees(re.compile(r"[A-Z0-9]{3}-[A-Z0-9]{3}")).plain.endswith("K7M-4TX")


def test_a_look_in_vain_shows_the_screen(client: Client, gulnar: Phone) -> None:
    gulnar.writes("hello")
    say(client, gulnar, "welcome")
    with pytest.raises(StoryError, match=r"(?s)Gulnar did not see 'K7M'.*hello.*welcome"):
        gulnar.sees("K7M", timeout=0.05)


def test_whoever_looks_in_vain_may_see_to_it_that_there_is_something(clock: Clock) -> None:
    with Sandbox(now=clock.now, meanwhile=lambda: clock.moves(seconds=1)) as town:
        gulnar = town.phone("Gulnar", language="ug")
        before = clock.now()
        with pytest.raises(StoryError):
            gulnar.sees("welcome", timeout=0.2)
        assert clock.now() > before
        looked_at = clock.now()
        town.wait_until(lambda: True)
        assert clock.now() == looked_at, "only who looks at a phone waits for time to pass"


def test_looking_only_after_a_message(client: Client, gulnar: Phone) -> None:
    say(client, gulnar, "taken")
    first = gulnar.sees("taken")
    with pytest.raises(StoryError):
        gulnar.sees("taken", after=first, timeout=0.05)
    say(client, gulnar, "taken again")
    assert gulnar.sees("taken", after=first).id > first.id


def test_taps_by_label(client: Client, gulnar: Phone) -> None:
    say(client, gulnar, "first", reply_markup=KEYBOARD)
    old = gulnar.sees("first")
    say(client, gulnar, "second", reply_markup=KEYBOARD)
    gulnar.taps("Accept")
    gulnar.taps("Decline", on=old)
    assert gulnar.link("Open") == "http://localhost:8000/case"
    queries = [update["callback_query"] for update in client.updates()]
    assert [(query["message"]["text"], query["data"]) for query in queries] == [("second", "a"), ("first", "d")]


def test_an_old_screen_still_has_its_buttons(sandbox: Sandbox, client: Client, gulnar: Phone) -> None:
    timur = sandbox.phone("Timur")
    number = say(client, gulnar, "NEW", reply_markup=KEYBOARD)
    seen = gulnar.sees("NEW")
    client.does("editMessageReplyMarkup", chat_id=gulnar.chat_id, message_id=number)
    with pytest.raises(StoryError):
        gulnar.taps("Accept", timeout=0.05)
    gulnar.taps("Accept", on=seen)
    timur.taps("Accept", on=seen)
    queries = [update["callback_query"] for update in client.updates()]
    assert [query["from"]["first_name"] for query in queries] == ["Gulnar", "Timur"]


def test_silence_is_checked(client: Client, gulnar: Phone) -> None:
    say(client, gulnar, "before")
    gulnar.stays_silent(for_seconds=0.1)
    threading.Timer(0.05, say, (client, gulnar, "a noise")).start()
    with pytest.raises(StoryError, match="a noise"):
        gulnar.stays_silent(for_seconds=2)


def test_everything_a_phone_can_send(client: Client, gulnar: Phone) -> None:
    kinds = [
        "voice",
        "photo",
        "video",
        "video_note",
        "audio",
        "animation",
        "document",
        "location",
        "contact",
        "sticker",
    ]
    for kind in kinds:
        gulnar.sends(kind)
    gulnar.shares_location(43.2, 76.9)
    gulnar.sends_raw({"dice": {"emoji": "🎲", "value": 4}})
    assert all(kind in update["message"] for kind, update in zip(kinds, client.updates()[: len(kinds)], strict=True))
    with pytest.raises(ValueError, match="cannot send"):
        gulnar.sends("smell")
    assert gulnar.command("status").text == "/status"


def test_waiting_for_anything(sandbox: Sandbox) -> None:
    flags: list[int] = []
    threading.Timer(0.05, flags.append, (1,)).start()
    sandbox.wait_until(lambda: flags)
    began = time.monotonic()
    with pytest.raises(StoryError):
        sandbox.wait_until(lambda: False, timeout=0.05)
    assert time.monotonic() - began < PATIENCE / 2


def test_calls_are_counted(sandbox: Sandbox, client: Client, gulnar: Phone) -> None:
    say(client, gulnar, "one")
    client.refused("sendMessage", chat_id=1, text="nobody")
    calls = sandbox.calls("sendMessage")
    assert [(call.chat_id, call.answered) for call in calls] == [(gulnar.chat_id, 200), (1, 400)]
    assert len(sandbox.calls()) == 2


def test_the_phones_bot_is_the_first_one() -> None:
    with Sandbox() as sandbox:
        bot = sandbox.bot(token="1:TEST")
        phone = sandbox.phone("Aigerim")
        phone.writes("hello")
        assert bot.pending == 1
        assert sandbox.bot().token == "1:TEST"


def test_a_bot_named_too_late_is_an_error() -> None:
    with Sandbox() as sandbox:
        sandbox.phone("Aigerim")
        with pytest.raises(RuntimeError, match="before the first phone"):
            sandbox.bot(token="1:TEST")
