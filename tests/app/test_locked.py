"""While it is locked: who is answered, with which words, who is called, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from alerts.channels.fake import FakeChannel
from alerts.channels.port import PermanentFailure
from app.locked.answering import CALLED_AGAIN_AFTER, SAID_AGAIN_AFTER, STANDS_FOR, Answering, heard_in
from app.locked.callers import FITS, Way, hand_over, take_over
from bot.poller import raw_input
from texts.catalogue import LANGUAGES, say
from web.locked import make_locked_app
from web.webhook import SECRET_HEADER, Webhook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from store.inbox import RawInput

HOTLINES = "+7 700 000 00 99"
SECRET = "a-secret-of-nobody-at-all"


def said(text: str, *, chat: int = 77, language: str = "en", kind: str = "private", number: int = 1) -> RawInput:
    message = {
        "message_id": number,
        "date": 1_772_000_000,
        "chat": {"id": chat, "type": kind},
        "from": {"id": chat, "language_code": language},
        "text": text,
    }
    given = raw_input({"update_id": number, "message": message})
    assert given is not None
    return given


def pressed(language: str) -> RawInput:
    press = {"id": "press-1", "from": {"id": 77, "language_code": language}, "data": "b1"}
    given = raw_input({"update_id": 2, "callback_query": press})
    assert given is not None
    return given


class Night:
    """Two channels, a clock that is moved by hand, and whoever answers."""

    def __init__(self, runner: asyncio.Runner, *ways: Way, hotlines: str | None = None) -> None:
        self._runner = runner
        self.telegram, self.sms = FakeChannel(), FakeChannel()
        self.now = 1000.0
        doors = {"telegram": self._door(self.telegram), "sms": self._door(self.sms)}
        self.answering = Answering(doors, ways, lambda: self.now, hotlines=hotlines)

    @staticmethod
    def _door(channel: FakeChannel) -> Callable[[], Any]:
        @asynccontextmanager
        async def opens() -> AsyncIterator[FakeChannel]:
            yield channel

        return opens

    def hears(self, *inputs: RawInput) -> None:
        """All of it is answered, and the night is over only when told."""
        self._runner.run(self._hears(inputs))

    async def _hears(self, inputs: tuple[RawInput, ...]) -> None:
        working = asyncio.create_task(self.answering.run())
        self.answering.take(inputs)
        await self.answering.answered()
        self.left_standing = [shown.text for shown in self.telegram.screen("77")]
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for a whole night."""
    with asyncio.Runner() as runner:
        yield runner


AIGERIM = Way("telegram", "en", "501")
TIMUR = Way("sms", "ru", "+77000000001")


WORDS = {
    "en": "help me",
    "ru": "Помогите, брата забрали",
    "kk": "Інімді алып кетті, көмектесіңіз",
    "kk-Arab": "ءىنىمدى الىپ كەتتى",
    "ug": "ئۇكامنى تۇتۇپ كەتتى ياردەم قىلىڭ",
    "zh": "救救我弟弟",
    "tr": "Kardeşimi götürdüler, yardım edin",
    "uz": "Ukamni olib ketishdi, yordam bering",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_writes_is_told_in_a_language_of_theirs_that_it_is_kept_and_unread(
    runner: asyncio.Runner, language: str
) -> None:
    night = Night(runner, hotlines=HOTLINES)
    night.hears(said(WORDS[language]))
    assert [one.text for one in night.telegram.sent] == [say("reply.locked_hotlines", language, hotlines=HOTLINES)]
    assert HOTLINES in night.telegram.sent[0].text
    assert night.left_standing == [night.telegram.sent[0].text]
    assert night.telegram.screen("77") == [], "the usual answer comes next, and ours is taken back"


def test_somebody_who_writes_ten_times_is_told_once_an_hour(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.hears(*(said("help", number=number) for number in range(10)))
    assert [one.text for one in night.telegram.sent] == [say("reply.locked", "en")]
    night.now += SAID_AGAIN_AFTER
    night.hears(said("help", number=11))
    assert len(night.telegram.sent) == 2


def test_nobody_is_answered_in_a_group_nor_for_what_makes_no_sense() -> None:
    broken = raw_input({"update_id": 3, "message": {"chat": 5, "text": ["x"]}})
    assert broken is not None
    assert heard_in(said("hello all", kind="group")) is None
    assert heard_in(broken) is None
    assert heard_in(said("hello")) is not None


def test_a_button_is_answered_in_the_language_of_whoever_pressed_it(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.hears(pressed("ru"))
    assert night.telegram.answered == [("press-1", say("reply.locked_press", "ru"))]


def test_coordinators_are_called_by_every_way_once_a_quarter_of_an_hour_without_a_word_of_it(
    runner: asyncio.Runner,
) -> None:
    night = Night(runner, AIGERIM, TIMUR)
    night.telegram.fail_at("501", PermanentFailure("blocked", "nobody there"))
    night.hears(said("they took Асқар Invented", number=1), said("and again", number=2))
    called = [(one.address, one.text) for one in night.sms.sent]
    assert called == [("+77000000001", say("duty.locked", "ru"))], "one that fails does not keep the others"
    night.now += CALLED_AGAIN_AFTER - 1
    night.hears(said("more", chat=78, number=3))
    assert len(night.sms.sent) == 1
    night.now += 1
    night.hears(said("more", chat=79, number=4))
    assert len(night.sms.sent) == 2


def test_what_we_said_does_not_stand_in_a_chat_for_a_day(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.hears(said("help"))
    assert night.telegram.deleted == [("77", ("1",))]
    assert STANDS_FOR < 24 * 3600


def test_addresses_pass_from_a_process_to_what_it_becomes_through_a_pipe_and_no_file() -> None:
    handle = hand_over([AIGERIM, TIMUR])
    assert os.get_inheritable(handle)
    assert take_over(handle) == (AIGERIM, TIMUR)
    assert take_over(handle) == (), "and only once"
    many = [Way("email", "en", f"somebody-{number}@example.org") for number in range(5000)]
    few = take_over(hand_over(many))
    assert few == tuple(many[: len(few)])
    assert 500 < len(few) < FITS
    assert "501" not in repr(AIGERIM)


def test_of_the_pages_only_the_webhook_is_open_and_the_form_says_so_in_every_language() -> None:
    kept: list[Any] = []
    app = make_locked_app(Webhook(SECRET, lambda account, update: kept.append((account, update))), HOTLINES)
    browser = app.test_client()
    brought = browser.post(
        "/webhooks/telegram?account=0123456789abcdef", json={"update_id": 5}, headers={SECRET_HEADER: SECRET}
    )
    assert (brought.status_code, kept) == (200, [("0123456789abcdef", {"update_id": 5})])
    assert browser.post("/webhooks/telegram", json={"update_id": 6}).status_code == 403
    assert len(kept) == 1
    form = browser.get("/report")
    assert form.status_code == 503
    page = form.get_data(as_text=True)
    assert all(str(say("report.locked", language)) in page for language in LANGUAGES)
    assert HOTLINES in page
    assert "default-src 'none'" in form.headers["Content-Security-Policy"]
    assert form.headers["Cache-Control"] == "no-store"
    for path in ("/", "/login", "/case/x", "/metrics", "/api/v1/cases", "/report/x?y=<b>"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "<b>" not in answer.get_data(as_text=True)
    assert browser.post("/report", data={"words": "x" * 2000}).status_code in {413, 503}
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").get_data() == b"locked\n"
