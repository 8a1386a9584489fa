"""The button that has the family asked: what it may ask for, whom, and where it does nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.messages.channel_states import note_channels
from alerts.models import Delivery
from alerts.sending.erasing import wipe
from alerts.telling.wording import Wording, Words, render
from cases import intake
from cases.consent.people import enter_fact
from cases.consent.vocabulary import FIELDS, FieldClass
from cases.models import Case, Report
from cases.retention import close_case
from cases.verification import suspect
from contacts.models import Contact
from dialogue.asking import put_question
from dialogue.model import Said, State
from dialogue.questions import CALL, FACT, FACTS, LEFT_TO_PEOPLE
from dialogue.reception import Heard, receive, remember, state_of
from papers.kinds import load_kinds
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.data_keys import case_scope, contact_scope
from store.eventlog import EventRow
from tests.accounts import Browser, Member, join
from tests.web.queries import counted
from tests.web.scene import Scene
from texts.catalogue import LANGUAGES, keys
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

MOST_STATEMENTS = 8
BUTTON = 'name="field" value="{}"'


class Desk:
    """A case, who has it, and what was put into the outbox for whoever reported."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.coordinator, self.lawyer = join(store, "Aigerim"), join(store, "Dana", "lawyer")
        self.scene = Scene.begin(store)
        self.scene.helper("Aigerim")
        self.scene.helper("Dana", "lawyer")
        self.papers = f"/console/case/{self.scene.code}/papers"
        self._app = make_app(store, "Asia/Almaty")

    def as_(self, member: Member, *, duress: bool = False) -> Browser:
        return Browser(self._app.test_client()).comes_in(member, duress=duress)

    def asks(self, name: str = "birth_date", *, duress: bool = False) -> int:
        return self.as_(self.coordinator, duress=duress).sends(f"{self.papers}/ask", field=name).status_code

    def told(self) -> list[str]:
        """What whoever reported is asked, as it will be read."""
        with self.store.read() as unit:
            rows = unit.session.scalars(select(Delivery).where(Delivery.template.contains(FACT))).all()
            return [
                render(unit, Wording("UTC", ""), Words(row.template, row.values, [], row.language))[0] for row in rows
            ]

    def chat(self, unit: UnitOfWork) -> Chat:
        report = unit.session.get_one(Report, self.scene.report_id)
        return unit.session.get_one(Chat, report.chat_id)

    def does(self, what: Callable[[UnitOfWork], object]) -> None:
        with self.store.unit("test") as unit:
            what(unit)


@pytest.fixture
def desk(quick_store: Store) -> Desk:
    return Desk(quick_store)


def test_a_coordinator_and_the_lawyer_may_have_the_family_asked_once_and_all_see_who_did(desk: Desk) -> None:
    counsel = desk.as_(desk.lawyer)
    assert BUTTON.format("birth_date") in counsel.sees(desk.papers)
    assert counsel.sends(f"{desk.papers}/ask", field="birth_date", kind="unhcr_referral").status_code == 303
    assert desk.asks() == 303
    (said,) = desk.told()
    assert desk.scene.code in said
    assert "قاچان تۇغۇلغان" in said, "in their language"
    page = desk.as_(desk.coordinator).sees(desk.papers)
    assert BUTTON.format("birth_date") not in page
    assert "asked by \u2068Dana\u2069" in page
    assert "asked by \u2068Dana\u2069" in desk.as_(desk.coordinator).sees(f"{desk.papers}/unhcr_referral")
    with desk.store.read() as unit:
        (event,) = unit.session.scalars(select(EventRow).where(EventRow.name == "FamilyAsked")).all()
        assert event.payload == {"field": "birth_date"}
        assert event.actor == f"contact:{desk.lawyer.contact_id}"


