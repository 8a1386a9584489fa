"""Somebody calls: heard from the first ring, answered while they listen, whatever comes late, twice or never."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from alerts.telling.wording import Wording
from cases.docket.models import Watch, WatchState
from cases.models import Case, Download, Report, ReportAnswer, ReportMessage
from cases.retention import close_case
from cases.views.responder import view_for_responder
from contacts.leaving import mark_left
from dialogue.calling import PhoneCall
from store.engine import open_engine
from store.unit_of_work import Store
from tests.channels.night import Night
from web.backstage import Backstage
from web.factory import make_app
from web.hotline_words import PROMPTS, Hotline
from web.twilio import Twilio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any
    from uuid import UUID

    from werkzeug.test import TestResponse

    from cases.views.responder import ResponderView
    from store.clock import ManualClock
    from store.vault import KeyRing

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://panah.example.org"
CALLER, AIGERIM, HELPERS = "+77000000077", "7000001", "+77000000001"
SID, OTHER_SID = "CA" + "0" * 32, "CA" + "1" * 32
RECORDING = "RE" + "0" * 32


class Line:
    """Twilio as we hear it, and Aigerim on duty."""

    def __init__(self, night: Night, folder: Path) -> None:
        self.night = night
        self.folder = folder
        self.speaks("ru", "kk", "en")

    def speaks(self, *languages: str) -> None:
        """The operator says in which languages callers are spoken to."""
        twilio = Twilio(TOKEN, PUBLIC, Wording("Asia/Almaty", PUBLIC), Hotline(languages, self.folder))
        self._backstage = Backstage(
            lambda _: NotImplemented, lambda _: True, twilio=twilio, hotlines="+7 700 000 00 99"
        )
        self.opens(self.night.store)

    def opens(self, store: Store) -> None:
        """Serve the pages upon this database."""
        self.client = make_app(store, "Asia/Almaty", self._backstage).test_client()

    def brings(self, step: str, *, sid: str = SID, token: str = TOKEN, **form: str) -> TestResponse:
        path = f"/webhooks/twilio/call{step}"
        given = {"CallSid": sid, "From": CALLER, **form}
        signature = RequestValidator(token).compute_signature(f"{PUBLIC}{path}", given)
        answer = self.client.post(path, data=given, headers={"X-Twilio-Signature": signature})
        self.night.works()
        return answer

    def hears(self, step: str, **form: str) -> ET.Element:
        answer = self.brings(step, **form)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        return ET.fromstring(answer.text)  # noqa: S314 - our own program wrote it

    def leaves_message(self, recording: str = RECORDING, **form: str) -> ET.Element:
        return self.hears("/recorded", RecordingSid=recording, RecordingUrl="https://evil.example.org/x", **form)

    def rows(self, table: Any) -> list[Any]:
        with self.night.store.read() as unit:
            rows = list(unit.session.scalars(select(table)))
            unit.session.expunge_all()
            return rows

    def view(self, role: str = "coordinator") -> ResponderView:
        with self.night.store.unit("test") as unit:
            (case,) = unit.session.scalars(select(Case)).all()
            return view_for_responder(unit, case.id, self.night.contact_id("Aigerim"), role)

    def codes(self) -> list[str]:
        return [case.code for case in sorted(self.rows(Case), key=lambda case: case.opened_at)]

    def reports(self) -> list[list[Report]]:
        """What was reported, by case, oldest first."""
        found: dict[UUID, list[Report]] = {}
        for report in sorted(self.rows(Report), key=lambda report: (report.received_at, report.id)):
            found.setdefault(report.case_id, []).append(report)
        return list(found.values())

    def closes(self) -> None:
        """A human closes the newest case."""
        with self.night.store.unit("test") as unit:
            newest = unit.session.scalars(select(Case.id).order_by(Case.opened_at.desc())).first()
            assert newest is not None
            close_case(unit, newest, by="cli", note="he is home")
        self.night.works()

    def works_on(self, name: str) -> list[str]:
        return [one.text for one in self.night.sent("telegram", name)]


@pytest.fixture
def line(make_store: Callable[..., Store], clock: ManualClock, tmp_path: Path) -> Line:
    night = Night(make_store, clock)
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM, voice=HELPERS)
    return Line(night, tmp_path)


@pytest.mark.parametrize("step", ["", "/language", "/recorded", "/recording", "/back"])
def test_what_twilio_has_not_signed_is_refused_and_leaves_no_trace(line: Line, step: str) -> None:
    assert line.brings(step, token="f" * 32, RecordingSid=RECORDING).status_code == 403
    assert line.brings(step, sid="../../etc").status_code == 400
    assert [line.rows(kind) for kind in (PhoneCall, Case)] == [[], []]


def test_people_are_paged_when_it_rings_and_whoever_hangs_up_is_to_be_called_back(line: Line) -> None:
    line.hears("")
    (case,) = line.rows(Case)
    assert case.code in line.works_on(AIGERIM)[-1]
    (watch,) = line.rows(Watch)
    assert (watch.kind, watch.pages, watch.state) == ("call_back", "coordinator", WatchState.WAITING)
    assert line.view().numbers == (("voice", CALLER),)
    assert line.view("lawyer").numbers == ()
    line.night.later(minutes=11)
    (watch,) = line.rows(Watch)
    assert watch.state == WatchState.MISSED, "and nobody has said that they called back: they are asked"
    assert not line.night.sent("voice", CALLER), "nothing is ever said to a caller unasked"
    assert not line.night.sent("sms", CALLER)


def test_the_menu_is_told_in_the_order_that_was_configured_and_a_key_chooses(line: Line) -> None:
    menu = line.hears("")
    said = ["".join(one.itertext()) for one in menu.iter("Say")]
    assert said[:2] == ["Для русского языка нажмите 1.", "For English, press 2."], (
        "Kazakh has no voice and no recordings"
    )
    notice = line.hears("/language", Digits="2")
    words = "".join(notice.find("Say").itertext())  # type: ignore[union-attr]
    assert "Do not say how anybody entered the country" in words
    assert "may be listened to and recorded" in words
    record = notice.find("Record")
    assert record is not None
    assert record.get("action") == f"{PUBLIC}/webhooks/twilio/call/recorded"
    assert record.get("recordingStatusCallback") == f"{PUBLIC}/webhooks/twilio/call/recording"
    (case,) = line.rows(Case)
    assert case.language == "en"


@pytest.mark.parametrize("key", ["", "9", "0", "*", "#", "x", "²"])
def test_whoever_presses_no_key_of_the_menu_is_led_on_in_its_first_language(line: Line, key: str) -> None:
    line.hears("")
    said = "".join(line.hears("/language", Digits=key).find("Say").itertext())  # type: ignore[union-attr]
    assert said.startswith("Эта линия помогает")


def test_a_message_is_kept_once_however_often_it_is_told_and_nobody_is_to_call_back(line: Line) -> None:
    line.hears("")
    line.hears("/language", Digits="2")
    thanks = line.leaves_message(Digits="#")
    assert "May we call this number back" in "".join(thanks.itertext())
    assert "Goodbye" in "".join(line.hears("/back", Digits="2").itertext())
    for _ in range(2):
        line.hears("/recording", RecordingSid=RECORDING, RecordingStatus="completed")
    assert sorted(row.kind for row in line.rows(ReportMessage)) == ["call", "voice"]
    (download,) = line.rows(Download)
    assert (download.kind, download.state) == ("voice", "waiting")
    assert RECORDING.encode() not in download.source
    (watch,) = line.rows(Watch)
    assert watch.state == WatchState.CANCELLED
    (answer,) = line.view().answers
    assert (answer.question, answer.options) == ("call", ("unsafe",))
    assert line.view("lawyer").answers == ()


def test_a_recording_that_is_told_of_late_joins_its_case_and_one_of_no_call_of_ours_nothing(line: Line) -> None:
    line.hears("")
    line.night.accepts("Aigerim")
    line.night.clock.advance(timedelta(days=2))
    line.hears("/recording", RecordingSid=RECORDING)
    assert len(line.rows(Case)) == 1
    assert len(line.rows(Download)) == 1
    silent = line.hears("/recording", sid=OTHER_SID, RecordingSid="RE" + "1" * 32)
    assert [one.tag for one in silent] == ["Hangup"]
    assert len(line.rows(Download)) == 1


def test_the_same_call_brought_twice_is_one_report_and_a_second_call_joins_it(line: Line) -> None:
    assert line.brings("").text == line.brings("").text
    assert len(line.rows(PhoneCall)) == 1
    line.hears("", sid=OTHER_SID)
    assert len(line.rows(Case)) == 1
    assert [row.kind for row in line.rows(ReportMessage)] == ["call", "call"]


def test_a_call_and_a_text_from_one_number_are_one_case(line: Line) -> None:
    line.hears("")
    line.night.texts(CALLER, "they took my brother")
    (case,) = line.rows(Case)
    assert sorted(report.door for report in line.rows(Report)) == ["sms", "voice"]
    assert case.code in line.night.sent("sms", CALLER)[0].text
    assert sorted(line.view().numbers) == [("sms", CALLER), ("voice", CALLER)]


def test_a_second_emergency_after_the_case_was_closed_is_a_report_of_its_own(line: Line) -> None:
    line.hears("")
    line.night.texts(CALLER, "they took my brother")
    line.closes()
    line.night.later(hours=1)
    line.hears("", sid=OTHER_SID)
    line.night.texts(CALLER, "now they took my sister")
    _, second = line.codes()
    assert second in line.works_on(AIGERIM)[-1], "in the closed one nobody would be rung"
    assert [sorted(one.door for one in reports) for reports in line.reports()] == [["sms", "voice"], ["sms", "voice"]]
    assert second in line.night.sent("sms", CALLER)[-1].text


def test_who_had_us_stop_is_texted_nothing_when_they_report_again(line: Line) -> None:
    line.night.texts(CALLER, "they took my brother")
    line.night.texts(CALLER, "STOP")
    line.closes()
    texted = len(line.night.sent("sms", CALLER))
    line.night.texts(CALLER, "now they took my sister")
    line.night.later(minutes=20)
    assert len(line.codes()) == 2
    assert len(line.night.sent("sms", CALLER)) == texted


def test_who_said_that_it_is_not_safe_is_neither_called_back_nor_texted(line: Line) -> None:
    line.night.texts(CALLER, "they took my brother")
    line.hears("", sid=OTHER_SID)
    line.hears("")
    line.hears("/language", Digits="2")
    line.leaves_message(Digits="#")
    texted = len(line.night.sent("sms", CALLER))
    line.hears("/back", Digits="2")
    line.hears("", sid="CA" + "2" * 32)
    line.night.later(minutes=30)
    line.night.accepts("Aigerim")
    assert {row.state for row in line.rows(Watch)} == {WatchState.CANCELLED}
    assert not any("Call back" in told for told in line.works_on(AIGERIM))
    assert len(line.night.sent("sms", CALLER)) == texted, "a text lies in the phone"


def test_who_texts_that_it_is_not_safe_is_not_called_back_either(line: Line) -> None:
    line.hears("")
    line.night.texts(CALLER, "they took my brother")
    line.night.texts(CALLER, "3")
    assert {row.state for row in line.rows(Watch)} == {WatchState.CANCELLED}
    line.closes()
    line.hears("", sid=OTHER_SID)
    line.night.later(minutes=30)
    assert [row.state for row in line.rows(Watch)] == [WatchState.CANCELLED], "nor when they report again"
    assert len(line.rows(ReportAnswer)) == 2, "and whoever works on that knows it"


def test_a_recording_told_of_late_stays_with_its_own_call(line: Line) -> None:
    line.hears("")
    line.closes()
    line.hears("", sid=OTHER_SID)
    line.hears("/recording", RecordingSid=RECORDING)
    line.hears("/back", Digits="1")
    first, second = line.reports()
    assert [row.report_id for row in line.rows(ReportMessage) if row.kind == "voice"] == [first[0].id]
    assert [row.report_id for row in line.rows(ReportAnswer)] == [first[0].id]
    assert {row.case_id for row in line.rows(Watch) if row.state == WatchState.WAITING} == {second[0].case_id}, (
        "the second call has left no message, and is still to be called back"
    )


@pytest.mark.parametrize("caller", ["+266696687", "anonymous", "", "+7378742833"])
def test_who_shows_no_number_is_heard_and_cannot_be_called_back(line: Line, caller: str) -> None:
    line.hears("", From=caller)
    line.hears("", sid=OTHER_SID, From=caller)
    assert len(line.rows(Case)) == 2, "two who hide their number are not one"
    assert not line.rows(Watch)


def test_a_helper_who_returns_our_call_alarms_nobody_and_one_who_stays_is_reported_with_or_without_a_key(
    line: Line,
) -> None:
    line.hears("", From=HELPERS)
    assert not line.rows(Case)
    line.hears("/language", From=HELPERS, Digits="")
    (code,) = line.codes()
    assert code in line.works_on(AIGERIM)[-1], "“people have been told that you called” is true"
    line.hears("", From=HELPERS, sid=OTHER_SID)
    line.hears("/language", From=HELPERS, sid=OTHER_SID, Digits="1")
    assert len(line.codes()) == 2, "they tell of many people: each call is a case of its own"


def test_where_there_is_one_language_a_helper_hears_its_menu_and_is_reported_when_they_stay(line: Line) -> None:
    line.speaks("en")
    assert line.hears("", sid=OTHER_SID).find("Record") is not None, "others speak at once"
    assert len(line.codes()) == 1
    assert line.hears("", From=HELPERS).find("Gather") is not None
    assert len(line.codes()) == 1
    assert line.hears("/language", From=HELPERS, Digits="").find("Record") is not None
    assert len(line.codes()) == 2


def test_a_helper_who_has_left_is_heard_like_anybody(line: Line) -> None:
    with line.night.store.unit("test") as unit:
        mark_left(unit, line.night.contact_id("Aigerim"))
    line.hears("", From=HELPERS)
    assert len(line.codes()) == 1


def test_recordings_are_played_where_somebody_made_them_all(line: Line) -> None:
    folder = line.folder / "kk"
    folder.mkdir()
    for name in PROMPTS:
        (folder / f"call.{name}.mp3").write_bytes(b"ID3 invented")
    menu = line.hears("")
    assert [one.text for one in menu.iter("Play")][:1] == [f"{PUBLIC}/voice/kk/call.menu.mp3"]
    notice = line.hears("/language", Digits="2")
    assert notice.findtext("Play") == f"{PUBLIC}/voice/kk/call.notice.mp3"
    served = line.client.get("/voice/kk/call.notice.mp3")
    assert (served.status_code, served.mimetype, served.data) == (200, "audio/mpeg", b"ID3 invented")
    for path in ("/voice/kk/call.nothing_like_it.mp3", "/voice/xx/call.menu.mp3", "/voice/../call.menu.mp3"):
        assert line.client.get(path).status_code == 404
    assert line.client.get("/voice/ru/call.menu.mp3").status_code == 404, "nobody has spoken it"


def test_who_calls_when_nothing_can_be_kept_is_told_whom_else_to_call(
    line: Line, ring: KeyRing, tmp_path: Path
) -> None:
    nothing_there = Store(open_engine(f"sqlite:///{tmp_path}/empty.db"), ring, line.night.clock)
    line.opens(nothing_there)
    with capture_logs() as logged:
        said = "".join(line.hears("").itertext())
    assert [entry["event"] for entry in logged] == ["call_not_kept"]
    assert CALLER not in str(logged)
    assert "+7 700 000 00 99" in said
    assert "call again" in said


def test_a_call_that_ended_with_its_message_is_answered_with_nothing(line: Line) -> None:
    line.hears("")
    line.hears("/language", Digits="2")
    assert [one.tag for one in line.leaves_message(Digits="hangup")] == ["Hangup"]
    assert len(line.rows(Download)) == 1
    with line.night.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(ReportAnswer)) == 0
