"""What a person sees or hears at each door while it is locked, what is kept of it, and what becomes of it later."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import xml.etree.ElementTree as ET
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update
from twilio.request_validator import RequestValidator

from alerts.channels.twilio.account import TwilioAccount
from alerts.channels.twilio.sms import SmsChannel
from alerts.messages.channel_states import note_channels
from alerts.messages.incoming import Forgetting, drop_what_is_forgotten
from alerts.models import Delivery
from app.inbox import inbox_queue
from app.locked.answering import heard_in
from app.locked.forgetting import forget_due
from app.locked.intake import published
from app.locked.keyless import store_without_keys
from app.locked.running import MOST_SEALED, NOBODYS, locked_doors
from app.settings import read_settings
from app.wiring import build
from cases.docket.models import Watch
from cases.models import Download, Report, ReportAnswer
from cases.triage import words_of
from dialogue.calling import PhoneCall
from store.files import read_file
from store.queues import work_once
from store.sealed import SealedInput, open_sealed, open_some
from tests.alerts.twilio_api import ACCOUNT, twilio_api
from tests.alerts.twilio_api import TOKEN as TWILIO_TOKEN
from texts.catalogue import LANGUAGES, say
from web.factory import make_app
from web.hotline_words import ROOT
from web.report.body import LARGEST_BODY
from web.report.sealed import SOURCE as FORM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from app.wiring import House
    from store.inbox import RawInput
    from tests.app.conftest import Panah

WORDS = "three men took Erlan from the bazaar"
HOTLINES = "+7 700 000 00 99"
TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://panah.example.org"
CALLER = "+77000000077"
SMS, CALL, OTHER_CALL, RECORDING = "SM" + "0" * 32, "CA" + "0" * 32, "CA" + "1" * 32, "RE" + "0" * 32


class Locked:
    """A house that is locked, its doors, and the same house once it is open again."""

    def __init__(self, ready: Panah) -> None:
        ready.environment |= {
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_SMS_FROM": "+77000000000",
            "TWILIO_VOICE_FROM": "+77000000000",
            "TWILIO_WHATSAPP_FROM": "+77000000000",
            "PANAH_PUBLIC_URL": PUBLIC,
            "PANAH_FALLBACK_HOTLINES": HOTLINES,
            "PANAH_CALL_LANGUAGES": "ru,kk,en",
        }
        self.settings = read_settings(ready.environment)
        self.house: House = build(self.settings)
        self.store = store_without_keys(self.settings)
        key = published(self.settings)
        assert key is not None
        self.told: list[RawInput] = []
        self.client: FlaskClient = locked_doors(self.settings, self.store, key, self.told.append).test_client()

    def ends(self) -> None:
        self.store.engine.dispose()
        self.house.store.engine.dispose()

    def opens(self) -> FlaskClient:
        """It is unlocked, and what came in is heard."""
        open_sealed(self.house.store)
        self.works()
        return make_app(self.house.store, "Asia/Almaty").test_client()

    def works(self) -> None:
        queue = inbox_queue("Asia/Almaty")
        while work_once(self.house.store, queue):
            pass

    @property
    def sealed(self) -> int:
        return self.count(SealedInput)

    def count(self, table: Any) -> int:
        with self.store.read() as unit:
            return unit.session.scalar(select(func.count()).select_from(table)) or 0

    def told_by(self, door: str) -> list[list[str]]:
        """What stands in each report that came by a door."""
        with self.house.store.read() as unit:
            reports = unit.session.scalars(select(Report).where(Report.door == door).order_by(Report.id)).all()
            return [list(words_of(unit, one.case_id)) for one in reports]

    def lies_open(self, words: str) -> bool:
        """Whether something stands in the files of the house as it was said."""
        files = [path for path in self.settings.home.rglob("*") if path.is_file()]
        return any(words.encode() in path.read_bytes() for path in files)

    def texts(self, words: str, *, sid: str = SMS, token: str = TOKEN, prefix: str = "", **form: str) -> TestResponse:
        sender = f"{prefix}{CALLER}"
        return self._brings("/webhooks/twilio/sms", token, MessageSid=sid, From=sender, Body=words, **form)

    def calls(self, step: str = "", *, sid: str = CALL, token: str = TOKEN, **form: str) -> TestResponse:
        return self._brings(f"{ROOT}{step}", token, CallSid=sid, From=CALLER, **form)

    def _brings(self, path: str, token: str, **form: str) -> TestResponse:
        signature = RequestValidator(token).compute_signature(f"{PUBLIC}{path}", form)
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def locked(ready: Panah) -> Iterator[Locked]:
    house = Locked(ready)
    yield house
    house.ends()


def form_of(page: str) -> str:
    return str(re.findall(r'name="form" value="([^"]+)"', page)[0])


def number_on(page: str) -> str:
    return str(re.findall(r'class="number" dir="ltr">([\d ]+)<', page)[0])


OPEN = {
    "GET /healthz", "GET /readyz", "GET /static/<path:filename>",
    "GET /report", "POST /report", "GET /report/back", "POST /report/back", "GET /report/leave",
    "GET /report/language", "POST /report/language", "GET /report/more", "POST /report/more",
    "POST /webhooks/twilio/sms", "POST /webhooks/twilio/status", "POST /webhooks/twilio/voice",
    *(f"POST {ROOT}{step}" for step in ("", "/language", "/recorded", "/recording", "/back")),
    "GET /voice/<language>/call.<name>.mp3",
}  # fmt: skip
"""What anybody may ask of a locked house; Twilio's alone if it has signed it, Telegram's if it knows the secret."""


def test_every_route_of_a_locked_house_has_its_line(locked: Locked) -> None:
    rules = locked.client.application.url_map.iter_rules()
    assert {f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) & {"GET", "POST"}} == OPEN


# The form


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_the_form_it_is_said_first_that_nobody_reads_and_nothing_is_promised(locked: Locked, language: str) -> None:
    page = locked.client.get(f"/report?language={language}").text
    assert str(say("report.locked_first", language)) in page
    assert HOTLINES in page
    assert page.index(str(say("report.locked_first", language))) < page.index("<textarea")
    sent = locked.client.post("/report", data={"form": form_of(page), "words": WORDS, "language": language})
    assert str(say("reply.locked_hotlines", language, hotlines=HOTLINES)).partition("\n")[0] in sent.text
    assert not re.search(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}\b", sent.text), "no code: there is no case yet"
    assert WORDS not in sent.text
    assert "script-src 'none'" in sent.headers["Content-Security-Policy"]
    assert sent.headers["Cache-Control"] == "no-store"


def test_what_is_written_is_sealed_then_reported_once_and_its_number_opens_it(locked: Locked) -> None:
    ticket = form_of(locked.client.get("/report").text)
    for _ in range(2):  # a browser that sends it twice
        sent = locked.client.post("/report", data={"form": ticket, "words": WORDS})
    more = locked.client.post("/report/back", data={"words": "he has asthma", "number": number_on(sent.text)})
    assert (sent.status_code, more.status_code) == (200, 200)
    assert locked.sealed == 3
    assert locked.count(Report) == 0
    assert not locked.lies_open(WORDS)
    assert locked.told == [NOBODYS] * 3
    browser = locked.opens()
    assert locked.sealed == 0
    assert locked.told_by("web") == [[WORDS, "he has asthma"]]
    number = number_on(sent.text)
    ticket = form_of(browser.get("/report/back").text)
    assert browser.post("/report/back", data={"form": ticket, "number": number}).status_code == 200
    assert browser.post("/report/back", data={"form": ticket, "number": number[::-1]}).status_code == 403


def test_two_people_are_never_taken_for_one(locked: Locked) -> None:
    for words in ("they took Erlan", "they took Gulnar"):
        for form in ({}, {"form": ""}, {"form": "x"}):
            locked.client.post("/report", data={"words": words, **form})
    locked.opens()
    assert sorted(locked.told_by("web")) == [["they took Erlan"]] * 3 + [["they took Gulnar"]] * 3


def test_who_had_the_page_of_a_report_open_goes_on_with_that_report(locked: Locked) -> None:
    before = make_app(locked.house.store, "Asia/Almaty").test_client()
    page = before.post("/report", data={"form": form_of(before.get("/report").text), "words": WORDS}).text
    ticket = form_of(page)
    kept = locked.client.post("/report/more", data={"form": ticket, "words": "he is in Centre 1"})
    assert not re.search(r'class="number"', kept.text)
    locked.client.post("/report/more", data={"form": ticket, "do": "call.unsafe"})
    locked.opens()
    assert locked.told_by("web") == [[WORDS, "he is in Centre 1"]]
    assert locked.count(ReportAnswer) == 1


def test_words_whose_number_is_wrong_or_whose_form_is_not_ours_are_a_report_of_their_own(locked: Locked) -> None:
    locked.client.post("/report/back", data={"words": "one", "number": "1" * 24})
    locked.client.post("/report/more", data={"words": "two", "form": "f" * 50})
    locked.client.post("/report/more", data={"do": "stop", "form": "g" * 50})
    locked.opens()
    assert sorted(locked.told_by("web")) == [["one"], ["two"]]


def sends(locked: Locked, words: str, *files: tuple[str, bytes], form: str | None = None) -> str:
    """What the page says to a form with files."""
    ticket = form or form_of(locked.client.get("/report").text)
    uploads = [(BytesIO(content), name) for name, content in files]
    return locked.client.post("/report", data={"words": words, "form": ticket, "files": uploads}).text


def kept(locked: Locked) -> list[bytes]:
    """The files that are kept, as they came."""
    with locked.house.store.read() as unit:
        ids = unit.session.scalars(select(Download.file_id).order_by(Download.asked_at, Download.id)).all()
    return [b"".join(read_file(locked.house.store, one)) for one in ids if one is not None]


def test_files_are_sealed_with_the_words_and_kept_once_as_they_came(locked: Locked) -> None:
    paper, voice = b"CANARY" + os.urandom(700_000), b"ID3" + os.urandom(9_000)
    ticket = form_of(locked.client.get("/report").text)
    for _ in range(2):  # a browser that sends it twice
        said = sends(locked, WORDS, ("order.pdf", paper), ("voice.mp3", voice), form=ticket)
    assert str(say("report.locked_files", "en")) not in said
    assert (locked.sealed, locked.count(Download)) == (2, 0)
    assert not locked.lies_open("CANARY"), "nor in base64:"
    assert not locked.lies_open(base64.b64encode(paper)[:60].decode())
    locked.opens()
    assert locked.told_by("web")[0][0] == WORDS
    assert (kept(locked), len(locked.told_by("web"))) == ([paper, voice], 1)


def test_a_file_without_a_word_is_a_report_too(locked: Locked) -> None:
    sends(locked, "", ("order.jpg", b"\xff\xd8\xff" + bytes(5_000)))
    locked.opens()
    assert len(kept(locked)) == len(locked.told_by("web")) == 1


def test_where_there_is_no_room_the_words_are_kept_and_the_page_says_what_is_not(locked: Locked) -> None:
    """Nobody fills the disk of a machine that nobody looks after: beyond a bound words alone are taken."""
    with locked.store.unit("test") as unit:
        full = SealedInput(source=FORM, number=1, door=FORM, epoch="x", received_at=unit.now, refused_at=unit.now)
        full.payload = bytes(MOST_SEALED - 100)
        unit.session.add(full)
    assert str(say("report.locked_files", "en")) in sends(locked, WORDS, ("photo.jpg", bytes(9_000)))
    alone = sends(locked, "", ("photo.jpg", bytes(9_000)))
    assert str(say("report.locked_files", "en")) in alone
    assert str(say("reply.locked_hotlines", "en", hotlines=HOTLINES)).partition("\n")[0] not in alone, "it is not kept"
    locked.opens()
    assert (locked.told_by("web"), kept(locked)) == ([[WORDS]], [])


def test_a_file_that_is_cut_off_is_not_kept_and_the_words_are(locked: Locked) -> None:
    assert str(say("report.locked_files", "en")) in sends(locked, WORDS, ("film.mp4", bytes(LARGEST_BODY)))
    locked.opens()
    assert (locked.told_by("web"), kept(locked)) == ([[WORDS]], [])


def test_much_that_was_sealed_is_opened_in_pieces_that_fit_into_memory(locked: Locked) -> None:
    for number in range(3):
        sends(locked, f"{number}", ("film.mp4", os.urandom(5_000_000)))
    with locked.house.store.unit("test") as unit:
        assert open_some(unit, locked.house.store.ring) == 2
    locked.opens()
    assert [len(one) for one in kept(locked)] == [5_000_000] * 3


def test_another_site_and_an_empty_form_seal_nothing_and_no_word_is_lost(locked: Locked) -> None:
    foreign = locked.client.post("/report", data={"words": WORDS}, headers={"Sec-Fetch-Site": "cross-site"})
    empty = locked.client.post("/report", data={"words": "  ", "do": "send"})
    assert (foreign.status_code, empty.status_code, locked.sealed) == (400, 400, 0)
    assert WORDS in foreign.text
    spoken = locked.client.post("/report/language", data={"words": WORDS, "speak": "ug", "here": "first"})
    assert (WORDS in spoken.text, str(say("report.locked_first", "ug")) in spoken.text) == (True, True)
    assert locked.client.get("/report/leave").status_code == 303
    assert locked.client.get("/report/more").status_code == 303


def test_what_cannot_be_kept_is_shown_again_and_nothing_says_that_it_is(locked: Locked) -> None:
    locked.store.engine.dispose()
    with locked.house.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sealed_input RENAME TO away")
    sent = locked.client.post("/report", data={"words": WORDS})
    assert sent.status_code == 503
    assert str(say("report.locked", "en")) in sent.text
    assert (WORDS in sent.text, locked.told) == (True, [])


# Texts


def test_a_text_is_sealed_once_answered_by_nothing_and_heard_afterwards(locked: Locked) -> None:
    """Who once said that texts are not safe for them cannot be told from others: so nobody is texted."""
    for _ in range(2):
        answer = locked.texts(WORDS)
        assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert locked.sealed == 1
    assert not locked.lies_open(WORDS)
    assert not locked.lies_open(CALLER)
    assert locked.told
    locked.opens()
    assert locked.told_by("sms") == [[WORDS]]


@pytest.mark.parametrize("token", ["another", ""])
def test_what_twilio_has_not_signed_is_sealed_at_no_door(locked: Locked, token: str) -> None:
    assert {locked.texts(WORDS, token=token or "x").status_code, locked.calls(token=token or "x").status_code} == {403}
    assert (locked.sealed, locked.told) == (0, [])


def test_what_a_text_says_is_never_taken_for_something_of_telegram(locked: Locked) -> None:
    locked.texts('{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}}}')
    assert [heard_in(one) for one in locked.told] == [None]


def test_a_text_is_taken_out_of_twilios_records_while_it_is_locked_and_not_before_it_lies_here(
    locked: Locked,
) -> None:
    """Over real HTTP. A text that Twilio does not forget now is tried again later, and again."""
    asyncio.run(_is_forgotten_at_twilio(locked))


async def _is_forgotten_at_twilio(locked: Locked) -> None:
    async with twilio_api() as api, TwilioAccount(ACCOUNT, TWILIO_TOKEN, api.url) as account:
        channel = SmsChannel(account, "+77000000000")
        lies = api.keep("Messages", to="+77000000000", sender=CALLER, body=WORDS)
        lies["status"] = "received"
        assert await forget_due(locked.store, channel) == 0
        assert locked.texts(WORDS, sid=lies["sid"]).status_code == 200
        api.refuses(503, 20500)
        assert await forget_due(locked.store, channel) == 1
        assert (lies["body"], locked.count(Forgetting), locked.sealed) == (WORDS, 1, 1)
        api.is_well()
        assert await forget_due(locked.store, channel) == 0, "not at once"
        with locked.store.unit("test", rings=False) as unit:
            unit.session.execute(update(Forgetting).values(due_at=unit.now))
        assert await forget_due(locked.store, channel) == 1
        assert (lies["body"], locked.count(Forgetting)) == ("", 0)
    locked.opens()
    assert locked.told_by("sms") == [[WORDS]]


def test_a_file_that_came_with_a_text_stays_at_twilio_until_there_are_keys_to_fetch_it(locked: Locked) -> None:
    photo = {
        "NumMedia": "1",
        "MediaContentType0": "image/jpeg",
        "MediaUrl0": f"https://api.example.org/{SMS}/Media/ME7",
    }
    assert locked.texts(WORDS, **photo).status_code == 200
    with locked.store.read() as unit:
        assert unit.session.scalars(select(Forgetting.ref)).all() == [SMS], "its words alone"
    locked.opens()
    with locked.house.store.read() as unit:
        assert unit.session.scalars(select(Download.state)).all() == ["waiting"]


def test_a_text_that_could_not_be_sealed_stays_where_it_is(locked: Locked) -> None:
    with locked.house.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sealed_input RENAME TO away")
    assert locked.texts(WORDS).status_code == 503
    assert locked.count(Forgetting) == 0


def test_what_was_not_forgotten_while_it_was_locked_is_seen_to_by_a_message_afterwards(locked: Locked) -> None:
    locked.texts(WORDS)
    assert locked.count(Forgetting) == 1
    with locked.house.store.unit("test") as unit:
        note_channels(unit, frozenset({"sms"}), ())
        drop_what_is_forgotten(unit)
    with locked.house.store.read() as unit:
        assert unit.session.scalars(select(Delivery.values)).all() == [{"ref": SMS}]
    assert locked.count(Forgetting) == 0


# Calls


def test_who_calls_hears_that_nobody_can_take_it_in_every_language_and_whom_else_to_call(locked: Locked) -> None:
    said = ET.fromstring(locked.calls().text)  # noqa: S314  our own program wrote it
    words = " ".join(said.itertext())
    assert "Сейчас никто не может ответить" in words
    assert "Nobody can take your call" in words
    assert re.sub(r"\D", "", HOTLINES) in re.sub(r"\D", "", words)
    assert {one.tag for one in said} <= {"Say", "Play", "Pause", "Hangup"}, "no tone, no key: nothing is promised"
    locked.calls("/language", Digits="1")
    assert not locked.lies_open(CALLER)
    locked.opens()
    assert locked.count(PhoneCall) == 1
    assert len(locked.told_by("voice")) == 1
    assert locked.count(Watch) == 1, "somebody is to call back"


def test_what_was_being_said_when_it_was_locked_is_fetched_and_whether_calling_back_is_safe_is_heard(
    locked: Locked,
) -> None:
    locked.calls()
    locked.calls("/recorded", RecordingSid=RECORDING)
    locked.calls("/recording", RecordingSid=RECORDING)
    locked.calls("/back", Digits="2")
    locked.opens()
    assert (locked.count(PhoneCall), locked.count(Download), locked.count(ReportAnswer)) == (1, 1, 1)


def test_a_call_of_which_there_is_no_name_and_a_receipt_are_refused(locked: Locked) -> None:
    assert locked.calls(sid="x").status_code == 400
    path, form = "/webhooks/twilio/status", {"MessageSid": SMS, "MessageStatus": "delivered"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{path}", form)
    assert locked.client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code == 503
    assert locked.sealed == 0


# WhatsApp


def test_what_is_written_by_whatsapp_is_sealed_unanswered_and_reported_once(locked: Locked) -> None:
    for _ in range(2):
        assert locked.texts(WORDS, prefix="whatsapp:").text == "<Response/>"
    assert locked.texts(WORDS, sid="SM" + "1" * 32, token="f" * 32, prefix="whatsapp:").status_code == 403
    assert locked.sealed == 1
    assert not locked.lies_open(WORDS)
    assert not locked.lies_open(CALLER)
    locked.opens()
    assert locked.told_by("whatsapp") == [[WORDS]]
    assert locked.told_by("sms") == []
