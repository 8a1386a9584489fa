"""Whoever took a case and has no Telegram is reminded where they are, and answers there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from alerts.answering.answers import answer_key, find_link
from alerts.answering.sms import hear_sms
from alerts.events import NeedAccepted
from alerts.messages.channel_states import note_channels
from alerts.models import Attempt, Delivery, DeliveryState, Need, NeedState
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack
from alerts.search.following_up import TIMER, follow_up, follow_up_left_out, give_away, reach
from alerts.search.paging import give_back_all
from alerts.telling.wording import Wording, Words, render
from contacts.accounts.coercion import note_coercion
from contacts.accounts.models import Account
from contacts.directory import put_contact
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from dialogue.by_sms import hear_text
from store import claims
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.timers import TABLE, Timer, set_timer
from store.tokens import token_of
from tests.accounts import join
from tests.alerts.search import minutes
from tests.web.scene import Scene
from web.factory import make_app

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

NUMBER, ADDRESS = "+77000000001", "timur@example.org"
CARDS = {
    "sms": ContactCard("Timur", Role.COORDINATOR, sms=NUMBER),
    "voice": ContactCard("Timur", Role.COORDINATOR, voice=NUMBER),
    "email": ContactCard("Timur", Role.COORDINATOR, email=ADDRESS),
}


class Duty:
    """Timur has taken a case; he is reached by one channel."""

    def __init__(self, store: Store, clock: ManualClock, channel: str) -> None:
        self.store, self.clock = store, clock
        self.scene = Scene.begin(store)
        address = ADDRESS if channel == "email" else NUMBER
        card = CARDS[channel]
        with store.unit("test") as unit:
            note_channels(unit, frozenset({"telegram", "sms", "voice", "email"}), ("KZ",))
            put_contact(unit, card)
        self.timur = self.scene.helper("Timur")
        with store.unit("test") as unit:
            put_contact(unit, card)
            method = unit.session.scalars(select(ContactMethod)).one()
            chat = find_or_open_chat(unit, channel, address)
            method.chat_id, method.verified_at = chat.id, unit.now
            need = self.need(unit)
            need.accepted_at = unit.now
            self.need_id, self.chat_id = need.id, chat.id
            set_timer(unit, TIMER, need.id, unit.now)
        self.looks()

    def need(self, unit: UnitOfWork) -> Need:
        return unit.session.scalars(select(Need)).one()

    def looks(self) -> None:
        with self.store.unit("test") as unit:
            for held in claims.claim(unit.session, TABLE, unit.now, limit=10):
                timer = unit.session.get_one(Timer, held.id)
                if timer.kind == TIMER:
                    follow_up(unit, timer, held)

    def later(self, count: float) -> None:
        self.clock.advance(minutes(count))
        self.looks()

    def reminder(self, unit: UnitOfWork) -> Delivery:
        return unit.session.scalars(select(Delivery).where(Delivery.dedupe_key.startswith("remind:"))).one()

    def leaves(self) -> UUID:
        """The reminder goes out; the call that it took."""
        with self.store.unit("test") as unit:
            row = self.reminder(unit)
            row.state, row.sent_at, row.due_at = DeliveryState.SENT, unit.now, None
            call = Attempt(id=new_id(), delivery_id=row.id, began_at=unit.now)
            unit.session.add(call)
            return call.id

    def texts(self, words: str) -> str:
        """Timur answers by SMS; what is answered to him."""
        with self.store.unit("test") as unit:
            hear_sms(unit, unit.session.get_one(Chat, self.chat_id), words, hear_text)
        with self.store.read() as unit:
            said = select(Delivery.template).order_by(Delivery.order_key.desc()).limit(1)
            return unit.session.scalars(said).one()

    def says(self) -> str:
        with self.store.read() as unit:
            row = self.reminder(unit)
            words = Words(row.template, row.values, row.buttons, row.language, plain=True)
            return render(unit, Wording("UTC", "https://panah.example.org"), words)[0]

    def stands(self) -> tuple[str, bool]:
        with self.store.read() as unit:
            need = self.need(unit)
            return need.state, need.contact_made_at is not None


def test_a_text_reminds_by_code_alone_and_a_yes_is_noted_once(store: Store, clock: ManualClock) -> None:
    duty = Duty(store, clock, "sms")
    duty.later(45)
    duty.leaves()
    code = duty.scene.code
    assert duty.says() == (
        f"Panah {code}: is this done: contact made? Reply 100A if yes, 100D to give it back. "
        "Otherwise others are asked in 11 min."
    )
    assert duty.texts("A") == "sms.noted"
    assert duty.stands() == (NeedState.ACCEPTED, True)
    assert duty.texts("100A") == "sms.noted"
    duty.later(600)
    assert duty.stands() == (NeedState.ACCEPTED, True)


def test_a_no_by_text_gives_it_back(store: Store, clock: ManualClock) -> None:
    duty = Duty(store, clock, "sms")
    duty.later(45)
    duty.leaves()
    assert duty.texts("100D") == "sms.gave_back"
    assert duty.stands() == (NeedState.PAGING, False)
    assert duty.texts("100A") == "sms.not_yours"
    assert duty.stands() == (NeedState.PAGING, False)


def test_a_link_in_a_letter_asks_whether_it_is_done(store: Store, clock: ManualClock) -> None:
    duty = Duty(store, clock, "email")
    duty.later(45)
    duty.leaves()
    with store.read() as unit:
        token = token_of(unit, "button", UUID(duty.reminder(unit).buttons[0][0]["button"]))
    web = make_app(store, "UTC").test_client()
    look = web.get(f"/answer/{token}").text
    assert "Is it done?" in look
    assert web.post(f"/answer/{token}").text == look, "a press without a word is no no"
    assert duty.stands() == (NeedState.ACCEPTED, False)
    assert "Noted" in web.post(f"/answer/{token}", data={"answer": "accept"}).text
    assert duty.stands() == (NeedState.ACCEPTED, True)
    assert "Nothing is left to do" in web.get(f"/answer/{token}").text
    with store.read() as unit:
        link = find_link(unit, token)
    assert link is not None
    assert not link.is_open


def test_who_is_only_called_presses_a_key(store: Store, clock: ManualClock) -> None:
    duty = Duty(store, clock, "voice")
    duty.later(45)
    call = duty.leaves()
    assert "contact made" in duty.says()
    with store.unit("test") as unit:
        again = answer_key(unit, call, "*")
        assert again is not None
        assert again.asks
        said = answer_key(unit, call, "1")
    assert said is not None
    assert said.template == "voice.noted"
    assert duty.stands() == (NeedState.ACCEPTED, True)


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_silence_gives_it_back_and_they_hear_of_it(store: Store, clock: ManualClock, channel: str) -> None:
    duty = Duty(store, clock, channel)
    duty.later(45)
    duty.leaves()
    duty.later(11.5)
    assert duty.stands() == (NeedState.PAGING, False)


def test_only_who_has_it_can_say_anything_of_it(store: Store, clock: ManualClock) -> None:
    duty = Duty(store, clock, "sms")
    stranger = duty.scene.helper("Dana", "lawyer", accepts=False)
    with store.unit("test") as unit:
        assert reach(unit, duty.need_id, stranger, Milestone.CONTACT_MADE) is Ack.NOT_YOURS
        assert give_away(unit, duty.need_id, stranger) is Ack.NOT_YOURS
        assert give_away(unit, duty.need_id, duty.timur) is Ack.GIVEN_BACK
        assert give_away(unit, duty.need_id, duty.timur) is Ack.NOT_YOURS


def is_forced(store: Store, duty: Duty) -> None:
    """What they have taken is known to the log; then they sign in under duress, and others are to have it."""
    with store.unit("test") as unit:
        account = unit.session.scalars(select(Account).where(Account.contact_id == duty.timur)).one()
        unit.record(
            NeedAccepted(
                case_id=duty.need(unit).case_id, need_id=duty.need_id, need="coordinator", contact_id=duty.timur
            )
        )
        note_coercion(unit, account)
        give_back_all(unit, duty.timur)


def test_a_reminder_that_lies_on_the_telephone_of_who_is_forced_is_answered_as_ever(
    store: Store, clock: ManualClock
) -> None:
    join(store, "Timur")
    duty = Duty(store, clock, "sms")
    duty.later(45)
    duty.leaves()
    is_forced(store, duty)
    assert duty.texts("100A") == "sms.noted"
    assert duty.texts("100D") == "sms.gave_back"
    assert duty.texts("100A") == "sms.not_yours"
    assert duty.stands() == (NeedState.PAGING, False), "and nothing of it counts"


def test_a_link_in_a_letter_to_who_is_forced_asks_as_ever(store: Store, clock: ManualClock) -> None:
    join(store, "Timur")
    duty = Duty(store, clock, "email")
    duty.later(45)
    duty.leaves()
    is_forced(store, duty)
    with store.read() as unit:
        token = token_of(unit, "button", UUID(duty.reminder(unit).buttons[0][0]["button"]))
    web = make_app(store, "UTC").test_client()
    assert "Is it done?" in web.get(f"/answer/{token}").text
    assert "Noted" in web.post(f"/answer/{token}", data={"answer": "accept"}).text
    assert "Nothing is left to do" in web.get(f"/answer/{token}").text
    assert duty.stands() == (NeedState.PAGING, False)


def test_what_no_timer_looks_at_is_looked_at_with_its_whole_span_and_what_is_done_is_left_in_peace(
    store: Store, clock: ManualClock
) -> None:
    duty = Duty(store, clock, "sms")
    with store.unit("test") as unit:
        unit.session.execute(delete(Timer))
        duty.need(unit).accepted_at = unit.now - minutes(600)
    with store.unit("system") as unit:
        follow_up_left_out(unit)
    duty.later(44)
    with store.read() as unit:
        assert unit.session.scalars(select(Delivery.id)).all() == []
    duty.later(1)
    duty.leaves()
    assert duty.texts("A") == "sms.noted"
    with store.unit("test") as unit:
        unit.session.execute(delete(Timer))
    with store.unit("system") as unit:
        follow_up_left_out(unit)
    duty.later(600)
    assert duty.stands() == (NeedState.ACCEPTED, True)


def test_what_is_still_sought_or_was_given_back_is_not_followed_up(store: Store, clock: ManualClock) -> None:
    duty = Duty(store, clock, "sms")
    with store.unit("test") as unit:
        give_away(unit, duty.need_id, duty.timur)
        unit.session.execute(delete(Timer).where(Timer.kind == TIMER))
    with store.unit("system") as unit:
        follow_up_left_out(unit)
    with store.read() as unit:
        assert unit.session.scalars(select(Timer.id).where(Timer.kind == TIMER)).all() == []
