"""From what is told to a suggestion that people answer: everybody in memory, nobody joined but by people."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.erasing.erasure import erase_case
from app.reactions import plot, reaction_names
from cases import intake
from cases.consent.people import enter_fact, take_fact_back
from cases.events import QuestionAnswered
from cases.identity.index import Index
from cases.identity.lookout import Lookout, keep_lookout, look_queue
from cases.identity.models import IdentityLook, IdentitySuggestion, SamePerson, SuggestionState
from cases.identity.records import Record
from cases.identity.suggesting import (
    JoinRefusedError,
    ask_to_look,
    join_cases,
    leader_of,
    part_cases,
    say_other,
    suggestions_of,
)
from cases.identity.telling import name_in, records_of
from cases.models import Case, Report
from cases.retention import close_case
from cases.verification import move_to_counsel
from store.base import new_id
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.queues import work_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

NAME, ALIKE, ELSE = "Нұрлан Серікұлы", "Nurlan Serikuly", "Гүлмира Ахметова"


@dataclass
class Desk:
    """Cases, and a lookout over them."""

    store: Store

    def __post_init__(self) -> None:
        self.lookout = Lookout(self.store)
        assert self.lookout.fill()

    def case(self, **facts: str) -> UUID:
        with self.store.unit("test") as unit:
            case_id = intake.open_case(unit, language="en").id
            for field, value in facts.items():
                enter_fact(unit, case_id, field, value)
        self.asks(case_id)
        return case_id

    def report(self, chat: str, who: str) -> tuple[UUID, UUID]:
        """Somebody reports, and answers who it is; the case, and the message with the name."""
        with self.store.unit("test") as unit:
            there = find_or_open_chat(unit, "telegram", chat)
            case = intake.open_report(unit, there, language="en", kind="text", content="they took him")
            report = unit.session.scalars(select(Report).where(Report.case_id == case.id)).one()
            message = intake.add_message(unit, report, kind="text", content=who)
            intake.record_answer(unit, report, "who", value=None, message_id=message)
        self.asks(case.id)
        return case.id, message

    def asks(self, case_id: UUID) -> None:
        """What the reaction does."""
        with self.store.unit("test") as unit:
            ask_to_look(unit, QuestionAnswered(case_id=case_id, report_id=new_id(), question="who"))

    def looks(self) -> None:
        self.lookout.follow()
        queue = look_queue(self.lookout)
        while work_once(self.store, queue):
            pass

    def suggested(self, case_id: UUID) -> list[tuple[UUID, str]]:
        with self.store.read() as unit:
            return [(one.other_id, one.state) for one in suggestions_of(unit, case_id)]

    def only(self, case_id: UUID) -> UUID:
        with self.store.read() as unit:
            (one,) = suggestions_of(unit, case_id)
        return one.id

    def events(self, name: str) -> int:
        with self.store.read() as unit:
            return unit.session.scalar(select(func.count()).where(EventRow.name == name)) or 0


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_the_same_person_in_another_script_is_suggested_from_both_sides(desk: Desk) -> None:
    first, _ = desk.report("7000001", f"{NAME}, 35 лет")
    desk.looks()
    second = desk.case(name_latin=ALIKE, birth_date="1991-02-03")
    desk.case(name_native=ELSE)
    desk.looks()
    assert desk.suggested(first) == [(second, "open")]
    assert desk.suggested(second) == [(first, "open")]
    desk.asks(first)
    desk.looks()
    assert desk.events("SamePersonSuggested") == 1, "looking again suggests nothing twice"
    assert desk.store.verify_log() == []


def test_another_process_hears_of_it(desk: Desk, make_store: Callable[[], Store]) -> None:
    other = Desk(make_store())
    first = desk.case(name_native=NAME)
    second = desk.case(name_latin=ALIKE)
    other.looks()
    assert other.suggested(first) == [(second, "open")]


def test_what_is_corrected_is_suggested_no_longer(desk: Desk) -> None:
    first, second = desk.case(name_native=NAME), desk.case(name_latin=ALIKE)
    desk.looks()
    assert desk.suggested(first) == [(second, "open")]
    with desk.store.unit("test") as unit:
        enter_fact(unit, second, "name_latin", "Talgat Omarov")
    desk.asks(second)
    desk.looks()
    assert desk.suggested(first) == []
    with desk.store.unit("test") as unit:
        take_fact_back(unit, second, "name_latin")
    desk.looks()
    assert desk.lookout.index.records_of(second) == ()


def test_what_people_said_stays_as_they_said_it(desk: Desk) -> None:
    first, second = desk.case(name_native=NAME), desk.case(name_latin=ALIKE)
    desk.looks()
    with desk.store.unit("contact:1") as unit:
        assert say_other(unit, desk.only(first))
    with desk.store.unit("contact:1") as unit:
        assert not say_other(unit, desk.only(first)), "the second of two answers changes nothing"
    desk.asks(first)
    desk.looks()
    assert desk.suggested(second) == [(first, "other")]
    with desk.store.unit("contact:1") as unit:
        assert not join_cases(unit, desk.only(first), first), "nor do they become one by a late press"
        enter_fact(unit, second, "name_latin", "Talgat Omarov")
    desk.asks(second)
    desk.looks()
    assert desk.suggested(second) == [(first, "other")], "also where nothing speaks for it any more"


def test_a_case_leads_only_another_that_was_suggested_to_be_of_the_same_person(desk: Desk) -> None:
    first, _, stranger = desk.case(name_native=NAME), desk.case(name_latin=ALIKE), desk.case(name_native=ELSE)
    desk.looks()
    for suggestion, leader in ((desk.only(first), stranger), (new_id(), first)):
        with pytest.raises(JoinRefusedError, match="gone"), desk.store.unit("contact:1") as unit:
            join_cases(unit, suggestion, leader)


def test_what_is_told_of_a_case_while_it_is_compared_is_compared_too(desk: Desk) -> None:
    first, second = desk.case(name_native=ELSE), desk.case(name_latin=ALIKE)
    desk.looks()
    assert desk.suggested(second) == []
    desk.asks(first)
    queue = look_queue(desk.lookout)
    with desk.store.unit("test") as unit:
        (held,) = queue.take(unit, 1)
    assert queue.prepare is not None
    queue.prepare(held)
    with desk.store.unit("test") as unit:
        enter_fact(unit, first, "name_native", NAME)
    with desk.store.unit("test") as unit:
        queue.handle(unit, held)
    assert desk.suggested(second) == [], "it was compared as it is no more"
    desk.looks()
    assert desk.suggested(second) == [(first, "open")], "nobody has to ask again"


def test_one_leads_the_other_follows_and_all_can_be_undone(desk: Desk) -> None:
    first, second, third = desk.case(name_native=NAME), desk.case(name_latin=ALIKE), desk.case(name_latin=ALIKE)
    desk.looks()
    with desk.store.read() as unit:
        to_second, to_third = (
            next(one.id for one in suggestions_of(unit, first) if one.other_id == case_id)
            for case_id in (second, third)
        )
    with desk.store.unit("contact:1") as unit:
        assert join_cases(unit, to_second, first)
    with desk.store.read() as unit:
        assert leader_of(unit, second) == first
        assert leader_of(unit, first) is None
        assert unit.session.get(Case, second) is not None, "both stay"
    with pytest.raises(JoinRefusedError), desk.store.unit("contact:1") as unit:
        join_cases(unit, to_third, third)  # who leads does not follow
    with desk.store.unit("contact:1") as unit:
        assert part_cases(unit, second, first)
        assert not part_cases(unit, first, second)
    with desk.store.read() as unit:
        assert leader_of(unit, second) is None
        assert unit.session.scalars(select(SamePerson.parted_by)).all() == ["contact:1"]
    assert (desk.events("CasesJoined"), desk.events("CasesParted")) == (2, 2), "in the history of both"
    assert desk.store.verify_log() == []


def test_nothing_is_ever_joined_by_itself(desk: Desk) -> None:
    for _ in range(3):
        desk.case(name_native=NAME, birth_date="1990-01-02", document_number="N12345678")
    desk.looks()
    with desk.store.read() as unit:
        assert unit.session.scalars(select(IdentitySuggestion.state)).all() == ["open"] * 3
        assert unit.session.scalars(select(SamePerson)).all() == []


def test_an_erased_case_leaves_memory_and_suggestions_at_once(desk: Desk) -> None:
    first, second = desk.case(name_native="Қанапия Бөжейұлы"), desk.case(name_latin="Kanapiya Bozheiuly")
    desk.looks()
    assert desk.suggested(first) == [(second, "open")]
    with desk.store.unit("test") as unit:
        close_case(unit, second, by="cli", note="a test")
    erase_case(desk.store, second, by="test")
    desk.lookout.follow()
    assert desk.lookout.index.cases() == {first}
    assert desk.suggested(first) == []
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, Record) and "Bozheiuly" in one.name]
    assert held == []


def test_a_case_that_is_erased_before_anybody_looked_is_no_trouble(desk: Desk) -> None:
    first = desk.case(name_native=NAME)
    with desk.store.unit("test") as unit:
        close_case(unit, first, by="cli", note="a test")
    erase_case(desk.store, first, by="test")
    desk.asks(first)
    desk.looks()
    with desk.store.read() as unit:
        assert unit.session.scalars(select(IdentityLook)).all() == []


def test_what_counsel_keeps_is_not_compared(desk: Desk) -> None:
    first, message = desk.report("7000001", NAME)
    desk.looks()
    with desk.store.unit("test") as unit:
        move_to_counsel(unit, first, message)
    desk.lookout.follow()
    assert desk.lookout.index.records_of(first) == ()


def test_when_it_ends_nobody_is_remembered(desk: Desk) -> None:
    desk.case(name_native=NAME)
    desk.looks()
    assert len(desk.lookout.index) == 1
    desk.lookout.forget()
    assert len(desk.lookout.index) == 0


def test_it_works_in_a_thread_until_it_is_stopped(desk: Desk) -> None:
    first, second = desk.case(name_native=NAME), desk.case(name_latin=ALIKE)
    stop = threading.Event()
    thread = threading.Thread(target=keep_lookout, args=(desk.store, stop, lambda _unit, _held: None))
    thread.start()
    for _ in range(600):
        if desk.suggested(first):
            break
        stop.wait(0.05)
    stop.set()
    desk.store.wake.ring()
    thread.join(30)
    assert desk.suggested(first) == [(second, "open")]


def test_only_what_names_somebody_is_looked_at() -> None:
    asks = {event.__name__ for event, reactions in plot("UTC").items() if "ask_to_look" in reactions}
    assert asks == {"QuestionAnswered", "FactEntered", "FactSuperseded", "MovedToCounsel"}
    assert "ask_to_look" in reaction_names()["FactEntered"]


def test_records_are_read_in_sets(desk: Desk) -> None:
    cases = [desk.case(name_native=NAME, name_latin=ALIKE, place="Алматы") for _ in range(3)]
    with desk.store.read() as unit:
        told = records_of(unit, cases)
    assert {len(records) for records in told.values()} == {2}
    assert {record.place for records in told.values() for record in records} == {"Алматы"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Нұрлан Серікұлы, 35 лет", NAME),
        ("Nurlan Serikuly (35)\nfrom Korla", ALIKE),
        ("مەمەت ئەلى، 40 ياش", "مەمەت ئەلى"),
        ("努尔兰·赛力克，三十岁", "努尔兰·赛力克"),
        ("I do not know his name but he worked with my brother in the market", ""),
    ],
)
def test_an_answer_begins_with_a_name_or_tells_a_story(words: str, name: str) -> None:
    assert name_in(words) == name


def test_an_entry_takes_along_all_that_led_to_it() -> None:
    index, first, second = Index(), new_id(), new_id()
    index.put(first, [Record(name=NAME, document="N12345678"), Record(name=ALIKE)])
    index.put(second, [Record(name=ELSE)])
    assert [match.case_id for match in index.find(Record(name=ALIKE))] == [first]
    index.put(first, ())
    assert index.find(Record(name=ALIKE)) == []
    index.put(second, ())
    assert index._postings == {}  # noqa: SLF001  nothing is left that could lead to somebody


def test_a_decided_pair_knows_when(desk: Desk) -> None:
    first = desk.case(name_native=NAME)
    desk.case(name_latin=ALIKE)
    desk.looks()
    with desk.store.unit("contact:1") as unit:
        say_other(unit, desk.only(first))
        now = unit.now
    with desk.store.read() as unit:
        row = unit.session.scalars(select(IdentitySuggestion)).one()
        assert (row.state, row.decided_by) == (SuggestionState.OTHER, "contact:1")
        assert row.decided_at is not None
        assert abs(row.decided_at - now) < timedelta(seconds=1)


def test_whoever_else_looks_at_a_case_compares_before_anybody_must_wait_for_it(desk: Desk) -> None:
    case_id = desk.case(name_native=NAME)
    done: list[str] = []

    class Other:
        """A fake registry."""

        def follow(self) -> None:
            done.append("followed")

        def compare(self, case_id: UUID, records: Sequence[Record]) -> Callable[[UnitOfWork], None]:
            done.append(f"compared {case_id} {len(records)}")
            return lambda _unit: done.append("kept")

        def forget(self) -> None:
            done.append("forgot")

    queue = look_queue(desk.lookout, beside=[Other()])
    with desk.store.unit("test") as unit:
        (held,) = queue.take(unit, 1)
    assert queue.prepare is not None
    queue.prepare(held)
    assert done == [f"compared {case_id} 1"], "no transaction has begun"
    with desk.store.unit("test") as unit:
        queue.handle(unit, held)
    assert done[1:] == ["kept"]