def test_what_is_asked_shows_in_few_statements(desk: Desk) -> None:
    for name in ("birth_date", "nationality", "place"):
        assert desk.asks(name) == 303
    browser = desk.as_(desk.lawyer)
    for path in (desk.papers, f"{desk.papers}/unhcr_referral"):
        desk.store.forget_key(case_scope(desk.scene.case_id))
        for member in (desk.lawyer, desk.coordinator):
            assert member.contact_id is not None
            desk.store.forget_key(contact_scope(member.contact_id))
        with counted(desk.store) as asked:
            browser.sees(path)
        assert asked.count <= MOST_STATEMENTS, asked.statements


def test_it_is_asked_again_after_a_day_or_when_what_was_entered_is_missing_once_more(
    desk: Desk, clock: ManualClock
) -> None:
    assert desk.asks() == 303
    clock.advance(timedelta(hours=23))
    assert desk.asks() == 303
    assert len(desk.told()) == 1
    clock.advance(timedelta(hours=2))
    assert desk.asks() == 303
    assert len(desk.told()) == 2
    desk.does(lambda unit: enter_fact(unit, desk.scene.case_id, "birth_date", "1987-05-02", source="the family"))
    assert BUTTON.format("birth_date") not in desk.as_(desk.coordinator).sees(desk.papers)
    assert desk.asks() == 400, "it is known"


def test_what_people_ask_has_no_button_and_is_not_asked(desk: Desk) -> None:
    page = desk.as_(desk.lawyer).sees(desk.papers)
    for name in (*LEFT_TO_PEOPLE, "asylum_narrative", "entry_route", "torture", "signed", "no_such_field", ""):
        assert BUTTON.format(name) not in page
        assert desk.asks(name) == 400
        with desk.store.unit("test") as unit, pytest.raises(KeyError):
            put_question(unit, desk.scene.case_id, name)
    assert desk.told() == []


def test_every_question_of_a_form_for_the_family_is_allowed_or_left_to_people_with_a_reason() -> None:
    wanted = {name for kind in load_kinds().values() for name, who in kind.needs.items() if who == "family"}
    assert wanted <= FACTS | set(LEFT_TO_PEOPLE)
    assert not FACTS & set(LEFT_TO_PEOPLE)
    assert all(FIELDS.get(name) not in (FieldClass.COUNSEL, FieldClass.CARE, FieldClass.RETURN) for name in FACTS)
    assert {f"{FACT}{name}" for name in FACTS} == {key for key in keys() if key.startswith(FACT)}


def test_nobody_is_asked_in_a_case_that_may_be_a_trap(desk: Desk) -> None:
    desk.does(lambda unit: suspect(unit, desk.scene.case_id))
    assert 'name="field"' not in desk.as_(desk.coordinator).sees(desk.papers)
    assert desk.asks() == 400
    assert desk.told() == []


def close(desk: Desk, unit: UnitOfWork) -> None:
    close_case(unit, desk.scene.case_id, by="test", note="she is at home")


def said_unsafe(desk: Desk, unit: UnitOfWork) -> None:
    report = unit.session.get_one(Report, desk.scene.report_id)
    intake.record_answer(unit, report, CALL.name, value="unsafe")


def speaks_under_duress(desk: Desk, unit: UnitOfWork) -> None:
    unit.session.get_one(Report, desk.scene.report_id).duress_at = unit.now


def has_us_stop(desk: Desk, unit: UnitOfWork) -> None:
    desk.chat(unit).muted_at = unit.now


def blocks_us(desk: Desk, unit: UnitOfWork) -> None:
    desk.chat(unit).unreachable_at = unit.now


def has_it_erased(desk: Desk, unit: UnitOfWork) -> None:
    wipe(unit, desk.chat(unit))


def tells_of_somebody_else(desk: Desk, unit: UnitOfWork) -> None:
    desk.chat(unit).case_id = None


def told_another_trap(desk: Desk, unit: UnitOfWork) -> None:
    """The same chat reported something else, and that may be a trap."""
    case = Case(id=new_id(), code="TRA-P22", language="ug", opened_at=unit.now, hostile_at=unit.now)
    unit.session.add(case)
    unit.session.flush()
    other = Report(id=new_id(), case_id=case.id, chat_id=desk.chat(unit).id, door="telegram", received_at=unit.now)
    unit.session.add(other)


