"""The page of a case: what it shows, what it costs, what is done on it, and what becomes of two who do it at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from alerts.models import Need, NeedState, Page
from cases import intake
from cases.access import grant_access
from cases.consent.models import Fact
from cases.consent.values import LONGEST
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline, Occurrence, OccurrenceState, Watch, WatchState
from cases.docket.promising import promise_of, promise_update, tomorrow_morning
from cases.docket.reading import case_by_code
from cases.models import CaseNote
from contacts.models import Contact
from store.chats import WHATSAPP, find_or_open_chat
from store.eventlog import EventRow
from tests.accounts import DURESS, Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.long_case import Story, known, lawyer, searched, two_weeks
from tests.web.queries import counted
from tests.web.scene import FIRST_WORDS, Scene
from tests.web.test_board import happens
from tests.web.test_console import seek
from web.factory import make_app

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from store.clock import ManualClock
    from store.unit_of_work import Store

CASE = "/console/case/{}"


@pytest.fixture
def browser(quick_store: Store) -> Browser:
    return Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client())


@pytest.fixture
def path(scene: Scene) -> str:
    return CASE.format(scene.code)


@pytest.fixture
def aigerim(scene: Scene, browser: Browser) -> Member:
    """A coordinator who has the case, signed in."""
    member = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    browser.comes_in(member)
    return member


@pytest.fixture
def desk(aigerim: Member, browser: Browser) -> Browser:
    """The browser of somebody who has the case."""
    assert aigerim.contact_id is not None
    return browser


def plain(page: str) -> str:
    """What a page says, without the marks around what is filled in."""
    return re.sub("[\u2066-\u2069]", "", page)


def views(store: Store) -> int:
    with store.read() as unit:
        return len(unit.session.scalars(select(EventRow.id).where(EventRow.name == "CaseViewed")).all())


def hidden(page: str, name: str, act: str) -> str:
    """What a form of the page carries unseen."""
    form = re.search(rf'action="[^"]*/{act}"[^>]*>.*?</form>', page, re.DOTALL)
    assert form is not None, act
    found = re.search(rf'name="{name}" value="([^"]*)"', form[0])
    assert found is not None, name
    return found[1]


# What it shows


def test_a_fresh_report_says_what_comes_next(desk: Browser, path: str) -> None:
    page = desk.sees(path)
    assert FIRST_WORDS in page
    assert "Not known yet" in page
    assert "Nothing was entered yet. Begin with when the person was taken." in page
    assert "Nothing promised yet" in page


def test_nobody_reads_more_time_than_is_left(desk: Browser, path: str, scene: Scene) -> None:
    """Of ten days and a half nobody reads two weeks."""
    with scene.store.unit("test") as unit:
        at = unit.now + timedelta(days=10, hours=15)
        enter(unit, scene.case_id, Entry("hearing_scheduled", When(unit.now), appointed_at=at), zone=ZONE)
    page = plain(desk.sees(path))
    assert "10 days left" in page
    assert "wks left" not in page


def test_two_weeks_in_one_picture_and_as_a_list(
    aigerim: Member, browser: Browser, path: str, scene: Scene, clock: ManualClock
) -> None:
    two_weeks(scene, clock)
    browser.comes_in(aigerim)
    page = browser.sees(path)
    picture = re.search(r'<svg[^>]*role="img".*?</svg>', page, re.DOTALL)
    assert picture is not None
    assert "<title" in picture[0]
    assert "<desc" in picture[0]
    assert "style=" not in page
    assert "Held, moved" in page
    assert "no longer" in page
    assert "a rumour" in page, "what was taken back stays in the log"
    for_people = re.sub(r'value="[^"]*"|<ol lang="en".*?</ol>', "", page, flags=re.DOTALL)
    for name in ("expulsion_ruling_pronounced", "administrative_arrest"):
        assert name not in for_people, "words, not names of the program"


def test_risk_and_its_reasons_are_in_the_readers_language(
    aigerim: Member, browser: Browser, path: str, scene: Scene, clock: ManualClock
) -> None:
    Story(scene, clock).happens("passport_seized")
    with scene.store.unit("test") as unit:
        unit.session.get_one(Contact, aigerim.contact_id).languages = ["ru"]
    assert "Изъяли паспорт" in browser.sees(path)


def test_a_promise_whose_hour_has_passed_is_overdue_before_anybody_has_noted_it(
    aigerim: Member, browser: Browser, path: str, scene: Scene, clock: ManualClock
) -> None:
    with scene.store.unit("test") as unit:
        standing = promise_of(unit, scene.case_id)
        seen = None if standing is None else standing.id
        promise_update(unit, scene.case_id, unit.now + timedelta(hours=1), seen=seen)
    overdue = '<div class="bad"><dt>Word to the family</dt>'
    assert overdue not in browser.comes_in(aigerim).sees(path)
    clock.advance(timedelta(hours=2))
    assert overdue in browser.comes_in(aigerim).sees(path)


def test_until_when_whatsapp_reaches_them_stands_where_a_word_is_promised(
    quick_store: Store, browser: Browser, clock: ManualClock
) -> None:
    """A promise for tomorrow is no good where nobody can be written to tomorrow."""
    with quick_store.unit("test") as unit:
        chat = find_or_open_chat(unit, WHATSAPP, "+77000000020")
        chat.heard_at = unit.now
        case = intake.open_report(unit, chat, language="kk", kind="text", content=FIRST_WORDS)
        report = intake.current_report(unit, chat)
        assert report is not None
        scene = Scene(quick_store, case.id, report.id)
    aigerim = join(quick_store, "Aigerim")
    scene.helper("Aigerim")
    happens(scene, "transferred")
    promise = re.compile(r'id="promise".*?</form>', re.DOTALL)

    def form() -> str:
        found = promise.search(browser.comes_in(aigerim).sees(CASE.format(scene.code)))
        assert found is not None
        return plain(found[0])

    assert "By WhatsApp they can be written to until" in form()
    clock.advance(timedelta(hours=25))
    assert "By WhatsApp nothing reaches them until they write again" in form()


def test_looking_costs_the_same_whatever_the_size(
    aigerim: Member, browser: Browser, path: str, scene: Scene, clock: ManualClock
) -> None:
    told = Story(scene, clock)
    need = seek(scene, "lawyer")
    searched(scene, need, clock)
    known(scene)

    def costs() -> tuple[int, int]:
        browser.comes_in(aigerim)
        browser.sees(path)
        with counted(scene.store) as asked:
            browser.client.get(path, headers={"HX-Request": "true"})
        return asked.count, len(browser.sees(path))

    small = costs()
    for number in range(60):
        told.happens("officials_statement", note=f"number {number}")
        scene.says(f"more words, number {number}")
    large = costs()
    assert small[0] == large[0] <= 8
    assert large[1] < 150_000


def test_every_look_is_logged_and_a_page_that_follows_is_one_look(
    desk: Browser, path: str, scene: Scene, clock: ManualClock
) -> None:
    desk.sees(path)
    assert views(scene.store) == 1
    live = {"HX-Request": "true"}
    desk.client.get(path, headers=live)
    clock.advance(timedelta(minutes=9))
    desk.client.get(path, headers=live)
    assert views(scene.store) == 1
    clock.advance(timedelta(minutes=1))
    desk.client.get(path, headers=live)
    assert views(scene.store) == 2
    desk.sees(path)
    assert views(scene.store) == 3


def test_who_has_not_the_case_sees_none(scene: Scene, browser: Browser, path: str) -> None:
    browser.comes_in(join(scene.store, "Dana", "lawyer"))
    foreign, unknown = browser.sees(path, 404), browser.sees(CASE.format("AAA-AA2"), 404)
    assert re.sub(r"[\w-]{20,}", "", foreign) == re.sub(r"[\w-]{20,}", "", unknown)
    assert views(scene.store) == 0


def test_an_observer_sees_no_notes_and_enters_nothing(
    aigerim: Member, browser: Browser, path: str, scene: Scene
) -> None:
    known(scene)
    observer = join(scene.store, "Olga", "observer")
    assert observer.contact_id is not None
    assert aigerim.contact_id is not None
    with scene.store.unit("test") as unit:
        grant_access(unit, scene.case_id, observer.contact_id, aigerim.contact_id, unit.now + timedelta(days=1))
    page = browser.comes_in(observer).sees(path)
    assert "afraid to be called at work" not in page
    assert "Qarlyghash" not in page
    assert 'name="event"' not in page


def test_both_engines_draw_the_same_page(store: Store, clock: ManualClock) -> None:
    """One statement with many tables, unions and casts is where engines differ."""
    scene = Scene.begin(store)
    member = join(store, "Aigerim")
    scene.helper("Aigerim")
    searched(scene, seek(scene, "lawyer"), clock)
    known(scene)
    Story(scene, clock).happens("administrative_arrest", note="at the market")
    browser = Browser(make_app(store, ZONE, passwords=quick(store)).test_client()).comes_in(member)
    page = browser.sees(CASE.format(scene.code))
    for words in ("at the market", "Qarlyghash U.", "afraid to be called", "Madina", FIRST_WORDS):
        assert words in page


# Taking, assigning, promising


def test_from_a_red_row_to_a_promise_in_three_presses(browser: Browser, scene: Scene, path: str) -> None:
    """Accept on the board, ask a lawyer, promise the family a word: none of them needs a script."""
    browser.comes_in(join(scene.store, "Aigerim"))
    seek(scene, "coordinator")
    need = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        dana = lawyer(unit, "Dana").id
    board = browser.sees("/console")
    accept = re.search(r"/console/need/[0-9a-f-]+", board)
    assert accept is not None
    browser.sends(accept[0], answer="accept")
    page = browser.sees(path)
    assert hidden(page, "lawyer", "lawyer") == str(dana)
    asked = browser.sends(f"{path}/lawyer", lawyer=str(dana), do="ask")
    assert "Dana is being rung now." in plain(browser.sees(asked.location))
    promised = browser.sends(f"{path}/promise", by="1", seen=hidden(page, "seen", "promise"))
    assert "Promised to the family: a word by" in browser.sees(promised.location)
    with scene.store.read() as unit:
        row = unit.session.get_one(Need, need.id)
        pages = unit.session.scalars(select(Page).where(Page.need_id == need.id)).all()
        assert [one.contact_id for one in pages] == [dana], "exactly this one"
        assert row.state == NeedState.PAGING, "the search goes on"
        promise = promise_of(unit, scene.case_id)
        assert promise is not None
        assert promise.due_at - unit.now == timedelta(hours=1)


def test_a_lawyer_who_said_yes_by_telephone_has_it(aigerim: Member, browser: Browser, scene: Scene, path: str) -> None:
    need = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        dana = lawyer(unit, "Dana").id
    answer = browser.sends(f"{path}/lawyer", lawyer=str(dana), do="accepted")
    assert "Dana has it." in plain(browser.sees(answer.location))
    with scene.store.read() as unit:
        assert unit.session.get_one(Need, need.id).accepted_by == dana
        word = unit.session.scalars(select(EventRow).where(EventRow.name == "NeedAcceptedOnWord")).one()
        assert word.actor == f"contact:{aigerim.contact_id}"


def test_only_a_lawyer_of_the_directory_is_asked(aigerim: Member, browser: Browser, scene: Scene, path: str) -> None:
    seek(scene, "lawyer")
    for chosen in (str(aigerim.contact_id), "x", "00000000-0000-4000-8000-000000000009"):
        assert browser.sends(f"{path}/lawyer", lawyer=chosen, do="ask").status_code == 400
    with scene.store.read() as unit:
        assert unit.session.scalars(select(Page.id)).all() == []


def test_who_has_a_need_says_how_far_they_are_and_gives_it_back(desk: Browser, path: str) -> None:
    need = hidden(desk.sees(path), "need", "need")
    assert desk.sends(f"{path}/need", need=need, do="contact_made").location.endswith("said=done")
    assert "reached" in desk.sees(path)
    desk.sends(f"{path}/need", need=need, do="give_back")
    desk.sees(path, 404)


def test_what_is_sought_is_taken_and_passed_on_by_who_reads_the_case(scene: Scene, browser: Browser, path: str) -> None:
    aigerim, timur = join(scene.store, "Aigerim"), join(scene.store, "Timur")
    need = seek(scene, "coordinator", asked=timur)
    with scene.store.unit("test") as unit:
        for one in (aigerim, timur):
            assert one.contact_id is not None
            grant_access(unit, scene.case_id, one.contact_id, one.contact_id, unit.now + timedelta(days=1))
    browser.comes_in(timur)
    assert browser.sends(f"{path}/need", need=str(need.id), do="decline").location.endswith("said=declined")
    browser.comes_in(aigerim)
    assert browser.sends(f"{path}/need", need=str(need.id), do="accept").location.endswith("said=accepted")
    assert browser.comes_in(timur).sends(f"{path}/need", need=str(need.id), do="accept").location.endswith("said=taken")
    with scene.store.read() as unit:
        assert unit.session.get_one(Need, need.id).accepted_by == aigerim.contact_id


def test_nobody_takes_what_is_sought_of_another_kind_or_in_another_case(desk: Browser, scene: Scene, path: str) -> None:
    of_lawyers = seek(scene, "lawyer")
    elsewhere = seek(Scene.begin(scene.store, "somebody else was taken"), "coordinator")
    for need, do in ((of_lawyers, "accept"), (of_lawyers, "decline"), (elsewhere, "accept"), (of_lawyers, "erase")):
        assert desk.sends(f"{path}/need", need=str(need.id), do=do).status_code == 400
    with scene.store.read() as unit:
        for need in (of_lawyers, elsewhere):
            assert unit.session.get_one(Need, need.id).accepted_by is None


def test_a_promise_is_kept_and_made_anew(desk: Browser, scene: Scene, path: str) -> None:
    desk.sends(f"{path}/promise", by="3", seen="")
    seen = hidden(desk.sees(path), "seen", "promise")
    desk.sends(f"{path}/promise", by="told", seen=seen)
    with scene.store.read() as unit:
        states = {one.state for one in unit.session.scalars(select(Watch))}
        assert states == {WatchState.KEPT, WatchState.WAITING}
    assert desk.sends(f"{path}/promise", by="at", at="2020-01-01T10:00", seen="").status_code == 400
    answer = desk.sends(f"{path}/promise", by="morning", seen=hidden(desk.sees(path), "seen", "promise"))
    assert answer.status_code == 303
    with scene.store.read() as unit:
        promise = promise_of(unit, scene.case_id)
        assert promise is not None
        assert promise.due_at == tomorrow_morning(unit.now, ZONE)


# The docket


def entered(scene: Scene) -> list[Occurrence]:
    with scene.store.read() as unit:
        found = list(unit.session.scalars(select(Occurrence).order_by(Occurrence.entered_at, Occurrence.id)))
        unit.session.expunge_all()
        return found


def test_a_hearing_is_entered_by_the_clock_of_the_case_and_read_back(desk: Browser, scene: Scene, path: str) -> None:
    answer = desk.sends(
        f"{path}/event",
        event="hearing_scheduled",
        at="2026-03-09T10:00",
        source="clerk",
        confidence="high",
        note="room 5",
    )
    assert "Entered: Hearing, Monday, 9 March 2026, 10:00" in plain(desk.sees(answer.location))
    (row,) = entered(scene)
    assert row.for_at is not None
    assert row.for_at.isoformat() == "2026-03-09T05:00:00+00:00"
    page = desk.sees(path)
    assert "clerk" in page
    assert "room 5" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "hearing_scheduled", "at": "2026-03-09"},
        {"event": "hearing_scheduled"},
        {"event": "nobody_knows", "at": "2026-03-01T10:00"},
        {"event": "transferred", "at": "2030-01-01T10:00"},
        {"event": "transferred", "at": "soon"},
        {"event": "transferred", "at": "0001-01-01"},
        {"event": "hearing_scheduled", "at": "9999-12-31T23:59"},
        {"event": "transferred", "at": "0001-01-01T00:00"},
        {"event": "transferred", "confidence": "certain"},
        {"event": "transferred", "note": "x" * 2001},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    desk: Browser, scene: Scene, path: str, fields: dict[str, str]
) -> None:
    answer = desk.sends(f"{path}/event", **fields)
    assert answer.status_code == 400
    assert entered(scene) == []


def test_what_was_wrong_is_put_right_and_stays_in_the_log(desk: Browser, scene: Scene, path: str) -> None:
    desk.sends(f"{path}/event", event="admin_detention_actual_start", at="2026-03-02T10:00")
    (row,) = entered(scene)
    assert 'value="2026-03-02T10:00"' in desk.sees(f"{path}?correct={row.id}")
    right = {"event": "admin_detention_actual_start", "at": "2026-03-02T12:00", "entry": str(row.id)}
    assert desk.sends(f"{path}/event", **right).status_code == 303
    wrong, better = entered(scene)
    assert wrong.state == OccurrenceState.SUPERSEDED
    assert wrong.matter_id == better.matter_id
    with scene.store.read() as unit:
        running = unit.session.scalars(select(Deadline).where(Deadline.state == "running")).all()
        assert {one.occurrence_id for one in running} == {better.id}, "every clock runs from the right date"
    assert "no longer stands" in desk.sees(path)


def test_who_was_never_released_is_watched_for_again(scene: Scene, clock: ManualClock) -> None:
    told = Story(scene, clock)
    told.happens("admin_detention_actual_start")

    def waited_for() -> set[str]:
        with scene.store.read() as unit:
            return set(unit.session.scalars(select(Watch.kind).where(Watch.state == WatchState.WAITING)))

    before = waited_for()
    told.later(hours=1)
    wrong = told.happens("released")
    assert "papers_check" not in waited_for()
    told.later(hours=1)
    with scene.store.unit("test") as unit:
        take_back(unit, scene.case_id, wrong)
    assert waited_for() == before


def test_a_clock_ends_by_a_word_on_what_was_done(desk: Browser, path: str) -> None:
    desk.sends(f"{path}/event", event="hearing_scheduled", at="2026-03-09T10:00")
    page = desk.sees(path)
    clock_, seen = hidden(page, "clock", "done"), hidden(page, "seen", "done")
    assert desk.sends(f"{path}/done", clock=clock_, seen=seen, note=" ").status_code == 400
    answer = desk.sends(f"{path}/done", clock=clock_, seen=seen, note="filed at the court")
    assert "Done: " in desk.sees(answer.location)
    again = desk.sends(f"{path}/done", clock=clock_, seen=seen, note="filed by me")
    assert again.status_code == 409
    assert "filed at the court" in again.text
    assert "filed by me" in again.text


def test_not_here_is_evidence_with_a_date(desk: Browser, scene: Scene, path: str) -> None:
    assert desk.sends(f"{path}/not-here", source="").status_code == 400
    desk.sends(f"{path}/not-here", source="Centre 1, officer K.", note="hung up")
    (row,) = entered(scene)
    assert row.kind == "not_here"
    page = desk.sees(path)
    assert "Centre 1, officer K." in page
    assert "Not found" in page


def test_a_note_is_kept_under_the_key_of_the_case(desk: Browser, scene: Scene, path: str) -> None:
    assert desk.sends(f"{path}/note", text="  ").status_code == 400
    answer = desk.sends(f"{path}/note", text="call him after nine\u202e")
    assert "The note is kept." in desk.sees(answer.location)
    assert "call him after nine" in desk.sees(path)
    with scene.store.read() as unit:
        row = unit.session.scalars(select(CaseNote)).one()
        assert b"nine" not in row.text
        assert unit.session.scalars(select(EventRow.name).where(EventRow.name == "NoteWritten")).all() == [
            "NoteWritten"
        ]


def test_a_note_may_be_as_long_as_its_field_in_any_script(desk: Browser, path: str) -> None:
    longest = "Ұзақ жазба " * (LONGEST // 11)
    assert desk.sends(f"{path}/note", text=longest).status_code == 303
    assert longest.strip() in desk.sees(path)


# The call


def test_an_answer_becomes_a_fact_with_its_source(desk: Browser, scene: Scene, path: str) -> None:
    fields = {"field": "asylum_asked", "value": "yes", "source": "the brother", "confidence": "medium", "seen": ""}
    answer = desk.sends(f"{path}/fact", **fields)
    assert "Kept: " in desk.sees(answer.location)
    with scene.store.read() as unit:
        assert unit.session.scalars(select(Fact.field)).all() == ["asylum_asked"]


def test_what_is_for_counsel_is_added_to_and_never_seen_here(desk: Browser, scene: Scene, path: str) -> None:
    dana = join(scene.store, "Dana", "lawyer")
    scene.helper("Dana", "lawyer")
    for words in ("beaten in the cell", "threatened"):
        fields = {"field": "torture", "value": words, "source": "the brother", "confidence": "low"}
        assert desk.sends(f"{path}/fact", **fields).status_code == 303
    assert "beaten" not in desk.sees(path)
    page = desk.comes_in(dana).sees(path)
    assert "beaten in the cell" in page
    assert "threatened" in page


# Two at once


def test_of_two_answers_the_second_sees_both_and_chooses(desk: Browser, scene: Scene, path: str) -> None:
    def keeps(value: str, seen: str) -> TestResponse:
        fields = {"field": "articles", "value": value, "source": "a paper", "confidence": "high", "seen": seen}
        return desk.sends(f"{path}/fact", **fields)

    assert keeps("article 517", "").status_code == 303
    second = keeps("article 518", "")
    assert second.status_code == 409
    assert "article 517" in second.text
    assert "article 518" in second.text
    with scene.store.read() as unit:
        assert len(unit.session.scalars(select(Fact)).all()) == 1, "nothing is overwritten"
    assert keeps("article 518", hidden(second.text, "seen", "fact")).status_code == 303
    assert "article 518" in desk.sees(path)


def test_a_hearing_that_somebody_moved_meanwhile_is_not_moved_twice(desk: Browser, scene: Scene, path: str) -> None:
    desk.sends(f"{path}/event", event="hearing_scheduled", at="2026-03-09T10:00")
    stood = hidden(desk.sees(path), "stood", "event")
    desk.sends(f"{path}/event", event="hearing_moved", at="2026-03-10T10:00", stood=stood)
    second = desk.sends(f"{path}/event", event="hearing_moved", at="2026-03-11T10:00", stood=stood)
    assert second.status_code == 409
    assert "Tuesday, 10 March 2026, 10:00" in second.text
    again = desk.sends(
        f"{path}/event", event="hearing_moved", at="2026-03-11T10:00", stood=hidden(second.text, "stood", "event")
    )
    assert again.status_code == 303
    standing = [one.for_at for one in entered(scene) if one.state == OccurrenceState.STANDING]
    assert [at.day for at in standing if at is not None] == [11]


def test_of_two_hearings_it_is_said_which_one_is_called_off(desk: Browser, scene: Scene, path: str) -> None:
    def stood() -> str:
        return ",".join(str(one.id) for one in entered(scene))

    for day in ("09", "11"):
        desk.sends(f"{path}/event", event="hearing_scheduled", at=f"2026-03-{day}T10:00", stood=stood())
    first, second = entered(scene)
    called_off = {"event": "hearing_cancelled", "stood": stood()}
    for wrong in ("", "00000000-0000-4000-8000-000000000009"):
        assert desk.sends(f"{path}/event", hearing=wrong, **called_off).status_code == 400
    assert len(entered(scene)) == 2
    assert desk.sends(f"{path}/event", hearing=str(second.matter_id), **called_off).status_code == 303
    standing = [one.id for one in entered(scene) if one.state == OccurrenceState.STANDING and one.for_at is not None]
    assert standing == [first.id]


def test_a_clock_of_another_case_is_not_ended_here(desk: Browser, scene: Scene, path: str) -> None:
    other = Scene.begin(scene.store, "somebody else was taken")
    with scene.store.unit("test") as unit:
        enter(
            unit,
            other.case_id,
            Entry("hearing_scheduled", When(unit.now), appointed_at=unit.now + timedelta(days=7)),
            zone=ZONE,
        )
    with scene.store.read() as unit:
        clock = unit.session.scalars(select(Deadline).where(Deadline.case_id == other.case_id)).first()
        assert clock is not None
        fields = {"clock": str(clock.id), "seen": clock.safe_at.isoformat(), "note": "filed"}
    assert desk.sends(f"{path}/done", **fields).status_code == 400
    with scene.store.read() as unit:
        assert unit.session.get_one(Deadline, UUID(fields["clock"])).done_at is None


def test_two_who_correct_the_same_entry(desk: Browser, scene: Scene, path: str) -> None:
    desk.sends(f"{path}/event", event="transferred", at="2026-03-01T10:00")
    entry = str(entered(scene)[0].id)
    fields = {"event": "transferred", "entry": entry}
    assert desk.sends(f"{path}/event", at="2026-03-01T11:00", **fields).status_code == 303
    second = desk.sends(f"{path}/event", at="2026-03-01T12:00", **fields)
    assert second.status_code == 409
    assert "11:00" in second.text
    answer = desk.sends(f"{path}/event", at="2026-03-01T12:00", do="take_back", **fields)
    assert answer.status_code == 409, "what stands is another's: it is not taken back unseen"


def test_two_who_promise_at_once(desk: Browser, path: str) -> None:
    assert desk.sends(f"{path}/promise", by="1", seen="").status_code == 303
    second = desk.sends(f"{path}/promise", by="6", seen="")
    assert second.status_code == 409
    assert desk.sends(f"{path}/promise", by="6", seen=hidden(second.text, "seen", "promise")).status_code == 303


# Forced


def forced_with_a_case(scene: Scene, browser: Browser) -> tuple[str, UUID]:
    """Aigerim is forced to sign in and to take a case; return its page and the search she believes to have ended."""
    aigerim = join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    assert aigerim.gives(DURESS) is not None
    browser.comes_in(aigerim, duress=True)
    other = Scene.begin(scene.store, "another one was taken")
    need = seek(other, "coordinator", asked=aigerim)
    browser.sends(f"/console/need/{need.id}", answer="accept")
    return CASE.format(other.code), need.id


def rows_of_cases(store: Store) -> tuple[int, ...]:
    with store.read() as unit:
        return tuple(
            len(unit.session.scalars(select(kind)).all()) for kind in (Occurrence, Watch, CaseNote, Fact, EventRow.id)
        )


def test_who_is_forced_presses_and_sees_it_done_and_nothing_is(scene: Scene, browser: Browser) -> None:
    path, _ = forced_with_a_case(scene, browser)
    page = browser.sees(path)
    assert "another one was taken" not in page
    assert "Not known yet" in page
    before = rows_of_cases(scene.store)
    for act, fields, shown in (
        ("event", {"event": "released", "source": "her aunt Zeynep", "confidence": "high"}, "her aunt Zeynep"),
        ("promise", {"by": "1", "seen": ""}, 'value="told"'),
        ("note", {"text": "they are here, at the door"}, "they are here, at the door"),
        ("fact", {"field": "relation", "value": "a nephew of hers", "confidence": "high"}, "a nephew of hers"),
        ("not-here", {"source": "Centre Seventeen"}, "Centre Seventeen"),
        ("lawyer", {"do": "ask"}, ""),
    ):
        assert shown == "" or shown not in page, act
        answer = browser.sends(f"{path}/{act}", **fields)
        assert answer.status_code == 303, act
        assert answer.location.startswith(path), act
        page = browser.sees(answer.location)
        assert shown in page, act
    assert "Released" in page or "released" in page
    assert rows_of_cases(scene.store) == before
    assert browser.sends(f"{CASE.format(scene.code)}/note", text="x").status_code == 404
    again = Browser(browser.client.application.test_client())
    timur = join(scene.store, "Timur")
    with scene.store.unit("test") as unit:
        case = case_by_code(unit, path.rpartition("/")[2])
        assert case is not None
        assert timur.contact_id is not None
        grant_access(unit, case.id, timur.contact_id, timur.contact_id, unit.now + timedelta(days=1))
    seen = again.comes_in(timur).sees(path)
    assert "another one was taken" in seen
    assert not [one for one in ("Zeynep", "at the door", "nephew", "Seventeen") if one in seen], "nobody else sees it"


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("note", {"text": "  "}),
        ("event", {"event": "nothing of the kind"}),
        ("event", {"event": "released", "at": "2199-01-01T10:00"}),
        ("event", {"event": "hearing_scheduled", "at": "2030-01-01"}),
        ("event", {"do": "take_back", "entry": "00000000-0000-0000-0000-000000000000"}),
        ("promise", {"by": "at", "at": "2001-01-01T10:00"}),
        ("promise", {"by": "at", "at": "2199-01-01T10:00"}),
        ("fact", {"field": "relation", "value": " "}),
        ("fact", {"field": "x", "value": "y"}),
        ("fact", {"field": "relation", "value": "x" * 2001, "confidence": "high"}),
        ("fact", {"field": "relation", "value": "y", "source": "x" * 2001, "confidence": "high"}),
        ("fact", {"field": "birth_date", "value": "yesterday", "confidence": "high"}),
        ("note", {"text": "x" * 2001}),
        ("not-here", {"source": ""}),
        ("need", {"do": "accept", "need": "x"}),
    ],
)
def test_what_others_would_be_refused_who_is_forced_is_refused_in_the_same_words(
    scene: Scene, browser: Browser, act: str, fields: dict[str, str]
) -> None:
    path, _ = forced_with_a_case(scene, browser)
    refused = browser.sends(f"{path}/{act}", **fields)
    timur = join(scene.store, "Timur")
    with scene.store.unit("test") as unit:
        assert timur.contact_id is not None
        grant_access(unit, scene.case_id, timur.contact_id, timur.contact_id, unit.now + timedelta(days=1))
    other = Browser(browser.client.application.test_client()).comes_in(timur)
    as_others = other.sends(f"{CASE.format(scene.code)}/{act}", **fields)
    assert refused.status_code == as_others.status_code == 400
    assert REFUSAL.findall(refused.text) == REFUSAL.findall(as_others.text) != []


REFUSAL = re.compile(r"<main[^>]*>(.*?)</main>", re.DOTALL)


def test_how_far_who_is_forced_says_to_have_come_is_shown_to_them_alone(scene: Scene, browser: Browser) -> None:
    path, need_id = forced_with_a_case(scene, browser)
    assert 'value="contact_made"' in browser.sees(path)
    assert browser.sends(f"{path}/need", do="contact_made", need=str(need_id)).location.endswith("said=done")
    assert 'value="contact_made"' not in browser.sees(path)
    with scene.store.read() as unit:
        need = unit.session.get_one(Need, need_id)
        assert (need.accepted_by, need.contact_made_at) == (None, None)
    assert browser.sends(f"{path}/need", do="give_back", need=str(need_id)).status_code == 303
    assert browser.client.get(path).status_code == 404, "as with whoever gives a case back"


def test_what_was_entered_is_put_right_and_taken_back(scene: Scene, browser: Browser) -> None:
    path, _ = forced_with_a_case(scene, browser)
    at = browser.sends(f"{path}/event", event="released", source="first").location
    entry = re.findall(r"about=([0-9a-f-]{36})", at)[0]
    assert f'name="entry" value="{entry}"' in browser.sees(f"{path}?correct={entry}")
    browser.sends(f"{path}/event", event="released", source="second", entry=entry)
    page = browser.sees(path)
    assert page.count('class="gone"') == 1
    assert "second" in page


def test_who_is_forced_moves_a_hearing_takes_that_back_and_keeps_a_promise(scene: Scene, browser: Browser) -> None:
    path, _ = forced_with_a_case(scene, browser)
    before = rows_of_cases(scene.store)
    browser.sends(f"{path}/event", event="hearing_scheduled", at="2026-03-09T10:00")
    moved = browser.sends(f"{path}/event", event="hearing_moved", at="2026-03-11T10:00").location
    page = plain(browser.sees(path))
    assert page.count('class="gone"') == 1, "the first stands no longer"
    entry = re.findall(r"about=([0-9a-f-]{36})", moved)[0]
    assert browser.sends(f"{path}/event", do="take_back", entry=entry).status_code == 303
    page = plain(browser.sees(path))
    assert page.count('class="gone"') == 2
    assert page.count("9 March 2026, 10:00") > page.count("11 March 2026, 10:00") > 0, "the first is there once more"
    assert browser.sends(f"{path}/promise", by="morning", seen="").status_code == 303
    assert 'value="told"' in browser.sees(path)
    assert browser.sends(f"{path}/promise", by="told", seen="").status_code == 303
    assert 'value="told"' not in browser.sees(path)
    assert browser.sends(f"{path}/fact", field="relation", value="y", confidence="certain").status_code == 400
    assert rows_of_cases(scene.store) == before
