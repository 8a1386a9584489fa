"""Intake and triage: what was said is kept, to the last letter, and decides who is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases import intake
from cases.events import QuestionAnswered, ReportExtended, ReportReceived
from cases.models import Case, Report, ReportAnswer, ReportMessage
from cases.triage import assess
from cases.urgency import Need, Urgency
from store.chats import find_or_open_chat
from store.data_keys import case_scope
from store.eventlog import EventRow, Reaction
from store.vault import Field
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

ODD = "they took \ud800 my\x00 brother \u202e ئىنىم"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("intake")) as store:
        yield store


def report(store: Store, words: str = "hello", address: str = "100") -> Case:
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", address)
        return intake.open_report(unit, chat, language="kk", kind="text", content=words)


def current(unit: UnitOfWork, address: str = "100") -> Report:
    found = intake.current_report(unit, find_or_open_chat(unit, "telegram", address))
    assert found is not None
    return found


def messages(store: Store, case_id: UUID) -> list[str]:
    with store.read() as unit:
        rows = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == case_id))
        return [
            unit.vault.open(case_scope(case_id), Field("report_message", "content", row.id), row.content)
            for row in rows.all()
        ]


def test_first_words_make_a_case_and_say_so_in_one_commit(make_store: Callable[..., Store]) -> None:
    store = make_store(ReportReceived=("plan_alert", "promise"))
    case = report(store, ODD)
    assert messages(store, case.id) == [ODD]
    with store.read() as unit:
        assert unit.session.scalars(select(EventRow.name)).all() == [ReportReceived.__name__]
        assert set(unit.session.scalars(select(Reaction.name))) == {"plan_alert", "promise"}
        row = unit.session.scalars(select(ReportMessage)).one()
        assert b"brother" not in row.content
        assert len(row.fingerprint) == 32
        assert intake.first_message(unit, current(unit)) == row.id


def test_further_words_and_answers_belong_to_the_same_case(store: Store) -> None:
    case = report(store)
    with store.unit("test") as unit:
        message = intake.add_message(unit, current(unit), kind="text", content="more")
        intake.add_message(unit, current(unit), kind="text", content="mone", correction=True)
        intake.record_answer(unit, current(unit), "where", value=None, message_id=message)
        intake.record_answer(unit, current(unit), "happening", value="held")
        intake.record_answer(unit, current(unit), "who", value=None)
    assert messages(store, case.id) == ["hello", "more", "mone"]
    with store.read() as unit:
        names = [row.name for row in unit.session.scalars(select(EventRow).order_by(EventRow.position))]
        assert names == [ReportReceived.__name__, *[ReportExtended.__name__] * 2, *[QuestionAnswered.__name__] * 3]
        answers = {row.question: row for row in unit.session.scalars(select(ReportAnswer))}
        assert answers["where"].message_id == message
        assert answers["happening"].value is not None
        assert b"held" not in answers["happening"].value
        assert (answers["who"].value, answers["who"].message_id) == (None, None)
        assert [row.correction for row in unit.session.scalars(select(ReportMessage).order_by(ReportMessage.id))] == [
            False,
            False,
            True,
        ]


def test_the_same_words_in_two_cases_leave_different_fingerprints(store: Store) -> None:
    report(store, "the same", "100")
    report(store, "the same", "200")
    with store.read() as unit:
        assert len(set(unit.session.scalars(select(ReportMessage.fingerprint)))) == 2


def test_codes_differ_and_conversations_without_a_report_have_none(store: Store) -> None:
    assert report(store, address="100").code != report(store, address="200").code
    with store.unit("test") as unit:
        assert intake.current_report(unit, find_or_open_chat(unit, "telegram", "300")) is None


BOTH = frozenset({Need.COORDINATOR, Need.LAWYER})


@pytest.mark.parametrize(
    ("kind", "content", "needs"),
    [
        ("text", "they took my brother", BOTH),
        ("photo", '{"caption": "they took my brother", "photo": []}', BOTH),
        ("video", '{"caption": "моего брата забрали"}', BOTH),
        ("location", '{"venue": {"title": "Изолятор временного содержания: его задержали"}}', BOTH),
        ("voice", '{"voice": {"duration": 3}}', {Need.COORDINATOR}),
        ("text", "hello", {Need.COORDINATOR}),
        ("text", ODD, BOTH),
    ],
)
def test_words_are_heard_wherever_they_stand(quick: Store, kind: str, content: str, needs: frozenset[Need]) -> None:
    case = report(quick)
    with quick.unit("test") as unit:
        intake.add_message(unit, current(unit), kind=kind, content=content)
    with quick.read() as unit:
        assert assess(unit, case.id).needs == needs


def test_the_latest_choice_counts_and_skipping_takes_none_back(store: Store) -> None:
    case = report(store, "good evening, what can I do")
    with store.unit("test") as unit:
        intake.record_answer(unit, current(unit), "happening", value="afraid")
        intake.record_answer(unit, current(unit), "happening", value="held")
        intake.record_answer(unit, current(unit), "happening", value=None)
    with store.read() as unit:
        assessment = assess(unit, case.id)
    assert (assessment.needs, assessment.urgency) == (BOTH, Urgency.NOW)
