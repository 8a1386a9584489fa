"""While it is locked: who is answered, with which words, who is called, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import urllib.error
import urllib.request
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from alerts.channels.fake import FakeChannel
from alerts.channels.port import Outgoing, PermanentFailure, RateLimited, Sent, TemporaryFailure
from app.locked.answering import CALLED_AGAIN_AFTER, PAUSES, SAID_AGAIN_AFTER, STANDS_FOR, Answering, heard_in
from app.locked.callers import FITS, Way, hand_over, take_over
from app.locked.running import works_while_locked
from app.settings import read_settings
from app.wiring import build
from bot.poller import raw_input
from store.inbox import RawInput
from store.sealed import SealedInput
from tests.ports import free_port
from texts.catalogue import LANGUAGES, say
from web.locked import make_locked_app
from web.locked_form import LockedForm
from web.webhook import LARGEST_UPDATE, SECRET_HEADER, Webhook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.app.conftest import Panah

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

    def __init__(
        self,
        runner: asyncio.Runner,
        *ways: Way,
        hotlines: str | None = None,
        telegram: FakeChannel | None = None,
    ) -> None:
        self._runner = runner
        self.telegram, self.sms = telegram or FakeChannel(), FakeChannel()
        self._working: asyncio.Task[None] | None = None
        self.now = 1000.0
        self.doors = {"telegram": self._door(self.telegram), "sms": self._door(self.sms)}
        self.answering = Answering(self.doors, ways, lambda: self.now, hotlines=hotlines)

    @staticmethod
    def _door(channel: FakeChannel) -> Callable[[], Any]:
        @asynccontextmanager
        async def opens() -> AsyncIterator[FakeChannel]:
            yield channel

        return opens

    def hears(self, *inputs: RawInput, ends: bool = True) -> None:
        """All of it is answered; with it the night ends, unless told otherwise."""
        self._runner.run(self._hears(inputs))
        if ends:
            self.ends()

    async def _hears(self, inputs: tuple[RawInput, ...]) -> None:
        if self._working is None:
            self._working = asyncio.create_task(self.answering.run())
        self.answering.take(inputs)
        await self.answering.answered()
        self.left_standing = [shown.text for shown in self.telegram.screen("77")]

    def ends(self) -> None:
        """The instance is unlocked."""
        self._runner.run(self._ends())

    async def _ends(self) -> None:
        working, self._working = self._working, None
        assert working is not None
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


def test_who_could_not_be_told_is_told_as_soon_as_that_is_possible(runner: asyncio.Runner) -> None:
    night = Night(runner, AIGERIM, TIMUR)
    night.sms.fail(TemporaryFailure("down", "the provider is down"))
    night.telegram.fail_at("77", TemporaryFailure("down", "the provider is down"))
    night.hears(said("help"), ends=False)
    assert (night.sms.sent, [one.address for one in night.telegram.sent]) == ([], ["501"])
    night.telegram.fail_at("77", None)
    night.now += PAUSES[0]
    night.hears(said("hello all", chat=-5, kind="group", number=2))
    assert [one.address for one in night.sms.sent] == ["+77000000001"], "nobody waits for a quarter of an hour"
    assert [one.address for one in night.telegram.sent] == ["501", "77"], "and each is told once"


def test_who_has_blocked_the_bot_is_not_tried_again_and_again(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.telegram.fail(PermanentFailure("blocked", "nobody there", recipient_gone=True))
    night.hears(said("help"), ends=False)
    night.now += PAUSES[-1]
    night.hears(said("help", number=2))
    assert night.telegram.sent == []


def test_a_provider_that_wants_time_gets_it(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.telegram.fail(RateLimited("flood", "too many", retry_after=timedelta(seconds=40)))
    night.hears(said("help"), ends=False)
    night.now += 39
    night.hears(said("help", number=2), ends=False)
    assert night.telegram.sent == []
    night.now += 1
    night.hears(said("help", number=3))
    assert len(night.telegram.sent) == 1


class Broken(FakeChannel):
    """Fails as nobody foresaw, for one address, and holds the words in what it raises."""

    async def send(self, message: Outgoing) -> Sent:
        if message.address == "66":
            raise RuntimeError(message.text)
        return await super().send(message)


def test_what_nobody_foresaw_in_one_row_keeps_no_other_from_being_answered(runner: asyncio.Runner) -> None:
    night = Night(runner, telegram=Broken())
    night.hears(
        RawInput(1, "65", '{"update_id": 1, "callback_query": []}'),
        RawInput(2, "64", "[]"),
        said("help", chat=66, number=3),
        said("help", chat=67, number=4),
        ends=False,
    )
    assert [one.address for one in night.telegram.sent] == ["67"]
    night.hears(said("help", chat=68, number=5))
    assert [one.address for one in night.telegram.sent] == ["67", "68"]


def test_a_door_that_does_not_open_keeps_nobody_else_from_being_told_and_is_tried_again(runner: asyncio.Runner) -> None:
    night = Night(runner, AIGERIM, TIMUR)
    opens = night.doors["sms"]

    def shut() -> Any:
        raise OSError("no route to the provider")

    night.doors["sms"] = shut
    night.hears(said("help"), ends=False)
    assert [one.address for one in night.telegram.sent] == ["501", "77"]
    night.doors["sms"] = opens
    night.now += PAUSES[0]
    night.hears(said("hello all", chat=-5, kind="group", number=2))
    assert [one.address for one in night.sms.sent] == ["+77000000001"]


def test_what_could_not_be_taken_back_is_tried_until_it_is(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.hears(*(said("help", chat=number, number=number) for number in range(70, 79)), ends=False)
    night.telegram.fail(*[TemporaryFailure("down", "the provider is down")] * 9)
    night.ends()
    assert all(night.telegram.screen(str(number)) == [] for number in range(70, 79))


def test_after_a_day_what_could_not_be_taken_back_is_not_forgotten(runner: asyncio.Runner) -> None:
    night = Night(runner)
    night.hears(said("help"), ends=False)
    night.now += STANDS_FOR
    night.telegram.fail(TemporaryFailure("down", "the provider is down"))
    night.hears(said("hello all", chat=-5, kind="group", number=2), ends=False)
    assert len(night.telegram.screen("77")) == 1
    night.now += PAUSES[0]
    night.hears(said("hello all", chat=-5, kind="group", number=3), ends=False)
    assert night.telegram.screen("77") == []
    night.ends()


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


def test_of_the_pages_the_doors_are_open_and_all_else_is_closed() -> None:
    kept: list[Any] = []
    webhook = Webhook(SECRET, lambda account, update: kept.append((account, update)))
    browser = make_locked_app(LockedForm(kept.append, hotlines=HOTLINES), webhook).test_client()
    brought = browser.post(
        "/webhooks/telegram?account=0123456789abcdef", json={"update_id": 5}, headers={SECRET_HEADER: SECRET}
    )
    assert (brought.status_code, kept) == (200, [("0123456789abcdef", {"update_id": 5})])
    assert browser.post("/webhooks/telegram", json={"update_id": 6}).status_code == 403
    assert len(kept) == 1
    for path in ("/", "/login", "/case/x", "/metrics", "/api/v1/cases", "/report/x?y=<b>", "/webhooks/twilio/sms"):
        for answer in (browser.get(path), browser.post(path)):
            assert answer.status_code == 503
            assert "<b>" not in answer.get_data(as_text=True)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
    for path in ("/console", "/console/case/AAA-AAA?y=<b>", "/open/x", "/release/x"):
        told = browser.get(path, headers={"Accept-Language": "ug"})
        assert told.status_code == 503
        assert say("web.locked_now", "ug") in told.get_data(as_text=True)
        assert "AAA" not in told.get_data(as_text=True)
        assert told.headers["Cache-Control"] == "no-store"
        assert browser.post(path).get_data(as_text=True) == "503 Service Unavailable\n"
    for path in ("/login", "/webhooks/telegram"):
        sent = browser.post(path, data=b"x" * (LARGEST_UPDATE + 1), headers={SECRET_HEADER: SECRET})
        assert sent.status_code == 413
    assert len(kept) == 1
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").get_data() == b"locked\n"


def brings(address: str, secret: str | None) -> int:
    """Bring an update as Telegram does, once the server is there; the status of the answer."""
    headers = {"Content-Type": "application/json"} | ({} if secret is None else {SECRET_HEADER: secret})
    request = urllib.request.Request(address, b'{"update_id": 5}', headers)  # noqa: S310  our own address
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  our own address
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except urllib.error.URLError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_who_is_brought_updates_needs_no_token_and_never_takes_one_without_the_secret(
    ready: Panah,
) -> None:
    stop, port = threading.Event(), free_port()
    ready.environment |= {
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "PANAH_PUBLIC_URL": "https://panah.example.org",
        "PANAH_BIND": f"127.0.0.1:{port}",
    }
    settings = read_settings(ready.environment)
    assert works_while_locked(settings, frozenset({"bot"}), ()) == {}
    works = works_while_locked(settings, frozenset({"web"}), (AIGERIM,))
    serving = threading.Thread(target=works["web"], args=(stop,))
    serving.start()
    try:
        address = f"http://127.0.0.1:{port}/webhooks/telegram?account=0123456789abcdef"
        assert brings(address, None) == 403
        assert brings(address, "another-secret-altogether") == 403
        assert brings(address, SECRET) == 200
        assert brings(address.partition("?")[0], SECRET) == 200
    finally:
        stop.set()
        serving.join(30)
    house = build(settings)
    with house.store.read() as unit:
        sources = sorted(unit.session.scalars(select(SealedInput.source)))
    house.store.engine.dispose()
    assert sources == ["telegram:0000000000000000", "telegram:0123456789abcdef"]
