"""A coordinator promises the family a word by a time: whoever reported is told by when, as long as that stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from alerts.models import Delivery, DeliveryState
from cases import intake
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.docket.events import FamilyPromised
from cases.docket.promising import promise_of
from cases.models import Case
from cases.retention import close_case
from cases.verification import suspect
from dialogue.questions import CALL, UNSAFE
from store.chats import Chat
from store.eventlog import EventRow
from tests.accounts import DURESS, Browser, join, quick
from tests.story import ZONE
from tests.web.form import Visitor
from texts.dates import local_time
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from werkzeug.test import TestResponse

    from sandbox import Phone
    from store.unit_of_work import UnitOfWork
    from tests.stories.conftest import Team
    from tests.story import Town

ELSEWHERE = "Europe/Istanbul"
MEANS = "our team means to be in touch with you by"
MEANS_UG = "ئالاقىلاشماقچى"


class Desk:
    """The page of a case, as Aigerim has it, who took it."""

    def __init__(self, town: Town, team: Team, code: str) -> None:
        self._town, self._code, self._path = town, code, f"/console/case/{code}"
        team.aigerim.taps("Accept", on=team.aigerim.sees(code))
        town.rests()
        store = town.house.store
        self._member = join(store, "Aigerim")
        self._client = make_app(store, ZONE, passwords=quick(store)).test_client()

    def promises(self, by: str, *, seen: str | None = None, **fields: str) -> TestResponse:
        """Press a button of the promise; ``seen``: the one the page showed, if it is not shown now."""
        browser = self._browser()
        shown = re.search(r'id="promise".*?name="seen" value="([^"]*)"', browser.sees(self._path), re.DOTALL)
        assert shown is not None
        pressed = browser.sends(f"{self._path}/promise", by=by, seen=shown[1] if seen is None else seen, **fields)
        self._town.rests()
        return pressed

    def is_forced_to_promise(self) -> None:
        assert self._member.gives(DURESS) is not None
        self._town.rests()
        assert self._browser(duress=True).sends(f"{self._path}/promise", by="3", seen="").status_code in (303, 404)
        self._town.rests()

    def case_id(self) -> UUID:
        with self._town.house.store.read() as unit:
            return unit.session.scalars(select(Case.id).where(Case.code == self._code)).one()

    def happens(self, event: str) -> UUID:
        with self._town.house.store.unit("test") as unit:
            entered = enter(unit, self.case_id(), Entry(event, When(unit.now)), zone=ZONE).id
        self._town.rests()
        return entered

    def due_at(self) -> datetime:
        """When a word to the family is due, whoever set it."""
        with self._town.house.store.read() as unit:
            word = promise_of(unit, self.case_id())
            assert word is not None
            return word.due_at

    def _browser(self, *, duress: bool = False) -> Browser:
        return Browser(self._client).comes_in(self._member, duress=duress)


def asks(town: Town, phone: Phone) -> list[str]:
    """What is answered to /status."""
    town.later(seconds=5)
    before = len(phone.messages)
    phone.command("/status")
    town.later(seconds=5)
    town.rests()
    return [one.plain for one in phone.messages[before:]]


def reported(town: Town, team: Team) -> tuple[Phone, Desk]:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    return gulnar, Desk(town, team, town.code_on(gulnar))


def test_in_a_chat_that_was_erased_nothing_is_said_until_somebody_tells_something_there(town: Town, team: Team) -> None:
    """The telephone may be in other hands: who holds it is not told when to wait for a call."""
    gulnar, desk = reported(town, team)
    gulnar.sees("has taken your report")
    gulnar.command("/wipe")
    gulnar.sees("erased")
    town.rests()
    with town.silence(gulnar):
        desk.promises("1")
    assert any(MEANS in words for words in asks(town, gulnar)), "who asks is told"
    gulnar.writes("I have my phone again")
    town.rests()
    desk.promises("3")
    assert MEANS in gulnar.messages[-1].plain


def test_the_phone_says_by_when_in_its_language_and_by_the_clock_where_they_are_held(town: Town, team: Team) -> None:
    gulnar = town.relative("Gulnar", "ug")
    gulnar.writes("ئىنىمنى تۇتۇپ كەتتى")
    code = town.code_on(gulnar)
    desk = Desk(town, team, code)
    with town.house.store.unit("test") as unit:
        unit.session.get_one(Case, desk.case_id()).timezone = ELSEWHERE
    town.later(seconds=5)
    assert desk.promises("3").status_code == 303
    told = gulnar.sees(MEANS_UG)
    assert told.silent
    assert code in told.plain
    assert local_time(desk.due_at(), ELSEWHERE, "ug", with_date=True) in told.plain
    assert told.plain in asks(town, gulnar)[-1], "and whoever asks where it stands is told the same"


def test_what_is_pressed_again_is_told_once_and_what_is_moved_is_told_anew(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    town.later(seconds=5)
    desk.promises("3")
    first = gulnar.sees(MEANS)
    same = f"{desk.due_at().astimezone(ZoneInfo(ZONE)):%Y-%m-%dT%H:%M}"
    with town.silence(gulnar):
        assert desk.promises("3", seen="").status_code == 409, "the same press, come twice"
        assert desk.promises("at", at=same).status_code == 303
        town.later(seconds=5)
    desk.promises("6")
    town.later(seconds=5)
    moved = gulnar.sees(MEANS, after=first)
    by = local_time(desk.due_at(), ZONE, "en", with_date=True)
    assert by in moved.plain
    assert by not in first.plain
    assert [one for one in asks(town, gulnar) if MEANS in one] == [moved.plain]


def test_once_it_is_over_or_kept_it_is_said_no_more(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    town.later(seconds=5)
    desk.promises("1")
    gulnar.sees(MEANS)
    town.later(minutes=61)
    town.rests()
    assert not any(MEANS in one for one in asks(town, gulnar)), "it was missed: it is not promised once more"
    assert desk.due_at() < town.clock.now(), "and somebody is asked about it as before"

    desk.promises("3")
    assert any(MEANS in one for one in asks(town, gulnar))
    desk.promises("told")
    assert desk.due_at() > town.clock.now(), "the next word is watched for"
    assert not any(MEANS in one for one in asks(town, gulnar)), "nobody has promised it by an hour"


def test_what_is_watched_for_by_itself_was_promised_to_nobody(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    town.later(seconds=5)
    with town.silence(gulnar):
        desk.happens("transferred")
        town.later(seconds=5)
    assert desk.due_at() > town.clock.now()
    assert not any(MEANS in one for one in asks(town, gulnar))


def test_a_promise_outlives_what_happens_and_what_is_put_right_and_ends_with_the_case(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    moved = desk.happens("transferred")
    town.later(seconds=5)
    desk.promises("3")
    until = desk.due_at()
    with town.house.store.unit("test") as unit:
        take_back(unit, desk.case_id(), moved)
    assert desk.due_at() == until
    desk.happens("removed")
    assert desk.due_at() == until, "this, above all, a family must hear from a person"
    assert any(MEANS in one for one in asks(town, gulnar))
    with town.house.store.unit("test") as unit:
        close_case(unit, desk.case_id(), by="contact:x", note="over")
    assert not any(MEANS in one for one in asks(town, gulnar))


def test_what_could_not_leave_in_time_is_not_said_afterwards(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    town.later(seconds=5)
    with town.sandbox.faults.breaks(chat=gulnar):
        desk.promises("1")
        town.later(minutes=62)
    town.later(minutes=10)
    town.rests()
    assert MEANS not in gulnar.screen()
    with town.house.store.read() as unit:
        states = unit.session.scalars(select(Delivery.state).where(Delivery.template == "reply.promised")).all()
    assert states == [DeliveryState.EXPIRED]


def test_who_had_us_stop_hears_it_when_they_are_back(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    town.later(seconds=5)
    gulnar.command("/stop")
    town.later(seconds=5)
    with town.silence(gulnar):
        desk.promises("3")
        town.later(seconds=5)
    gulnar.writes("what about him?")
    town.later(seconds=5)
    gulnar.sees(MEANS)


def test_the_page_of_the_form_says_it_where_it_says_how_it_stands(town: Town, team: Team) -> None:
    gulnar = Visitor(town.web)
    page = gulnar.tells("they took my brother at the market")
    number, code = page.number, page.code
    assert number is not None
    desk = Desk(town, team, code)
    desk.promises("3")
    page = gulnar.comes_back(number)
    assert page.words.count(MEANS) == 1
    assert page.says(local_time(desk.due_at(), ZONE, "en", with_date=True))
    town.later(hours=4)
    assert not gulnar.comes_back(number).says(MEANS)


def test_what_somebody_is_forced_to_promise_is_told_to_nobody(town: Town, team: Team) -> None:
    gulnar, desk = reported(town, team)
    town.later(seconds=5)
    desk.is_forced_to_promise()
    town.later(seconds=5)
    assert MEANS not in gulnar.screen()
    assert not any(MEANS in one for one in asks(town, gulnar))
    with town.house.store.read() as unit:
        assert not unit.session.scalars(select(EventRow).where(EventRow.name == FamilyPromised.__name__)).all()


def is_not_safe(unit: UnitOfWork, chat: Chat) -> None:
    report = intake.current_report(unit, chat)
    assert report is not None
    intake.record_answer(unit, report, CALL.name, value=UNSAFE)


def is_made_to_write(unit: UnitOfWork, chat: Chat) -> None:
    report = intake.current_report(unit, chat)
    assert report is not None
    report.duress_at = unit.now


@pytest.mark.parametrize("happens", [is_not_safe, is_made_to_write])
def test_where_it_could_harm_it_stands_in_no_chat_until_somebody_asks(
    town: Town, team: Team, happens: Callable[[UnitOfWork, Chat], None]
) -> None:
    gulnar, desk = reported(town, team)
    with town.house.store.unit("test") as unit:
        happens(unit, unit.session.scalars(select(Chat).where(Chat.case_id == desk.case_id())).one())
    town.later(seconds=5)
    town.rests()
    with town.silence(gulnar):
        assert desk.promises("3").status_code == 303
        town.later(minutes=5)
        town.rests()
    assert any(MEANS in one for one in asks(town, gulnar))


def test_a_chat_that_may_be_a_trap_is_told_nothing(town: Town, team: Team) -> None:
    stranger, desk = reported(town, team)
    with town.house.store.unit("test") as unit:
        suspect(unit, desk.case_id())
    town.later(seconds=5)
    with town.silence(stranger):
        assert desk.promises("3").status_code == 303
        assert asks(town, stranger) == []
