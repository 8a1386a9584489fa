"""Presses that stories seldom come to: on many alerts at once, by who is forced, too late, of what was set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.messages.buttons import mint
from alerts.models import Delivery, DeliveryState, Need, NeedState, PressableButton
from alerts.needs.feigning import note_what_they_have
from bot.asides import ask_again, ask_what_for
from bot.docket import propose_event
from bot.presses import answer_press
from bot.updates import Message, Press
from cases import aside
from cases.docket.entering import standing_hearings
from cases.intake import Wrapping
from cases.models import Case, ReportMessage, SetAside
from contacts.accounts.directory import open_account
from contacts.accounts.roles import AccountRole
from contacts.models import Contact, ContactMethod
from store import claims
from store.base import new_id
from store.chats import Chat
from store.timers import TABLE as TIMERS
from store.timers import Timer
from store.tokens import token_of
from tests.quick import quick_store
from tests.web.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

ZONE = "Asia/Almaty"


class Phone:
    """Aigerim's, in a house."""

    def __init__(self, store: Store) -> None:
        self.store, self.house = store, House(store)
        self.aigerim, self.timur = self.house.helper("Aigerim", telegram="1"), self.house.helper("Timur", telegram="2")

    def chat(self, unit: UnitOfWork) -> Chat:
        chat_id = unit.session.scalars(
            select(ContactMethod.chat_id).where(ContactMethod.contact_id == self.aigerim)
        ).one()
        return unit.session.get_one(Chat, chat_id)

    def contact(self, unit: UnitOfWork) -> Contact:
        return unit.session.get_one(Contact, self.aigerim)

    def presses(self, action: str, subject: UUID | None = None) -> str:
        """The newest button that does this, or one that was made for it; return what is answered."""
        with self.store.unit("test") as unit:
            chat = self.chat(unit)
            if subject is not None:
                mint(unit, chat.id, action, "button.accept", subject_id=subject)
                unit.session.flush()
            newest = select(PressableButton.id).where(PressableButton.action == action)
            button = unit.session.scalars(newest.order_by(PressableButton.id.desc())).first()
            assert button is not None, "there is no such button"
            answer_press(unit, chat, Press(f"{new_id()}", token_of(unit, "button", button)), ZONE)
            return self.told(unit, "answer")[-1]

    def told(self, unit: UnitOfWork, action: str = "send") -> list[str]:
        mine = select(Delivery.template).where(Delivery.chat_id == self.chat(unit).id, Delivery.action == action)
        return list(unit.session.scalars(mine.order_by(Delivery.order_key)))


@pytest.fixture
def phone(tmp_path: Path, clock: ManualClock) -> Iterator[Phone]:
    with quick_store(tmp_path, clock) as store:
        yield Phone(store)


# One button for many


@pytest.fixture
def bundle(phone: Phone) -> tuple[UUID, list[Need]]:
    """One message in which she is asked for three cases."""
    needs = [phone.house.asks(phone.house.case(), phone.aigerim) for _ in range(3)]
    id_ = phone.house.message("sent", template="page.bundle", asks=True)
    for need in needs:
        phone.house.message(DeliveryState.BUNDLED, need, bundle_id=id_)
    return id_, needs


def had_by(phone: Phone, needs: list[Need]) -> list[UUID | None]:
    with phone.store.read() as unit:
        return [unit.session.get_one(Need, need.id).accepted_by for need in needs]


def test_one_press_takes_all_that_nobody_has(phone: Phone, bundle: tuple[UUID, list[Need]]) -> None:
    id_, needs = bundle
    with phone.store.unit("test") as unit:
        taken = unit.session.get_one(Need, needs[0].id)
        taken.state, taken.accepted_by, taken.accepted_at = NeedState.ACCEPTED, phone.timur, unit.now
    for _ in range(2):
        assert phone.presses("accept_all", id_) == "staff.bundle_yours"
        assert had_by(phone, needs) == [phone.timur, phone.aigerim, phone.aigerim]
    with phone.store.read() as unit:
        answers = select(Delivery.values).where(Delivery.action == "answer")
        assert {values["count"] for values in unit.session.scalars(answers)} == {"2"}


def test_of_many_that_others_have_none_is_said_to_be_theirs(phone: Phone, bundle: tuple[UUID, list[Need]]) -> None:
    id_, needs = bundle
    with phone.store.unit("test") as unit:
        for need in needs:
            row = unit.session.get_one(Need, need.id)
            row.state, row.accepted_by, row.accepted_at = NeedState.ACCEPTED, phone.timur, unit.now
    assert phone.presses("accept_all", id_) == "staff.bundle_settled"
    assert had_by(phone, needs) == [phone.timur] * 3


def test_one_press_declines_all(phone: Phone, bundle: tuple[UUID, list[Need]]) -> None:
    id_, needs = bundle
    assert phone.presses("decline_all", id_) == "staff.bundle_declined"
    assert had_by(phone, needs) == [None] * 3
    assert phone.presses("accept_all", id_) == "staff.bundle_yours", "she has thought again"


# By who is forced


