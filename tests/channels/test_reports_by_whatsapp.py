"""WhatsApp as a door: heard as texts are, answered within somebody's day, and nothing is promised beyond it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from alerts.channels.port import PermanentFailure, TemporaryFailure
from alerts.channels.twilio.errors import TABLE
from alerts.messages.channel_states import is_set_up
from alerts.messages.held import let_go_what_may_leave
from alerts.messages.incoming import Attached
from alerts.models import Delivery, DeliveryState
from app.evidence.checking import examine
from app.evidence.sealing import attest_all
from cases.docket.promising import promise_of, promise_update
from cases.models import Case, Report, ReportAnswer, ReportMessage
from cases.retention import close_case
from cases.verification import suspect
from cases.views.responder import view_for_responder
from contacts.accounts.throttle import count_try, key_of
from contacts.whatsapp import DAY, MARGIN, found_closed, may_write, open_until
from dialogue.asking import put_question
from dialogue.telling import FIRST_REPLIES
from store.chats import Chat
from tests.conftest import START
from texts.bidi import plain

if TYPE_CHECKING:
    from uuid import UUID

    from cases.views.responder import ResponderView
    from tests.channels.night import Night

FAMILY = "+77000000077"
HIDDEN = "KZ.13491208655302741918"
AIGERIM = "7000001"
TOOK = "they took my brother"
KNOCK = "There is news for you. Write to us here to read it."


@pytest.fixture(autouse=True)
def aigerim(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM)


def passes(night: Night, *, hours: int) -> None:
    """Let so much time pass at once: the search for somebody, which goes on all the while, is told elsewhere."""
    night.clock.advance(timedelta(hours=hours))
    night.works()


def told(night: Night, address: str = FAMILY) -> list[str]:
    return [plain(one.text) for one in night.sent("whatsapp", address)]


def staff_told(night: Night) -> str:
    return plain("\n".join(one.text for one in night.sent("telegram", AIGERIM)))


def codes(night: Night) -> list[str]:
    with night.store.read() as unit:
        return list(unit.session.scalars(select(Case.code).order_by(Case.opened_at, Case.id)))


def seen(night: Night, code: str) -> ResponderView:
    with night.store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id).where(Case.code == code)).one()
        return view_for_responder(unit, case_id, night.contact_id("Aigerim"), "coordinator")


def held(night: Night) -> list[str]:
    with night.store.read() as unit:
        waiting = select(Delivery.template).where(
            Delivery.trouble == "window_closed", Delivery.due_at.is_(None), Delivery.state == DeliveryState.QUEUED
        )
        return list(unit.session.scalars(waiting))


def case_of(night: Night, code: str) -> UUID:
    with night.store.read() as unit:
        return unit.session.scalars(select(Case.id).where(Case.code == code)).one()


@given(after=st.timedeltas(timedelta(0), timedelta(days=300)), seconds=st.integers(-90_000, 200_000))
def test_somebody_may_be_written_to_for_a_day_but_for_a_margin(after: timedelta, seconds: int) -> None:
    at = START + after
    now = at + DAY * (seconds / DAY.total_seconds())
    assert may_write(at, now) is (now < open_until(at)) is (now < at + DAY - MARGIN)
    assert not may_write(None, now)
    assert not may_write(found_closed(at), max(now, at))


def test_first_words_ring_people_and_are_answered_in_their_language_with_what_can_be_promised(night: Night) -> None:
    night.whatsapps(FAMILY, "ағамды ұстап кетті, көмектесіңіздерші")
    (code,) = codes(night)
    assert code in night.sent("telegram", AIGERIM)[-1].text
    (first,) = told(night)
    assert code in first
    assert "24 сағат" in first
    assert "2 тек осында" in first
    night.later(minutes=1)
    night.whatsapps(FAMILY, "1")
    night.later(minutes=1)
    night.whatsapps(FAMILY, files=[Attached("MM1/ME1", "voice")])
    night.later(minutes=1)
    with night.store.read() as unit:
        asked = unit.session.scalars(select(ReportAnswer.question).order_by(ReportAnswer.given_at)).all()
    assert asked == ["call", "where"], "a voice message answers what words answer"
    assert len(told(night)) == 3
    assert not night.sent("sms", FAMILY), "they have not chosen texts"


def test_what_comes_a_day_later_waits_and_its_reader_is_asked_once_to_write(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    (code,) = codes(night)
    passes(night, hours=25)
    before = told(night)
    night.accepts("Aigerim")
    night.later(minutes=1)
    assert put(night, code)
    passes(night, hours=3)
    assert told(night)[len(before) :] == [KNOCK], "once, and nothing of what waits"
    assert [one.knocks for one in night.sent("whatsapp", FAMILY)][-1:] == [True]
    assert held(night) == ["text.taken", "reply.asks|ask.fact_birth_date"]
    assert f"{code}: something waits to be told" in staff_told(night)
    (day,) = seen(night, code).days
    assert not day.is_open
    night.whatsapps(FAMILY, "hello")
    night.later(minutes=1)
    news = told(night)[len(before) + 1 :]
    assert news[0].endswith("a person has your message now.")
    assert "born" in news[1]
    assert held(night) == []
    (day,) = seen(night, code).days
    assert day.is_open
    assert not night.sent("sms", FAMILY)


def put(night: Night, code: str) -> bool:
    with night.store.unit("test") as unit:
        return put_question(unit, unit.session.scalars(select(Case.id).where(Case.code == code)).one(), "birth_date")


def test_each_day_that_is_over_has_one_knock(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    passes(night, hours=25)
    night.accepts("Aigerim")
    passes(night, hours=1)
    night.whatsapps(FAMILY, "hello")
    passes(night, hours=25)
    assert put(night, codes(night)[0])
    passes(night, hours=1)
    night.later(minutes=1)
    assert told(night).count(KNOCK) == 2


def test_without_a_template_nobody_is_knocked_at_and_those_who_work_on_it_know(night: Night) -> None:
    night.cannot_knock()
    night.whatsapps(FAMILY, TOOK)
    (code,) = codes(night)
    passes(night, hours=25)
    before = told(night)
    night.accepts("Aigerim")
    night.later(minutes=1)
    assert told(night) == before
    assert "lets nothing through until they write again" in staff_told(night)
    night.whatsapps(FAMILY, "hello")
    night.later(minutes=1)
    assert f"{code}: a person has your message now." in told(night)


def test_what_is_true_no_longer_is_not_told_when_they_write(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    passes(night, hours=25)
    night.accepts("Aigerim")
    night.later(minutes=1)
    with night.store.unit("test") as unit:
        close_case(unit, unit.session.scalars(select(Case.id)).one(), by="test", note="over")
    night.works()
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    assert len(codes(night)) == 2, "what comes after the case was closed is a report of its own"
    assert not [one for one in told(night) if codes(night)[0] in one and "a person has" in one]


def test_a_word_of_the_provider_that_the_day_is_over_counts_more_than_ours(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.accepts("Aigerim")
    night.later(minutes=1)
    taken = night.rows("whatsapp", asks=False)[-1]
    assert taken.template == "text.taken"
    night.told(taken, TABLE[63016].as_report())
    night.later(minutes=1)
    assert held(night) == ["text.taken"]
    assert told(night)[-1] == KNOCK
    night.whatsapps(FAMILY, "hello")
    night.later(minutes=1)
    assert told(night)[-2].endswith("a person has your message now.")
    assert [one.state for one in night.rows("whatsapp", asks=False) if one.id == taken.id] == [DeliveryState.SENT]


def test_after_stop_nothing_leaves_not_even_a_knock_and_after_start_what_was_missed_does(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.whatsapps(FAMILY, "СТОП")
    before = told(night)
    night.accepts("Aigerim")
    passes(night, hours=30)
    assert told(night) == before
    night.whatsapps(FAMILY, "start")
    night.later(minutes=1)
    assert told(night)[-1].endswith("a person has your message now.")


def test_who_blocks_us_there_is_told_of_as_one_who_cannot_be_reached(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.accepts("Aigerim")
    night.later(minutes=1)
    night.told(night.rows("whatsapp", asks=False)[-1], TABLE[63014].as_report())
    night.later(minutes=1)
    assert "can no longer be reached" in night.sent("telegram", AIGERIM)[-1].text


def test_one_number_by_text_and_by_whatsapp_may_be_two_hands_so_nothing_is_joined(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.texts(FAMILY, "hello, what is this?")
    night.later(minutes=1)
    first, second = codes(night)
    assert not [one for one in night.sent("sms", FAMILY) if first in one.text]
    night.accepts("Aigerim", first)
    night.later(minutes=1)
    assert not [one for one in night.sent("sms", FAMILY) if "a person has" in one.text]
    assert first in told(night)[-1]
    assert second not in " ".join(told(night))
    doors = {door for door, _ in seen(night, first).numbers}, {door for door, _ in seen(night, second).numbers}
    assert doors == ({"whatsapp"}, {"sms"})


def test_that_it_is_not_safe_holds_for_the_number_at_every_door(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.texts(FAMILY, "3")
    night.later(minutes=1)
    night.texts(FAMILY, "3")
    before = len(told(night))
    night.accepts("Aigerim", codes(night)[0])
    night.later(minutes=1)
    assert len(told(night)) == before


def test_a_flood_of_texts_whose_senders_are_forged_silences_nobody_here(night: Night) -> None:
    with night.store.unit("test") as unit:
        for _ in range(200):
            assert count_try(unit, key_of(unit, "text_first"), FIRST_REPLIES)
    night.whatsapps(FAMILY, TOOK)
    assert told(night)


def test_who_hides_their_number_is_heard_and_answered_and_shown_without_one(night: Night) -> None:
    night.whatsapps(HIDDEN, "ағамды ұстап кетті, көмектесіңіздерші")
    (code,) = codes(night)
    assert code in told(night, HIDDEN)[0]
    assert seen(night, code).numbers == (("whatsapp", ""),)


def test_the_word_that_erases_says_what_can_be_erased_and_is_no_report(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.whatsapps(FAMILY, "/wipe")
    night.later(minutes=1)
    assert told(night)[-1].startswith("We cannot erase this chat from your phone")
    with night.store.read() as unit:
        assert len(unit.session.scalars(select(ReportMessage.id)).all()) == 1


def test_words_behind_the_one_that_erases_are_kept_and_it_is_answered(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.whatsapps(FAMILY, "/wipe please, they are at the door")
    night.later(minutes=1)
    assert told(night)[-1].startswith("We cannot erase this chat from your phone")
    with night.store.read() as unit:
        assert len(unit.session.scalars(select(ReportMessage.id)).all()) == 2


def test_after_the_word_that_erases_no_promised_time_is_told_until_something_is(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    night.whatsapps(FAMILY, "/wipe")
    night.later(minutes=1)
    promised(night)
    night.later(minutes=1)
    assert not [words for words in told(night) if "be in touch" in words], "the telephone may be in other hands"
    night.whatsapps(FAMILY, "телефон қайтадан өзімде")
    night.later(minutes=1)
    promised(night, hours=4)
    night.later(minutes=1)
    assert len([words for words in told(night) if "be in touch" in words]) == 1


def promised(night: Night, hours: int = 3) -> None:
    """Somebody of the team promises the family a word, in the place of what was promised before."""
    with night.store.unit("test") as unit:
        (case_id,) = unit.session.scalars(select(Case.id)).all()
        standing = promise_of(unit, case_id)
        seen = None if standing is None else standing.id
        promise_update(unit, case_id, unit.now + timedelta(hours=hours), seen=seen)


def test_who_may_be_setting_a_trap_is_not_answered_there_either(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    with night.store.unit("test") as unit:
        assert suspect(unit, unit.session.scalars(select(Case.id)).one())
    before = told(night)
    night.whatsapps(FAMILY, "/wipe")
    night.later(minutes=5)
    assert told(night) == before


def test_where_it_is_not_set_up_what_came_is_heard_and_nothing_is_promised(night: Night) -> None:
    night.sets_up("telegram", "sms")
    with night.store.read() as unit:
        assert not is_set_up(unit, "whatsapp")
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=30)
    assert codes(night)[0] in night.sent("telegram", AIGERIM)[-1].text
    assert told(night) == []
    with night.store.read() as unit:
        assert unit.session.scalars(select(Report.door)).all() == ["whatsapp"]


def test_a_word_that_failed_for_a_moment_waits_for_nobody(night: Night) -> None:
    night.channels["whatsapp"].fail(TemporaryFailure("provider_down"))
    night.whatsapps(FAMILY, TOOK)
    night.later(minutes=1)
    assert codes(night)[0] in told(night)[0]
    night.channels["whatsapp"].fail(PermanentFailure("content_refused"))
    night.accepts("Aigerim")
    night.later(minutes=1)
    assert held(night) == []


def test_what_was_held_while_they_wrote_leaves_a_minute_later(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    passes(night, hours=25)
    night.accepts("Aigerim")
    passes(night, hours=1)
    assert held(night) == ["text.taken"]
    with night.store.unit("test") as unit:  # their word was heard by another worker before this one held the message
        unit.session.execute(update(Chat).where(Chat.door == "whatsapp").values(heard_at=unit.now))
        let_go_what_may_leave(unit)
    night.later(minutes=1)
    assert told(night)[-1].endswith("a person has your message now.")


def test_what_was_held_is_the_same_message_for_a_court(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    passes(night, hours=25)
    night.accepts("Aigerim")
    passes(night, hours=1)
    attest_all(night.store)
    night.whatsapps(FAMILY, "hello")
    night.later(minutes=1)
    assert any(one.endswith("a person has your message now.") for one in told(night))
    assert [str(one) for one in examine(night.store, with_files=False)] == []


def test_a_knock_that_is_refused_is_not_repeated(night: Night) -> None:
    night.whatsapps(FAMILY, TOOK)
    passes(night, hours=25)
    night.accepts("Aigerim")
    passes(night, hours=1)
    knock = next(one for one in night.rows("whatsapp", asks=False) if one.template == "reply.whatsapp_knock")
    night.told(knock, TABLE[63016].as_report())
    night.later(minutes=2)
    assert told(night).count(KNOCK) == 1
