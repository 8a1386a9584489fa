"""What is said to a sealed file where it seldom is: in a trap, as a correction, and after the file was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Delivery
from cases.consent.models import Freeze
from cases.intake import Wrapping
from cases.models import ReportMessage
from cases.sealed.keeping import begin, content_of
from cases.sealed.models import SealedEntry, SealedFile
from cases.verification import suspect
from dialogue.model import Command, Said, Tapped
from dialogue.reception import Heard
from dialogue.sealed.deciding import MENU, SEALED
from dialogue.sealed.hearing import takes_over
from store.chats import Chat, find_or_open_chat
from tests.web.house import House

if TYPE_CHECKING:
    from dialogue.model import Input
    from store.unit_of_work import Store, UnitOfWork

CRY = "they took my brother"


class Talking:
    """Somebody who has reported, and who has a file of their own in the same conversation."""

    def __init__(self, store: Store) -> None:
        self.store, self.case = store, House(store).case()
        with store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", "7100001")
            chat.language = "en"
            self.chat_id, self.file_id = chat.id, begin(unit, chat).id

    def asks(self, asked: str | None) -> None:
        """The conversation has just asked for this."""
        with self.store.unit("test") as unit:
            file = self.file(unit)
            file.asked, file.talked_at = asked, unit.now

    def says(self, words: str, number: int | None = None, *, corrects: bool = False) -> bool:
        wrapping = Wrapping(number=number, correction=corrects)
        return self.hears(Heard(Said(words), "text", words, words, wrapping=wrapping))

    def does(self, given: Input) -> bool:
        return self.hears(Heard(given, "text", ""))

    def hears(self, heard: Heard) -> bool:
        with self.store.unit("test") as unit:
            return takes_over(unit, unit.session.get_one(Chat, self.chat_id), heard, zone="UTC")

    def file(self, unit: UnitOfWork) -> SealedFile:
        return unit.session.get_one(SealedFile, self.file_id)

    def asked(self) -> str | None:
        with self.store.read() as unit:
            return self.file(unit).asked

    def kept(self) -> list[tuple[str, str]]:
        with self.store.read() as unit:
            rows = unit.session.scalars(select(SealedEntry).order_by(SealedEntry.left_at, SealedEntry.id)).all()
            return [(row.kind, content_of(unit, row)) for row in rows]

    def answers(self) -> list[str]:
        with self.store.read() as unit:
            rows = select(Delivery.template).where(Delivery.action == "send").order_by(Delivery.order_key)
            return list(unit.session.scalars(rows))


@pytest.fixture
def talking(store: Store) -> Talking:
    return Talking(store)


def is_trap(talking: Talking) -> None:
    with talking.store.unit("test") as unit:
        suspect(unit, talking.case.id)


@pytest.mark.parametrize(("asked", "kind"), [(MENU, "team"), ("counsel", "counsel"), ("trusted", "trusted")])
def test_what_is_told_to_a_file_in_a_conversation_that_may_be_a_trap_is_kept(
    talking: Talking, asked: str, kind: str
) -> None:
    talking.asks(asked)
    is_trap(talking)
    assert talking.says("the green house by the river")
    assert talking.kept() == [(kind, "the green house by the river")]
    assert (talking.answers(), talking.asked()) == ([], asked)


def test_in_a_trap_nobody_agrees_on_anything_and_each_end_is_an_end(talking: Talking) -> None:
    is_trap(talking)
    for asked in ("name", "phrase", "hour.24.2", "withdraw"):
        talking.asks(asked)
        assert talking.says("every day at seven")
    assert talking.kept() == []
    talking.asks(MENU)
    assert talking.does(Tapped(f"{SEALED}done"))
    assert talking.asked() is None
    talking.asks(MENU)
    assert not talking.does(Command("status", "")), "which is heard as ever"
    assert talking.asked() is None
    assert not talking.says("and this is no business of the file")
    assert talking.answers() == []
    with talking.store.read() as unit:
        file = talking.file(unit)
        assert (file.phrase, file.withdrawn_at, file.chat_id) == (None, None, talking.chat_id)


@pytest.mark.parametrize(("asked", "kind"), [(MENU, "team"), ("counsel", "counsel"), ("trusted", "trusted")])
def test_what_is_corrected_lies_beside_what_it_corrects_and_goes_nowhere_else(
    talking: Talking, asked: str, kind: str
) -> None:
    talking.asks(asked)
    assert talking.says("the green hose", 21)
    talking.asks(None)
    assert talking.says("the green house", 21, corrects=True)
    assert talking.kept() == [(kind, "the green hose"), (kind, "the green house")]
    assert not talking.says("of another message", 20, corrects=True), "that one was no business of the file"
    assert not talking.says("of no message", corrects=True)


def test_an_answer_that_is_corrected_into_a_cry_is_a_report(talking: Talking) -> None:
    talking.asks("name")
    assert talking.says("Example Example", 21)
    assert not talking.says(CRY, 21, corrects=True)
    assert talking.asked() is None


def test_an_answer_that_is_corrected_into_none_is_asked_for_again(talking: Talking) -> None:
    talking.asks("birth")
    assert talking.says("31.01.1990", 21)
    assert talking.asked() == MENU
    assert talking.says("31.02.1990", 21, corrects=True)
    assert talking.asked() == "birth"
    assert talking.answers()[-1] == "reply.sealed_again"
    talking.asks("phrase")
    assert talking.says("apricots in the snow", 22)
    assert talking.says("cherries in the snow", 22, corrects=True)
    assert talking.answers()[-1] == "ask.sealed_phrase", "a word is agreed on only when it is asked for"


@pytest.mark.parametrize(("asked", "counsel_only"), [("team", False), ("counsel", True)])
def test_what_is_left_after_the_file_was_opened_belongs_to_the_case_at_once(
    talking: Talking, asked: str, *, counsel_only: bool
) -> None:
    talking.asks(asked)
    with talking.store.unit("test") as unit:
        talking.file(unit).opened_at = unit.now
    assert talking.says("the green house by the river")
    with talking.store.read() as unit:
        case_id = talking.file(unit).case_id
        rows = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == case_id)).all()
        assert [row.counsel_only for row in rows] == [counsel_only]
    assert talking.answers() == ["reply.sealed_kept"], "as if it were sealed"


@pytest.mark.parametrize("forced", [False, True])
def test_what_was_opened_is_told_to_nobody_once_it_is_withdrawn_unless_by_force(
    talking: Talking, *, forced: bool
) -> None:
    talking.asks(MENU)
    with talking.store.unit("test") as unit:
        file = talking.file(unit)
        file.opened_at, file.forced_at = unit.now, unit.now if forced else None
    assert talking.does(Tapped(f"{SEALED}sure"))
    with talking.store.read() as unit:
        file = talking.file(unit)
        assert (file.chat_id, file.withdrawn_at, file.left_in) == (None, None, talking.chat_id)
        frozen = unit.session.scalars(select(Freeze.case_id)).all()
        assert frozen == ([] if forced else [file.case_id])
    assert talking.answers() == ["reply.sealed_withdrawn"]