@pytest.mark.parametrize(
    "happens",
    [
        close,
        said_unsafe,
        speaks_under_duress,
        has_us_stop,
        blocks_us,
        has_it_erased,
        tells_of_somebody_else,
        told_another_trap,
    ],
)
def test_nobody_is_asked_where_it_is_not_safe_or_no_answer_would_come(
    desk: Desk, happens: Callable[[Desk, UnitOfWork], None]
) -> None:
    desk.does(lambda unit: happens(desk, unit))
    answer = desk.as_(desk.coordinator).sends(f"{desk.papers}/ask", field="birth_date")
    assert answer.status_code == 400
    assert "Nobody who reported can be asked there now" in answer.text
    assert desk.told() == []
    with desk.store.read() as unit:
        assert unit.session.scalars(select(EventRow).where(EventRow.name == "FamilyAsked")).all() == []


def test_who_had_their_chat_erased_and_writes_again_may_be_asked(desk: Desk, clock: ManualClock) -> None:
    desk.does(lambda unit: has_it_erased(desk, unit))
    clock.advance(timedelta(hours=1))
    desk.scene.says("he called, he is in the city")
    assert desk.asks() == 303
    assert len(desk.told()) == 1


def test_whoever_is_forced_to_sign_in_finds_nothing_to_press(desk: Desk) -> None:
    forced = desk.as_(desk.coordinator, duress=True)
    assert forced.sees(desk.papers, 404) == forced.sees("/console/case/ZZZ-ZZZ/papers", 404)
    assert desk.asks(duress=True) == 404
    assert desk.told() == []


def test_by_text_it_is_asked_in_short_words_where_texts_can_be_answered(quick_store: Store) -> None:
    with quick_store.unit("test") as unit:
        case = intake.open_case(unit, language="ru")
        chat = find_or_open_chat(unit, "sms", "+77000000077")
        intake.join_case(unit, chat, case.id)
        chat.language = "ru"
        remember(unit, chat, State(opened=True, asked="where"))
        case_id = case.id
    with quick_store.unit("test") as unit:
        assert not put_question(unit, case_id, "birth_date"), "no channel for texts is set up"
        note_channels(unit, frozenset({"telegram", "sms"}))
    with quick_store.unit("test") as unit:
        assert not put_question(unit, case_id, "birth_date"), "they never heard from us by text"


def test_an_open_question_of_the_bot_does_not_take_the_answer(desk: Desk) -> None:
    desk.does(lambda unit: remember(unit, desk.chat(unit), State(opened=True, asked="code_word")))
    assert desk.asks() == 303
    with desk.store.unit("test") as unit:
        chat = desk.chat(unit)
        receive(unit, chat, Heard(Said("2 May 1987"), "text", "2 May 1987"))
        assert state_of(unit, chat).answered == frozenset(), "a person reads it"
        assert unit.session.scalars(select(EventRow.id).where(EventRow.name == "QuestionAnswered")).all() == []
        assert len(unit.session.scalars(select(EventRow.id).where(EventRow.name == "ReportExtended")).all()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_question(desk: Desk, language: str) -> None:
    def speaks(unit: UnitOfWork) -> None:
        desk.chat(unit).language = language

    desk.does(speaks)
    for name in sorted(FACTS):
        desk.does(lambda unit, name=name: put_question(unit, desk.scene.case_id, name))  # type: ignore[misc]
    said = desk.told()
    assert len(set(said)) == len(FACTS)
    assert all(len(one) < 400 and desk.scene.code in one for one in said)


def test_a_refusal_is_said_in_the_readers_language(desk: Desk) -> None:
    def reads_russian(unit: UnitOfWork) -> None:
        unit.session.get_one(Contact, desk.coordinator.contact_id).languages = ["ru"]

    desk.does(reads_russian)
    page = desk.as_(desk.coordinator).sends(f"{desk.papers}/ask", field="document_number").text
    assert "Об этом бот не спрашивает" in page