def test_who_is_forced_is_sent_a_link_as_anybody_is(phone: Phone) -> None:
    """It opens nothing (tests/web/test_case_page.py)."""
    need = phone.house.asks(phone.house.case(), phone.aigerim, answer="accept")
    with phone.store.unit("test") as unit:
        account = open_account(unit, "aigerim", AccountRole.COORDINATOR)
        account.contact_id, account.coerced_at = phone.aigerim, unit.now
        note_what_they_have(unit, phone.aigerim)
        row = unit.session.get_one(Need, need.id)
        row.accepted_by, row.accepted_at = phone.timur, unit.now
    assert phone.presses("open", need.id) == ""
    with phone.store.read() as unit:
        assert phone.told(unit) == ["staff.open_link"]


# What is entered


def test_the_one_hearing_that_stands_is_off_with_a_yes(phone: Phone, clock: ManualClock) -> None:
    case = phone.house.case()
    phone.house.asks(case, phone.aigerim, answer="accept")
    phone.house.says(case, "hearing_scheduled", clock.now(), clock.now() + timedelta(days=3))
    enters(phone, case, "hearing_cancelled today 10:00")
    phone.presses("entry_yes")
    with phone.store.read() as unit:
        assert list(standing_hearings(unit, case.id)) == []


def test_a_hearing_whose_hour_has_come_before_the_yes_is_not_entered(phone: Phone, clock: ManualClock) -> None:
    case = phone.house.case()
    phone.house.asks(case, phone.aigerim, answer="accept")
    enters(phone, case, "hearing_scheduled 2026-03-02 23:10")  # as /hearing: it is 23:00 there
    clock.advance(timedelta(minutes=11))
    phone.presses("entry_yes")
    with phone.store.read() as unit:
        assert phone.told(unit)[-1] == "staff.hearing_past"
        assert list(standing_hearings(unit, case.id)) == []


def test_a_time_that_cannot_be_read_is_asked_for_again(phone: Phone) -> None:
    enters(phone, phone.house.case(), "ruling_copy_served when the snow melts")
    with phone.store.read() as unit:
        assert phone.told(unit) == ["staff.when_unclear"]


def enters(phone: Phone, case: Case, words: str) -> None:
    with phone.store.unit("test") as unit:
        mine = unit.session.get_one(Case, case.id)
        propose_event(unit, phone.chat(unit), phone.contact(unit), mine, words, zone=ZONE)


# What was set aside


def sends(phone: Phone, *, album: str | None = None, number: int = 7) -> None:
    with phone.store.unit("test") as unit:
        message = Message("photo", None, "{}", "en", unit.now, Wrapping(number=number, album=album))
        ask_what_for(unit, phone.chat(unit), phone.contact(unit), message)


def comes_due(phone: Phone) -> None:
    with phone.store.unit("system") as unit:
        (held,) = claims.claim(unit.session, TIMERS, unit.now, only=[TIMERS.c.kind == aside.TIMER])
        ask_again(unit, unit.session.get_one(Timer, held.id), held, zone=ZONE)


def messages(phone: Phone) -> int:
    with phone.store.read() as unit:
        return len(unit.session.scalars(select(ReportMessage)).all())


def test_of_what_belongs_together_is_asked_once_and_all_of_it_is_heard(phone: Phone) -> None:
    sends(phone, album="a", number=7)
    sends(phone, album="a", number=8)
    sends(phone, album="b", number=9)
    with phone.store.read() as unit:
        assert phone.told(unit) == ["staff.sent_what_for"] * 2
        together = unit.session.scalars(select(SetAside.id).order_by(SetAside.made_at, SetAside.id)).first()
    phone.presses("list_report", together)
    assert messages(phone) == 2


@pytest.mark.parametrize("gone", [False, True])
def test_what_nobody_said_a_word_about_is_asked_again_and_then_heard(
    phone: Phone, clock: ManualClock, *, gone: bool
) -> None:
    """Who helps no longer is not asked; what they sent is heard all the same."""
    sends(phone)
    if gone:
        with phone.store.unit("test") as unit:
            phone.contact(unit).left_at = unit.now
    clock.advance(aside.ASKED_AGAIN_AFTER)
    comes_due(phone)
    with phone.store.read() as unit:
        again = [] if gone else ["staff.sent_again|staff.sent_what_for"]
        assert phone.told(unit) == ["staff.sent_what_for", *again]
    clock.advance(aside.WAITS_FOR)
    comes_due(phone)
    assert messages(phone) == 1


def test_of_a_table_that_never_came_its_sender_hears(phone: Phone, clock: ManualClock) -> None:
    with phone.store.unit("test") as unit:
        aside.set_aside(unit, phone.aigerim, phone.chat(unit), aside.Sent(source="file-1"), is_list=True)
    clock.advance(aside.WAITS_FOR)
    comes_due(phone)
    assert messages(phone) == 0
    with phone.store.read() as unit:
        assert phone.told(unit) == ["staff.list_not_fetched"]
        assert unit.session.scalars(select(SetAside)).all() == []
