"""What a helper may see: whatever is told, in whatever order, nothing leads a lawyer to the reporter."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cases import intake
from cases.consent.people import enter_fact
from cases.consent.vocabulary import FIELDS
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.files import SentFile, take_fetches
from cases.intake import Wrapping
from cases.models import Case, Report, ReportAnswer, ReportMessage
from cases.verification import move_to_counsel
from cases.views.responder import (
    CARD,
    REPORTERS_CONTACT,
    Answered,
    Day,
    ResponderView,
    SeenFile,
    hidden_from,
    may_have_original,
    may_know,
    may_open_file,
    nearly_empty_view,
    told_to,
    view_for_responder,
    view_of,
)
from cases.views.rows import CaseRows, rows_of
from contacts.values import Role
from store.chats import SMS, VOICE, WHATSAPP, find_or_open_chat
from store.eventlog import EventRow
from tests.cases.test_audience_views import value
from tests.conftest import START
from tests.evidence.scene import PICTURE, fetches
from tests.quick import quick_store
from tests.web.scene import FIRST_WORDS, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.unit_of_work import Store

SECRET = "Leads-to-the-reporter"
PLAIN = "Of-the-case"
QUESTIONS = ("happening", "where", "who", "more", "more.lawyer", "outside", *sorted(REPORTERS_CONTACT))
OPEN_QUESTIONS = tuple(question for question in QUESTIONS if question not in REPORTERS_CONTACT)
OTHERS = [str(role) for role in Role if role is not Role.COORDINATOR]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("views")) as store:
        yield store


def view(scene: Scene, role: str) -> ResponderView:
    helper = scene.helper(f"Helper {role}", role, accepts=False)
    with scene.store.unit("test") as unit:
        return view_for_responder(unit, scene.case_id, helper, role)


def answers(seen: ResponderView) -> dict[str, Answered]:
    return {answer.question: answer for answer in seen.answers}


# What a reporter may do, one after another: (what, question, whether it leads to them)
told = st.tuples(
    st.sampled_from(["says", "card", "answers in words", "taps", "skips", "corrects"]), st.sampled_from(QUESTIONS)
)


@settings(max_examples=20)
@given(story=st.lists(told, max_size=12), role=st.sampled_from(OTHERS))
def test_nothing_leads_anybody_but_a_coordinator_to_the_reporter(
    quick: Store, story: list[tuple[str, str]], role: str
) -> None:
    scene = Scene.begin(quick)
    contact_in_words = False
    for what, question in story:
        private = question in REPORTERS_CONTACT
        words = SECRET if private else PLAIN
        match what:
            case "says":
                scene.says(PLAIN)
            case "card":
                scene.answers(question, message=scene.sends("contact", contact={"phone_number": SECRET}))
            case "answers in words":
                scene.answers(question, message=scene.says(words))
                contact_in_words = contact_in_words or private
            case "taps":
                scene.answers(question, words)
            case "skips":
                scene.answers(question)
            case "corrects":  # what was said before, perhaps how they can be reached
                scene.says(SECRET if contact_in_words else PLAIN, correction=True)
    seen = view(scene, role)
    assert SECRET not in repr(seen)
    assert not REPORTERS_CONTACT & answers(seen).keys()
    assert all(entry.kind != CARD for entry in seen.entries)
    assert seen.contact_held_back
    assert FIRST_WORDS in repr(seen), "what is not about the reporter is there"
    everything = view(scene, "coordinator")
    assert not everything.contact_held_back
    with quick.read() as unit:
        kept = len(unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == scene.case_id)).all())
        asked = set(unit.session.scalars(select(ReportAnswer.question).where(ReportAnswer.case_id == scene.case_id)))
    assert len(everything.entries) == kept, "a coordinator sees every message"
    assert answers(everything).keys() == asked


@pytest.fixture
def scene(quick: Store) -> Scene:
    return Scene.begin(quick)


def test_entries_come_in_their_order_with_all_their_words(scene: Scene) -> None:
    scene.says("one")
    scene.sends("photo", caption="two")
    scene.sends("voice", voice={})
    assert [(entry.kind, entry.text) for entry in view(scene, "lawyer").entries] == [
        ("text", FIRST_WORDS),
        ("text", "one"),
        ("photo", "two"),
        ("voice", ""),
    ]


def test_the_latest_answer_counts_and_skipping_takes_none_back(scene: Scene) -> None:
    scene.answers("happening", "afraid")
    scene.answers("happening", "held")
    scene.answers("happening")
    scene.answers("outside")
    given_answers = answers(view(scene, "lawyer"))
    assert given_answers["happening"] == Answered("happening", ("held",))
    assert given_answers["outside"].skipped
    assert not given_answers["happening"].skipped


def test_skipping_takes_back_no_words_either(scene: Scene) -> None:
    scene.answers("where", message=scene.says("in the market"))
    scene.answers("where")
    assert answers(view(scene, "lawyer"))["where"] == Answered("where", text="in the market", sent="text")


def test_of_words_too_the_latest_answer_counts(scene: Scene) -> None:
    first, second = scene.says("in the market"), scene.says("at the station")
    for message in (first, second):
        scene.answers("where", message=message)
    assert answers(view(scene, "coordinator"))["where"].text == "at the station"
    with scene.store.unit("test") as unit:
        assert move_to_counsel(unit, scene.case_id, first)
    assert answers(view(scene, "coordinator"))["where"].text == "at the station", "what was said before it is hidden"
    with scene.store.unit("test") as unit:
        assert move_to_counsel(unit, scene.case_id, second)
    assert "where" not in answers(view(scene, "coordinator"))
    assert answers(view(scene, "lawyer"))["where"].text == "at the station"


def test_words_and_options_stand_together(scene: Scene) -> None:
    def answer(message: UUID) -> Answered:
        scene.answers("how_many", "few", message)
        return answers(view(scene, "lawyer"))["how_many"]

    assert answer(scene.says("three")) == Answered("how_many", ("few",), "three", "text")


def test_a_voice_message_answers_too(scene: Scene) -> None:
    scene.answers("where", message=scene.sends("voice", voice={}))
    answer = answers(view(scene, "lawyer"))["where"]
    assert (answer.text, answer.sent, answer.skipped) == ("", "voice", False)


def test_of_the_menu_everything_chosen_is_told(scene: Scene) -> None:
    for option in ("medical", "paper", "medical", "done"):
        scene.answers("more", option)
    assert answers(view(scene, "coordinator"))["more"].options == ("medical", "paper")


def test_that_there_is_nothing_more_is_told_too(scene: Scene) -> None:
    scene.answers("more", "done")
    assert answers(view(scene, "coordinator"))["more"].options == ("done",)


def test_a_coordinator_is_shown_the_card_and_the_number(scene: Scene) -> None:
    card = scene.sends("contact", contact={"first_name": "Gulnar", "phone_number": "+77000000022"})
    scene.answers("safe_contact", message=card)
    seen = view(scene, "coordinator")
    assert answers(seen)["safe_contact"].text == "Gulnar\n+77000000022"
    assert seen.entries[-1].text == "Gulnar\n+77000000022"


# What is told to whom


def kept(scene: Scene) -> CaseRows:
    with scene.store.read() as unit:
        return rows_of(unit, unit.session.get_one(Case, scene.case_id))


def keeps(scene: Scene, words: str, *, kind: str = "text", **wrapping: Any) -> UUID:
    with scene.store.unit("test") as unit:
        report = unit.session.get_one(Report, scene.report_id)
        return intake.add_message(unit, report, kind=kind, content=words, wrapping=Wrapping(**wrapping))


def shown_to(scene: Scene, role: str) -> list[str]:
    return [entry.text for entry in view(scene, role).entries]


def test_that_a_case_was_seen_is_in_the_log_with_who_saw_it(scene: Scene) -> None:
    helper = scene.helper("Dana", "lawyer", accepts=False)
    with scene.store.unit("test") as unit:
        view_for_responder(unit, scene.case_id, helper, "lawyer")
    with scene.store.read() as unit:
        logged = select(EventRow).where(EventRow.case_id == scene.case_id, EventRow.name == "CaseViewed")
        assert unit.session.scalars(logged).one().payload == {"contact_id": str(helper)}


@pytest.mark.parametrize("question", ["safe_contact", "code_word", "call", "number"])
def test_whatever_asks_how_they_are_reached_is_answered_for_coordinators_alone(scene: Scene, question: str) -> None:
    scene.answers(question, "yes", keeps(scene, "ring 12"))
    assert shown_to(scene, "lawyer") == [FIRST_WORDS]
    assert answers(view(scene, "lawyer")) == {}
    assert shown_to(scene, "coordinator") == [FIRST_WORDS, "ring 12"]
    assert answers(view(scene, "coordinator")).keys() == {question}


def test_a_correction_of_how_they_are_reached_is_held_back_with_what_it_corrects(scene: Scene) -> None:
    number = keeps(scene, "ring 12", number=41)
    scene.answers("safe_contact", message=number)
    keeps(scene, "they came at night", number=42)
    keeps(scene, "ring 13", number=41, correction=True)
    keeps(scene, "they came at five", number=42, correction=True)
    assert shown_to(scene, "lawyer") == [FIRST_WORDS, "they came at night", "they came at five"]
    keeps(scene, "of nobody knows what", correction=True)
    assert "of nobody knows what" not in shown_to(scene, "lawyer"), "it may be the number"
    assert len(shown_to(scene, "coordinator")) == 6


def test_who_tapped_that_they_may_be_called_has_written_no_number(scene: Scene) -> None:
    """So a correction of nobody knows what corrects no number."""
    scene.answers("call", "yes")
    keeps(scene, "they came at five", correction=True)
    assert shown_to(scene, "lawyer") == [FIRST_WORDS, "they came at five"]
    assert answers(view(scene, "lawyer")) == {}, "that they may be called is for those who call"


def test_one_number_in_two_conversations_is_two_messages(scene: Scene) -> None:
    """What corrects a message has its number; another conversation counts its own."""
    scene.answers("safe_contact", message=keeps(scene, "ring 12", number=41))
    with scene.store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000077")
        intake.join_case(unit, chat, scene.case_id)
        report = intake.current_report(unit, chat)
        assert report is not None
        for words, correction in (("a neighbour saw it", False), ("two neighbours", True)):
            wrapping = Wrapping(number=41, correction=correction)
            intake.add_message(unit, report, kind="text", content=words, wrapping=wrapping)
    assert shown_to(scene, "lawyer") == [FIRST_WORDS, "a neighbour saw it", "two neighbours"]


def test_a_card_and_what_corrects_it_are_taken_for_the_reporters(scene: Scene) -> None:
    keeps(scene, '{"contact": {"first_name": "Somebody"}}', kind=CARD, number=51)
    keeps(scene, '{"contact": {"first_name": "Somebody else"}}', kind="text", number=51, correction=True)
    assert shown_to(scene, "lawyer") == [FIRST_WORDS]
    assert len(shown_to(scene, "coordinator")) == 3


def test_what_lies_with_counsel_is_the_lawyers_with_all_that_corrects_it(scene: Scene) -> None:
    assert not view(scene, "coordinator").counsel_held_back
    secret = keeps(scene, "what was done to her", number=61)
    keeps(scene, "and that", number=61, correction=True)
    keeps(scene, "the street", number=62)
    keeps(scene, "the other street", number=62, correction=True)
    with scene.store.unit("test") as unit:
        assert move_to_counsel(unit, scene.case_id, secret)
    for role in ("coordinator", "observer"):
        seen = view(scene, role)
        assert [one.text for one in seen.entries] == [FIRST_WORDS, "the street", "the other street"]
        assert seen.counsel_held_back
    assert len(shown_to(scene, "lawyer")) == 5
    assert not view(scene, "lawyer").counsel_held_back
    keeps(scene, "of nobody knows what", correction=True)
    assert "of nobody knows what" not in shown_to(scene, "coordinator")
    assert "of nobody knows what" in shown_to(scene, "lawyer")


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_everything_that_asks_what_is_hidden_has_one_answer(scene: Scene, role: str) -> None:
    """A page, a list of messages and a file never differ in what they show."""
    scene.answers("safe_contact", message=keeps(scene, "ring 12", number=41))
    secret = keeps(scene, "what was done to her")
    with scene.store.unit("test") as unit:
        assert move_to_counsel(unit, scene.case_id, secret)
    rows = kept(scene)
    hidden = hidden_from(role, rows.messages, rows.answers)
    assert [row.id for row in told_to(rows, role)] == [one.id for one in view(scene, role).entries]
    assert {*rows.messages} == {*hidden} | {row.id for row in told_to(rows, role)}
    assert len(hidden) == {"lawyer": 1, "coordinator": 1}.get(role, 2)


@pytest.mark.parametrize(
    ("role", "knows"),
    [
        ("lawyer", set(FIELDS)),
        ("coordinator", {name for name, kind in FIELDS.items() if kind != "counsel"}),
        ("interpreter", {"language", "gender_wanted", "country", "region", "minor"}),
        ("observer", {"language", "gender_wanted", "country", "region", "minor"}),
    ],
)
def test_what_is_known_of_a_person_is_told_by_who_needs_it(scene: Scene, role: str, knows: set[str]) -> None:
    with scene.store.unit("test") as unit:
        for name in FIELDS:
            enter_fact(unit, scene.case_id, name, value(name), source="Gulnar, her sister")
    seen = view(scene, role)
    assert [one.name for one in seen.facts] == [name for name in FIELDS if name in knows]
    who = "Gulnar, her sister" if role in ("lawyer", "coordinator") else ""
    assert {one.source for one in seen.facts} == {who}, "who says so may be who reported it"
    assert {name for name in FIELDS if may_know(name, role)} == knows
    assert seen.counsel_held_back == (role != "lawyer")


def test_a_docket_is_told_with_who_said_it_to_coordinators_alone(scene: Scene) -> None:
    """Who saw it may be who reported it."""
    with scene.store.unit("contact:x") as unit:
        happened = When(unit.now - timedelta(hours=3), day_only=True)
        entry = Entry("administrative_arrest", happened, source="the aunt", note="at the market", confidence="low")
        row = enter(unit, scene.case_id, entry, zone="Asia/Almaty")
        plain = enter(unit, scene.case_id, Entry("photographed", When(unit.now)), zone="Asia/Almaty")
    with scene.store.unit("test") as unit:
        take_back(unit, scene.case_id, plain.id)
    first, second = view(scene, "coordinator").docket
    assert (first.event, first.at, first.day_only, first.zone) == (row.kind, row.at, True, "Asia/Almaty")
    assert (first.source, first.note, first.confidence, first.stands) == ("the aunt", "at the market", "low", True)
    assert (first.id, first.matter_id, first.entered_by, first.entered_at) == (
        row.id,
        row.matter_id,
        "contact:x",
        row.entered_at,
    )
    assert (second.source, second.note, second.confidence, second.stands) == ("", "", "", False)
    for role in OTHERS:
        told, _ = view(scene, role).docket
        assert (told.source, told.note) == ("", "at the market")


def test_a_hearing_and_a_term_are_told_with_their_dates(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        at, until = unit.now + timedelta(days=2), unit.now + timedelta(days=9)
        enter(unit, scene.case_id, Entry("hearing_scheduled", When(unit.now), at), zone="Asia/Almaty")
        enter(unit, scene.case_id, Entry("custody_start", When(unit.now), until=When(until)), zone="Asia/Almaty")
    hearing, custody = view(scene, "lawyer").docket
    assert (hearing.for_at, hearing.until_at, hearing.day_only) == (at, None, False)
    assert (custody.for_at, custody.until_at) == (None, until)


def test_a_number_and_how_long_it_may_be_written_to_are_for_coordinators(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        heard = {SMS: None, VOICE: None, WHATSAPP: unit.now - timedelta(hours=2)}
        numbers = {SMS: "+77000000041", VOICE: "unknown", WHATSAPP: "+77000000042"}
        for door, heard_at in heard.items():
            chat = find_or_open_chat(unit, door, numbers[door])
            chat.heard_at = heard_at
            intake.join_case(unit, chat, scene.case_id)
        until = unit.now + timedelta(hours=21, minutes=50)
    seen = view(scene, "coordinator")
    assert set(seen.numbers) == {(SMS, "+77000000041"), (VOICE, ""), (WHATSAPP, "+77000000042")}
    assert seen.days == (Day(until, is_open=True),)
    assert not seen.by_web
    for role in OTHERS:
        assert (view(scene, role).numbers, view(scene, role).days) == ((), ())


def test_that_it_came_by_the_web_is_told_to_everybody(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        intake.join_case(unit, find_or_open_chat(unit, "web", "page"), scene.case_id)
    assert view(scene, "lawyer").by_web


def test_a_page_may_open_a_part_and_an_answer_keeps_its_words(scene: Scene) -> None:
    """To open all of a long story takes time; what answers a question is opened also where it is not listed."""
    scene.answers("where", message=scene.says("in the market"))
    first, listed = scene.says("not wanted"), scene.says("wanted")
    with scene.store.unit("test") as unit:
        for event in ("administrative_arrest", "photographed"):
            enter(unit, scene.case_id, Entry(event, When(unit.now)), zone="Asia/Almaty")
    with scene.store.read() as unit:
        rows = rows_of(unit, unit.session.get_one(Case, scene.case_id))
        part = view_of(unit, rows, "lawyer", told=[listed], docket=rows.occurrences[1:])
        whole = view_of(unit, rows, "lawyer")
    assert [one.id for one in part.entries] == [listed]
    assert answers(part)["where"].text == "in the market"
    assert [one.event for one in part.docket] == ["photographed"]
    assert first in {one.id for one in whole.entries}
    assert len(whole.docket) == 2
    assert (part.code, part.state, part.opened_at) == (whole.code, "reported", START)


def test_what_an_entry_says_of_itself(scene: Scene) -> None:
    passed_on = keeps(scene, "written by another", forwarded=True, number=7)
    changed = keeps(scene, "changed", number=7, correction=True)
    own, first, second = view(scene, "coordinator").entries
    assert [(one.forwarded, one.corrects) for one in (own, first, second)] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert (first.id, second.id) == (passed_on, changed)
    assert first.at == kept(scene).messages[passed_on].received_at


def test_what_a_forced_helper_shows_is_a_code_and_nothing_else(scene: Scene) -> None:
    scene.says("what nobody who forces them may read")
    with scene.store.read() as unit:
        seen = nearly_empty_view(unit, scene.case_id)
        case = unit.session.get_one(Case, scene.case_id)
        assert seen == ResponderView(case.code, "reported", case.opened_at, (), (), contact_held_back=False)


# Files


def sends_a_file(scene: Scene, name: str = "f") -> UUID:
    return keeps(scene, "{}", kind="photo", files=(SentFile("photo", name, name, size=9),))


def test_a_file_is_told_as_it_is_declared_and_once_it_is_here_as_it_came(scene: Scene) -> None:
    message = sends_a_file(scene)
    (waiting,) = next(one for one in view(scene, "lawyer").entries if one.id == message).files
    assert (waiting.kind, waiting.state, waiting.size, waiting.id, waiting.sha256) == (
        *("photo", "waiting", 9),
        *(None, None),
    )
    file_id = fetches(scene.store)
    (stored,) = next(one for one in view(scene, "lawyer").entries if one.id == message).files
    assert (stored.kind, stored.state, stored.size, stored.media) == ("photo", "stored", len(PICTURE), "image/jpeg")
    assert (stored.id, stored.sha256) == (file_id, sha256(PICTURE).hexdigest())
    assert stored.received_at is not None
    assert stored.tells == {}


def test_a_file_of_which_half_is_here_is_told_as_it_is_declared_and_is_not_opened(scene: Scene) -> None:
    message = sends_a_file(scene, "half")
    with scene.store.unit("test") as unit:
        (fetch,) = take_fetches(unit, 1)
    (half,) = next(one for one in view(scene, "lawyer").entries if one.id == message).files
    assert half == SeenFile("photo", "waiting", 9)
    with scene.store.unit("test") as unit:
        assert may_open_file(unit, fetch.file_id, "lawyer") is None


def test_a_file_is_opened_by_those_who_are_shown_its_message(scene: Scene) -> None:
    message = sends_a_file(scene)
    file_id = fetches(scene.store)
    with scene.store.unit("test") as unit:
        assert may_open_file(unit, file_id, "observer") == scene.case_id
        assert may_open_file(unit, message, "observer") is None, "no file at all"
    scene.answers("safe_contact", message=message)
    with scene.store.unit("test") as unit:
        assert may_open_file(unit, file_id, "observer") is None
        assert may_open_file(unit, file_id, "lawyer") is None
        assert may_open_file(unit, file_id, "coordinator") == scene.case_id
        assert move_to_counsel(unit, scene.case_id, message)
        assert may_open_file(unit, file_id, "coordinator") is None
    other = sends_a_file(scene, "g")
    file_id = fetches(scene.store)
    with scene.store.unit("test") as unit:
        assert move_to_counsel(unit, scene.case_id, other)
        assert may_open_file(unit, file_id, "lawyer") == scene.case_id


def test_files_as_they_came_are_for_coordinators_and_lawyers() -> None:
    assert [role for role in Role if may_have_original(role)] == [Role.COORDINATOR, Role.LAWYER]
