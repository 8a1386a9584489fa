"""The form without Telegram: whatever comes is kept once, whoever asks is answered alike, nothing gives away."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from structlog.testing import capture_logs

from app.erasing.erasure import erase_case
from cases.consent.people import enter_fact
from cases.docket.models import Dismissal
from cases.models import Case, Download, FileState, Report, ReportAnswer, ReportMessage
from cases.retention import close_case
from cases.verification import Basis, bear_out
from cases.views.responder import view_for_responder
from contacts.accounts.models import Tries
from dialogue.coming_back import WebReceipt, WebSending, digits_typed, in_groups
from store.chats import Chat, address_of
from store.data_keys import case_scope
from store.files import read_file
from store.vault import Field
from tests.quick import quick_store as quick_store_in
from tests.web.conftest import ZONE
from tests.web.form import CODE, NUMBER, TICKET, Page, Visitor
from tests.web.scene import Scene
from texts.catalogue import LANGUAGES
from web.backstage import Backstage
from web.factory import make_app
from web.report.body import LONGEST_TEXT
from web.report.keeping import FILES_OF_A_SOURCE
from web.report.pages import PER_NUMBER, PER_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from cases.views.responder import ResponderView
    from store.clock import ManualClock
    from store.unit_of_work import Store

WORDS = "they took my brother"
JPEG = b"\xff\xd8\xff\xe0" + bytes(300_000)
HOSTILE = {
    "template": "{{ 7*7 }} {% raw %} ${7*7} <script>alert(1)</script> <img src=x onerror=alert(1)>",
    "turned round": "\u202eevil\u2066\u200b\u200d\ufeff\U000e0041",
    "a header": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "nothing visible": "\x00\x01\x1b[2J",
    "every script": "Қарлығаш قارلىعاش 卡尔 ئەخمەت ამბავი नाम אבג 이름 Ñandú ß İı",
    "SQL": "'; DROP TABLE report; --",
}


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


def messages(store: Store) -> list[tuple[str, str, bool]]:
    """Everything that was told: kind, content, whether it corrects."""
    with store.read() as unit:
        rows = unit.session.scalars(select(ReportMessage).order_by(ReportMessage.received_at, ReportMessage.id)).all()
        return [
            (
                row.kind,
                unit.vault.open(case_scope(row.case_id), Field("report_message", "content", row.id), row.content),
                row.correction,
            )
            for row in rows
        ]


def answered(store: Store) -> list[tuple[str, str | None, bool]]:
    """Every answer: to what, which option, whether in words."""
    with store.read() as unit:
        rows = unit.session.scalars(select(ReportAnswer).order_by(ReportAnswer.given_at, ReportAnswer.id)).all()
        return [
            (
                row.question,
                None
                if row.value is None
                else unit.vault.open(case_scope(row.case_id), Field("report_answer", "value", row.id), row.value),
                row.message_id is not None,
            )
            for row in rows
        ]


def count(store: Store, model: type[Any]) -> int:
    with store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(model)) or 0


def seen(store: Store) -> ResponderView:
    """The one case, as a coordinator sees it."""
    with store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        return view_for_responder(unit, case_id, case_id, "coordinator")


def begun(visitor: Visitor, words: str = WORDS) -> str:
    """Tell something; return the number to come back with."""
    number = visitor.tells(words).number
    assert number is not None
    return number


# --- Telling


def test_nothing_but_words_is_needed_and_they_are_kept_before_anything_is_said(
    visitor: Visitor, quick_store: Store
) -> None:
    page = visitor.tells(f"  {WORDS}\r\nat the bazaar ")
    assert page.status == 200
    assert messages(quick_store) == [("text", f"  {WORDS}\nat the bazaar ", False)]
    with quick_store.read() as unit:
        case, report = unit.session.scalars(select(Case)).one(), unit.session.scalars(select(Report)).one()
        assert (page.code, report.door) == (case.code, "web")
    assert page.number is not None
    assert re.fullmatch(r"(\d{4} ){5}\d{4}", page.number)
    assert WORDS not in page.html, "no page ever shows what was told"


def test_every_page_keeps_to_itself(visitor: Visitor) -> None:
    number = begun(visitor)
    for page in (visitor.looks("/report"), visitor.looks("/report/back"), visitor.comes_back(number)):
        headers = page.answer.headers
        assert "script-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers
        assert "<script" not in page.html
        assert " style=" not in page.html
        assert re.search(r"<title>Form</title>", page.html)
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page.html), "nothing of anybody else's"
        assert "panah" not in page.html.lower(), "nothing names the house"
        first = re.search(r"<(?:a|button|input|textarea)\b[^>]*>", page.html)
        assert first is not None
        assert "/report/leave" in first[0], "the way out is the first that the keyboard reaches"
    for file in ("report.css", "plain.svg"):
        assert visitor.looks(f"/static/{file}").answer.headers["Cache-Control"] == "no-store"


def test_the_way_out_leads_elsewhere_at_once_and_clears_what_it_can(quick_store: Store) -> None:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, leave_to="https://weather.example.org/")
    answer = make_app(quick_store, ZONE, backstage).test_client().get("/report/leave")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://weather.example.org/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_what_the_browser_asks_for_or_the_person_chooses(client: FlaskClient, language: str) -> None:
    asked = Visitor(client, language=f"de-DE, {language};q=0.8, en;q=0.5")
    assert f'lang="{language}"' in asked.page.html
    assert ('dir="rtl"' in asked.page.html.partition("<head>")[0]) == (language in {"ug", "kk-Arab"})
    chosen = Visitor(client, language="de")
    page = chosen.sends("/report/language", words="half a sentence", speak=language, here="first")
    assert f'<html lang="{language}"' in page.html
    assert "half a sentence" in page.html, "what was written is not lost by it"
    told = chosen.sends("/report", words="they took him", language=language, chosen="yes")
    assert f'<html lang="{language}"' in told.html


def test_words_say_the_language_of_who_chose_none(client: FlaskClient) -> None:
    told = Visitor(client, language="en").tells("забрали моего брата, его повезли в аэропорт")
    assert '<html lang="ru"' in told.html


def test_an_empty_form_is_sent_back_and_nothing_is_kept(visitor: Visitor, quick_store: Store) -> None:
    assert visitor.tells(" \n ").says("There was nothing in it")
    assert count(quick_store, Chat) == 0


# --- Twice


def test_the_same_form_sent_again_counts_once_and_answers_the_same(visitor: Visitor, quick_store: Store) -> None:
    ticket = visitor.page.ticket
    pages = [visitor.sends("/report", form=ticket, words=WORDS, files={"a.jpg": JPEG}) for _ in range(3)]
    assert len({page.number for page in pages}) == 1
    assert len({page.code for page in pages}) == 1
    assert [count(quick_store, model) for model in (Case, Chat, ReportMessage, Download)] == [1, 1, 2, 1]


def test_a_form_that_was_changed_and_sent_again_loses_nothing(visitor: Visitor, quick_store: Store) -> None:
    ticket = visitor.page.ticket
    first = visitor.sends("/report", form=ticket, words=WORDS)
    second = visitor.sends("/report", form=ticket, words=f"{WORDS} in a grey car")
    assert (first.number, first.code) == (second.number, second.code)
    assert [content for _, content, _ in messages(quick_store)] == [WORDS, f"{WORDS} in a grey car"]


def test_a_form_sent_again_without_its_files_or_with_one_more_counts_only_what_is_new(
    visitor: Visitor, quick_store: Store
) -> None:
    """Browsers keep words when somebody goes back, and forget the files."""
    ticket = visitor.page.ticket
    visitor.sends("/report", form=ticket, words=WORDS, files={"a.jpg": JPEG})
    visitor.sends("/report", form=ticket, words=WORDS)
    visitor.sends("/report", form=ticket, words=WORDS, files={"b.jpg": JPEG + b"2", "a.jpg": JPEG})
    assert [kind for kind, _, _ in messages(quick_store)] == ["text", "photo", "photo"]
    with quick_store.read() as unit:
        sizes = unit.session.scalars(select(Download.size).order_by(Download.asked_at, Download.id)).all()
    assert sizes == [len(JPEG), len(JPEG) + 1]


def test_a_file_that_a_crash_lost_is_taken_when_the_form_comes_again(visitor: Visitor, quick_store: Store) -> None:
    def fail(*given: Any) -> None:
        if "INSERT INTO file_chunk" in given[2]:
            raise OSError("the plug is pulled")

    ticket = visitor.page.ticket
    event.listen(quick_store.engine, "before_cursor_execute", fail)
    page = visitor.sends("/report", form=ticket, words=WORDS, files={"a.jpg": JPEG})
    event.remove(quick_store.engine, "before_cursor_execute", fail)
    assert page.status == 503
    assert [kind for kind, _, _ in messages(quick_store)] == ["text", "photo"], "the words were kept before"
    assert count(quick_store, Download) == 0
    visitor.sends("/report", form=ticket, words=WORDS, files={"a.jpg": JPEG})
    assert [kind for kind, _, _ in messages(quick_store)] == ["text", "photo"]
    assert count(quick_store, Download) == 1


def test_the_number_is_shown_to_nobody_after_an_hour(visitor: Visitor, quick_store: Store, clock: ManualClock) -> None:
    ticket = visitor.page.ticket
    number = begun(visitor)
    clock.advance(timedelta(minutes=61))
    page = visitor.sends("/report", form=ticket, words="one thing more")
    assert page.says("This was sent before and is kept")
    assert page.number is None
    assert [content for _, content, _ in messages(quick_store)] == [WORDS, "one thing more"]
    assert visitor.comes_back(number).status == 200


def test_what_is_added_twice_by_the_same_form_is_kept_once(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    ticket = visitor.page.ticket
    for _ in range(2):
        visitor.adds("a grey car", form=ticket)
        visitor.sends("/report/more", form=ticket, do="happening.held")
    visitor.adds("a grey car")
    assert [content for _, content, _ in messages(quick_store)] == [WORDS, "a grey car", "a grey car"]
    assert answered(quick_store) == [("happening", "held", False)]


# --- Coming back


def test_who_has_the_number_comes_back_however_they_type_it(visitor: Visitor) -> None:
    number = begun(visitor)
    code = visitor.page.code
    plain = number.replace(" ", "")
    arabic = "".join(chr(0x0660 + int(digit)) for digit in plain)
    wide = "".join(chr(0xFF10 + int(digit)) for digit in plain)
    for typed in (
        number,
        plain,
        f" {plain[:12]}-{plain[12:]}. ",
        arabic,
        wide,
        f"\u202b{plain}\u202c",
        number.replace(" ", "–"),
    ):
        page = visitor.comes_back(typed)
        assert page.code == code
        assert page.number is None, "it is never shown again"


def test_only_a_fingerprint_of_the_number_is_kept(visitor: Visitor, quick_store: Store) -> None:
    number = begun(visitor).replace(" ", "")
    with quick_store.read() as unit:
        receipt = unit.session.scalars(select(WebReceipt)).one()
        chat = unit.session.scalars(select(Chat)).one()
        address = address_of(unit, chat)
        assert len(receipt.number_index) == 32
    assert number not in address


WRONG = ("", "0000 0000 0000 0000 0000 0000", "1234", "not a number", "9" * 60, "\u202e" * 30, "' OR 1=1 --")


def test_every_wrong_number_is_answered_in_the_same_words(visitor: Visitor, quick_store: Store) -> None:
    """One mistyped, one never given, one of a report that was erased, one that is no number."""
    number = begun(visitor)
    with quick_store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        close_case(unit, case_id, by="test", note="a test", no_case=True)
    erase_case(quick_store, case_id, by="test")
    almost = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    pages = [visitor.comes_back(typed) for typed in (number, almost, *WRONG)]
    assert {page.status for page in pages} == {403}
    assert len({TICKET.sub("", page.html) for page in pages}) == 1
    assert pages[0].says("This number opens nothing")


def test_a_wrong_number_costs_as_many_statements_as_any_other(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    counted = []
    for typed in WRONG:
        seen: list[str] = []
        event.listen(quick_store.engine, "before_cursor_execute", note := _noting(seen))
        visitor.comes_back(typed)
        event.remove(quick_store.engine, "before_cursor_execute", note)
        counted.append(len(seen))
    assert len(set(counted)) == 1


def _noting(seen: list[str]) -> Any:
    def note(*given: Any) -> None:
        seen.append(given[2])

    return note


def test_numbers_cannot_be_tried_out(visitor: Visitor, client: FlaskClient, clock: ManualClock) -> None:
    number = begun(visitor)
    halves = f"{number[:9]} {{:04}} 0000 0000 0000"
    for at in range(PER_NUMBER.tries):
        assert Visitor(client, source=f"198.51.100.{at}").comes_back(halves.format(at)).status == 403
    refused = visitor.comes_back(number)
    assert (refused.status, refused.says("Very many numbers were tried")) == (429, True), "whoever knows half of it"
    clock.advance(timedelta(minutes=16))
    assert visitor.comes_back(number).status == 200
    for at in range(PER_SOURCE.tries):
        visitor.comes_back(in_groups(f"{at:04}" * 6))
    assert visitor.comes_back(number).status == 429
    assert Visitor(client, source="203.0.113.9").comes_back(number).status == 200, "from elsewhere it opens"
    assert Visitor(client, source="127.0.0.1").comes_back(number).status == 200, "those behind Tor share an address"


def test_of_where_a_try_came_from_only_a_fingerprint_is_kept(visitor: Visitor, quick_store: Store) -> None:
    visitor.comes_back("1234")
    with quick_store.read() as unit:
        keys = unit.session.scalars(select(Tries.key)).all()
    assert len(keys) == 2, "by where it came from, and by how it begins"
    assert all(b"203" not in key and len(key) == 32 for key in keys)


def test_a_page_that_was_open_too_long_loses_no_words(visitor: Visitor, quick_store: Store, clock: ManualClock) -> None:
    number = begun(visitor)
    clock.advance(timedelta(hours=3))
    page = visitor.adds("he has been taken to the airport")
    assert page.says("This page was open for a long time")
    assert "he has been taken to the airport" in page.html
    page = visitor.sends("/report/back", number=number, words="he has been taken to the airport")
    assert page.says("It is kept with your report")
    assert messages(quick_store)[-1] == ("text", "he has been taken to the airport", False)


# --- Going on


def test_questions_are_answered_in_any_order_or_left_out(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    visitor.answers("code_word", "pomegranate")
    visitor.answers("where", "at the airport of Almaty")
    assert not visitor.page.says("Do you know when they will be sent away?")
    visitor.presses("happening.held")
    assert visitor.page.says("Do you know when they will be sent away?"), "asked of those who are held"
    visitor.presses("skip.who")
    visitor.presses("outside.yes")
    visitor.answers("where", "no, in Shymkent")
    visitor.adds("she needs insulin", "more.medical", question="more.medical")
    assert answered(quick_store) == [
        ("code_word", None, True),
        ("where", None, True),
        ("happening", "held", False),
        ("who", None, False),
        ("outside", "yes", False),
        ("where", None, True),
        ("more", "medical", False),
        ("more.medical", None, True),
    ]
    page = visitor.page
    assert page.html.count(">answered<") == 5
    assert page.html.count(">skipped<") == 1


def test_words_under_a_question_that_is_passed_over_are_kept(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    visitor.adds("near the old bridge", "skip.where", question="where")
    assert messages(quick_store)[-1][1] == "near the old bridge"
    assert ("where", None, True) in answered(quick_store)


def test_a_correction_stands_beside_what_it_corrects(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    visitor.answers("who", "Qarlygash")
    visitor.adds("they took my cousin", corrects="yes")
    assert messages(quick_store)[-1] == ("text", "they took my cousin", True)
    with quick_store.read() as unit:
        first, _, corrects = unit.session.scalars(
            select(ReportMessage.number).order_by(ReportMessage.received_at, ReportMessage.id)
        )
    assert first == corrects


def test_the_answers_go_from_the_page_and_the_report_stays(visitor: Visitor, quick_store: Store) -> None:
    number = begun(visitor)
    page = visitor.presses("wipe")
    assert page.says("Our answers are gone from this page")
    assert not page.says("pay nobody for it")
    assert messages(quick_store)[0][1] == WORDS
    assert not visitor.comes_back(number).says("pay nobody for it")


def test_who_has_us_stop_is_shown_nothing_new_until_they_write(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    assert visitor.presses("stop").says("Nothing new will be shown here")
    with quick_store.read() as unit:
        assert unit.session.scalars(select(Chat)).one().muted_at is not None
    visitor.adds("I am here again")
    with quick_store.read() as unit:
        assert unit.session.scalars(select(Chat)).one().muted_at is None


def test_the_lawyer_is_no_longer_wanted_is_kept_and_asked_about(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    for _ in range(2):
        assert visitor.presses("nolawyer").says("Nothing changes before one of us has talked about it with the family")
    with quick_store.read() as unit:
        assert unit.session.scalars(select(Dismissal)).one().answered_at is None


def test_nothing_that_belongs_to_a_button_of_the_team_can_be_pressed_here(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    for action in ("accept", "open", "call.yes\x00", "dialogue:happening.held", "/stop", "x" * 500, "more.done.done"):
        assert visitor.presses(action).status == 200
    assert answered(quick_store) == []


# --- Files


def test_files_are_kept_with_what_was_said_beside_them(visitor: Visitor, quick_store: Store) -> None:
    visitor.tells(
        WORDS, files={"../../etc/order.jpg": JPEG, "note.ogg": b"OggS" + bytes(10), "x.exe": b"MZ" + bytes(9)}
    )
    assert [kind for kind, _, _ in messages(quick_store)] == ["text", "photo", "voice", "document"]
    with quick_store.read() as unit:
        rows = unit.session.scalars(select(Download).order_by(Download.asked_at, Download.id)).all()
        assert [(row.state, row.size, row.due_at) for row in rows] == [
            (FileState.STORED, size, None) for size in (len(JPEG), 14, 11)
        ]
        photo = rows[0].file_id
    view = seen(quick_store)
    assert photo is not None
    assert b"".join(read_file(quick_store, photo)) == JPEG
    assert [entry.text for entry in view.entries] == [WORDS, "order.jpg", "note.ogg", "x.exe"]
    assert view.by_web


def test_a_file_alone_is_a_report(visitor: Visitor, quick_store: Store) -> None:
    page = visitor.tells("", files={"order.jpg": JPEG})
    assert page.number is not None
    assert [kind for kind, _, _ in messages(quick_store)] == ["photo"]
    assert count(quick_store, Download) == 1


def test_a_file_answers_the_question_it_was_sent_under(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    visitor.adds("", "more.paper", question="more.paper", files={"1.jpg": JPEG, "2.jpg": JPEG + b"2"})
    assert answered(quick_store) == [("more", "paper", False), ("more.paper", None, True)]
    assert count(quick_store, Download) == 2


def test_of_a_form_that_is_far_too_large_the_words_are_kept_and_its_sender_is_told(
    visitor: Visitor, quick_store: Store
) -> None:
    page = visitor.tells(WORDS, files={"film.mp4": b"\x00\x00\x00\x18ftypmp42" + bytes(50_000_000)})
    assert page.number is not None
    assert page.says("is too large: we could not copy it. Keep it. Send a shorter one, or write what it shows")
    assert messages(quick_store)[0] == ("text", WORDS, False)
    with quick_store.read() as unit:
        assert [row.state for row in unit.session.scalars(select(Download))] == [FileState.TOO_LARGE]
    view = seen(quick_store)
    assert [file.state for entry in view.entries for file in entry.files] == ["too_large"]


def test_one_source_cannot_fill_the_disk_and_words_are_kept_all_the_same(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    for at in range(FILES_OF_A_SOURCE.tries + 2):
        visitor.looks("/report")
        visitor.tells(f"{WORDS} {at}", files={"a.jpg": b"\xff\xd8\xff" + bytes([at])})
    assert visitor.page.says("the newest files were not copied")
    with quick_store.read() as unit:
        states = list(unit.session.scalars(select(Download.state)))
    assert states.count(FileState.STORED) == FILES_OF_A_SOURCE.tries
    assert states.count(FileState.TOO_MANY) == 2
    assert count(quick_store, Case) == FILES_OF_A_SOURCE.tries + 3


# --- What is meant ill, and what goes wrong


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_written_is_kept_as_it_came_and_shown_as_words(
    visitor: Visitor, quick_store: Store, words: str
) -> None:
    page = visitor.sends("/report/language", words=words, speak="en", here="first")
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    page = visitor.tells(words)
    assert page.status == 200
    assert "Set-Cookie" not in page.answer.headers
    assert messages(quick_store)[0][1] == words.replace("\r\n", "\n")


def test_very_long_words_are_cut_and_their_writer_is_told(visitor: Visitor, quick_store: Store) -> None:
    page = visitor.tells("x" * (LONGEST_TEXT + 5))
    assert page.says("Your text was too long: we kept its beginning")
    assert len(messages(quick_store)[0][1]) == LONGEST_TEXT


@pytest.mark.parametrize("ticket", ["", "x" * 200, "AAAA", "\x00", "ж" * 60])
def test_a_forged_form_keeps_nothing_and_loses_nothing(visitor: Visitor, quick_store: Store, ticket: str) -> None:
    page = visitor.sends("/report", form=ticket, words=WORDS)
    assert page.says("Nothing is sent yet. Press the button once more")
    assert WORDS in page.html
    assert count(quick_store, Chat) == 0
    assert visitor.sends("/report", words=WORDS).number is not None


def test_a_ticket_that_was_changed_opens_nothing(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    ticket = visitor.page.ticket
    for at in range(0, len(ticket), 3):
        changed = ticket[:at] + ("A" if ticket[at] != "A" else "B") + ticket[at + 1 :]
        assert visitor.sends("/report/more", form=changed, do="add", words="x").status == 400
    assert visitor.sends("/report", form=ticket, words="x").status == 400, "a page's ticket begins no report"
    assert count(quick_store, ReportMessage) == 1


def test_a_form_that_another_site_sends_counts_as_none(client: FlaskClient, quick_store: Store) -> None:
    ticket = Visitor(client).page.ticket
    answer = client.post(
        "/report", data={"form": ticket, "words": WORDS}, headers={"Sec-Fetch-Site": "cross-site"}, buffered=True
    )
    assert answer.status_code == 400
    assert count(quick_store, Chat) == 0


def test_when_nothing_can_be_kept_the_words_are_still_there_and_go_through_later(
    visitor: Visitor, quick_store: Store
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("no room on the disk")

    event.listen(quick_store.engine, "before_cursor_execute", refuse)
    with capture_logs() as logged:
        page = visitor.tells(WORDS)
    event.remove(quick_store.engine, "before_cursor_execute", refuse)
    assert page.status == 503
    assert page.says("what you sent may not have been kept")
    assert WORDS in page.html
    assert WORDS not in str(logged)
    page = visitor.sends("/report", words=WORDS)
    assert page.number is not None
    assert count(quick_store, Case) == 1


def test_whom_else_to_call_is_said_when_nothing_works(quick_store: Store) -> None:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, hotlines="Helpline +7 700 000 00 99")
    client = make_app(quick_store, ZONE, backstage).test_client()
    quick_store.ring.forget()  # locked
    page = Page(client.get("/report", buffered=True))
    assert page.status == 503
    assert page.says("Helpline")


def test_an_address_that_only_takes_forms_leads_to_one(visitor: Visitor) -> None:
    for path, to in (("/report/more", "/report/back"), ("/report/language", "/report")):
        answer = visitor.looks(path).answer
        assert (answer.status_code, answer.headers["Location"]) == (303, to)


# --- Known and unknown


KNOWN, UNKNOWN = "Qarlygash Examplekyzy", "Zhibek Examplekyzy"
SAYINGS = ("they took {name}", "{name}", "do you know {name}? she has a file with you", "I am the lawyer of {name}")


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with quick_store_in(tmp_path_factory.mktemp("known")) as store:
        scene = Scene.begin(store, f"they took {KNOWN}")
        with store.unit("test") as unit:
            bear_out(unit, scene.case_id, Basis.DOCUMENT, "seen")
            enter_fact(unit, scene.case_id, "name_latin", KNOWN)
        yield make_app(store, ZONE).test_client()


def pages_for(client: FlaskClient, said: list[str], name: str) -> list[tuple[int, str]]:
    """Every page of one visit, without what belongs to this one visit."""
    visitor = Visitor(client)
    pages = [visitor.tells(said[0].format(name=name))]
    pages += [visitor.answers("who", one.format(name=name)) for one in said[1:]]
    return [(page.status, NUMBER.sub("", CODE.sub("CODE", TICKET.sub("", page.html)))) for page in pages]


@settings(max_examples=10)
@given(said=st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=3))
def test_a_known_name_and_an_unknown_one_are_shown_the_same_pages(knowing: FlaskClient, said: list[str]) -> None:
    assert pages_for(knowing, said, KNOWN) == pages_for(knowing, said, UNKNOWN)


# --- When it is over


def test_of_a_closed_case_it_is_said_that_it_is(visitor: Visitor, quick_store: Store) -> None:
    number = begun(visitor)
    with quick_store.unit("test") as unit:
        close_case(unit, unit.session.scalars(select(Case.id)).one(), by="test", note="she is safe")
    page = visitor.comes_back(number)
    assert page.says("Nobody works on it any more. If something has happened, write")
    assert not page.says("We keep trying")


def test_erasing_a_case_takes_everything_of_the_form_with_it(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    visitor.adds("a grey car", files={"a.jpg": JPEG})
    with quick_store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        close_case(unit, case_id, by="test", note="a test", no_case=True)
    proof = erase_case(quick_store, case_id, by="test")
    assert {"web_receipt", "web_sending", "chat", "delivery", "file_chunk"} <= proof.rows.keys()
    assert [count(quick_store, model) for model in (WebReceipt, WebSending, Chat, Report)] == [0, 0, 0, 0]


def test_a_page_left_open_while_its_report_is_erased_opens_nothing(visitor: Visitor, quick_store: Store) -> None:
    begun(visitor)
    with quick_store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        close_case(unit, case_id, by="test", note="a test", no_case=True)
    erase_case(quick_store, case_id, by="test")
    page = visitor.adds("is anybody there")
    assert (page.status, page.says("This number opens nothing")) == (403, True)
    assert "is anybody there" in page.html


@given(st.text(max_size=300))
def test_whatever_is_typed_as_a_number_reads_as_something(typed: str) -> None:
    assert len(digits_typed(typed)) <= 300
