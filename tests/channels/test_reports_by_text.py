"""A text from a number nobody knows is a report: people are rung, the sender is answered in few texts or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.channels.port import TemporaryFailure
from alerts.sending.erasing import TIMER as ERASE
from cases.docket.models import Dismissal
from cases.docket.promising import promise_update
from cases.models import Case, Report, ReportAnswer, ReportMessage
from contacts.accounts.throttle import count_try, has_room, key_of
from dialogue.asking import put_question
from dialogue.calling import choose_language, take_call
from dialogue.telling import ALL_TEXTS, FIRST_REPLIES, TO_ONE_NUMBER
from store.chats import Chat, find_chat
from store.timers import Timer
from texts.segments import segments

if TYPE_CHECKING:
    from tests.channels.night import Night

STRANGER = "+77000000077"
AIGERIM = "7000001"
HELPERS = "+77000000001"
TOOK = "they took my brother"


@pytest.fixture(autouse=True)
def aigerim(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM, sms=HELPERS)
    night.helper("Dana", "lawyer", telegram="7000003")


def texted(night: Night, number: str = STRANGER) -> list[str]:
    return [one.text for one in night.sent("sms", number)]


def count(night: Night, table: type[Case | ReportMessage | Report]) -> int:
    with night.store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(table)) or 0


def code(night: Night) -> str:
    with night.store.read() as unit:
        return unit.session.scalars(select(Case.code)).one()


def test_a_text_rings_people_and_is_answered_with_a_code_and_a_question(night: Night) -> None:
    night.texts(STRANGER, "моего брата забрали")
    assert code(night) in night.sent("telegram", AIGERIM)[-1].text
    assert night.sent("telegram", "7000003"), "it speaks of custody, so a lawyer is rung, too"
    (first,) = texted(night)
    assert code(night) in first
    assert "СТОП" in first
    assert "звонить" in first
    night.later(minutes=1)
    night.texts(STRANGER, "2")
    night.later(minutes=1)
    night.texts(STRANGER, "Алматы")
    night.later(minutes=1)
    assert [one.partition("?")[0] for one in texted(night)[1:3]] == ["Где это", "О ком речь"]
    with night.store.read() as unit:
        asked = unit.session.scalars(select(ReportAnswer.question).order_by(ReportAnswer.given_at)).all()
    assert asked == ["call", "where"]


def test_whoever_accepts_the_sender_hears_it_once_and_that_nobody_has_once(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    night.later(minutes=20)
    waiting = [one for one in texted(night) if "nobody has taken it yet" in one]
    assert len(waiting) == 1, "a text costs money, and says no more the second time"
    night.accepts("Aigerim")
    night.later(minutes=1)
    assert texted(night)[-1] == f"{code(night)}: a person has your message now."


def asked_for(night: Night, field: str) -> bool:
    """Somebody of the team presses the button beside it."""
    with night.store.unit("test") as unit:
        return put_question(unit, unit.session.scalars(select(Case.id)).one(), field)


def test_what_a_person_has_asked_comes_as_one_text_and_the_answer_is_added_and_answered_by_none(night: Night) -> None:
    night.texts(STRANGER, "моего брата забрали")
    night.later(minutes=1)
    assert asked_for(night, "birth_date")
    night.later(minutes=1)
    assert "Когда человек родился" in texted(night)[-1]
    assert "могут прочесть чужие" in texted(night)[-1]
    before = len(texted(night))
    night.texts(STRANGER, "2 мая 1987")
    night.later(minutes=1)
    assert count(night, ReportMessage) == 2
    assert len(texted(night)) == before
    with night.store.read() as unit:
        assert unit.session.scalars(select(ReportAnswer.question)).all() == []


def promised(night: Night) -> None:
    """Somebody of the team promises the family a word in three hours."""
    with night.store.unit("test") as unit:
        promise_update(unit, unit.session.scalars(select(Case.id)).one(), unit.now + timedelta(hours=3), seen=None)
    night.later(minutes=1)


def test_by_when_they_hear_from_us_comes_as_one_text(night: Night) -> None:
    night.texts(STRANGER, "моего брата забрали")
    night.later(minutes=1)
    promised(night)
    assert texted(night)[-1].startswith(f"{code(night)}: даже без новостей мы намерены связаться с вами не позже: ")
    assert segments(texted(night)[-1]) <= 2


def test_who_said_that_it_is_not_safe_is_texted_no_promise(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    night.later(minutes=1)
    night.texts(STRANGER, "3")
    night.later(minutes=1)
    before = texted(night)
    promised(night)
    assert texted(night) == before


def test_who_said_that_it_is_not_safe_is_asked_nothing_by_text(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    night.later(minutes=1)
    night.texts(STRANGER, "3")
    night.later(minutes=1)
    before = len(texted(night))
    assert not asked_for(night, "birth_date")
    night.later(minutes=1)
    assert len(texted(night)) == before


@pytest.mark.parametrize("number", ["+905550000077", "+493000000077", "PANAH"])
def test_where_texts_go_one_way_only_nothing_is_sent_back_and_people_are_rung_all_the_same(
    night: Night, number: str
) -> None:
    night.texts(number, TOOK)
    night.later(minutes=6)
    assert night.sent("telegram", AIGERIM)
    assert not texted(night, number)


def test_after_stop_nothing_is_texted_and_everything_is_heard(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    night.later(minutes=1)
    before = len(texted(night))
    night.texts(STRANGER, "STOP")
    night.texts(STRANGER, "he has asthma")
    night.accepts("Aigerim")
    night.later(minutes=1)
    assert len(texted(night)) == before
    assert count(night, ReportMessage) == 3
    night.texts(STRANGER, "START")
    assert texted(night)[-1].endswith("a person has your message now."), "what was missed is told"


def test_after_it_is_not_safe_nothing_is_texted_not_even_that_somebody_has_it(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    night.later(minutes=1)
    before = len(texted(night))
    night.texts(STRANGER, "3")
    night.later(minutes=3)
    night.texts(STRANGER, "he has asthma")
    night.later(minutes=20)
    night.accepts("Aigerim")
    night.later(minutes=1)
    assert len(texted(night)) == before
    assert count(night, ReportMessage) == 3
    night.texts(STRANGER, "START")
    assert texted(night)[-1].endswith("a person has your message now."), "whoever texts it says that texts are safe"


def test_what_waits_for_a_number_that_is_not_safe_is_withdrawn(night: Night) -> None:
    night.channels["sms"].fail_at(STRANGER, TemporaryFailure("phone_off", "the phone is off"))
    night.texts(STRANGER, TOOK)
    night.texts(STRANGER, "3")
    night.channels["sms"].fail_at(STRANGER, None)
    night.later(minutes=20)
    assert not texted(night)


def test_a_flood_from_one_number_is_kept_whole_and_costs_four_texts(night: Night) -> None:
    night.texts(STRANGER, "hello, are you there?")
    night.accepts("Aigerim")
    for number in range(12):
        night.texts(STRANGER, f"and another thing, {number}")
        night.clock.advance(timedelta(minutes=3))
    night.works()
    assert count(night, ReportMessage) == 13
    assert count(night, Case) == 1
    answers = [one for one in texted(night) if "a person has your message" not in one]
    assert len(answers) == 4


def test_a_flood_from_many_numbers_is_kept_whole_and_answered_only_so_often(night: Night) -> None:
    with night.store.unit("test") as unit:
        for _ in range(FIRST_REPLIES.tries - 1):
            count_try(unit, key_of(unit, "text_first"), FIRST_REPLIES)
    for number in range(4):
        night.texts(f"+770000007{number:02}", "hello, are you there?")
    assert count(night, Case) == 4
    assert [one.address for one in night.sent("sms") if one.text.startswith("We have")] == ["+77000000700"]
    night.clock.advance(FIRST_REPLIES.within)
    night.texts("+77000000799", "hello, are you there?")
    assert texted(night, "+77000000799"), "an hour later others are answered again"


def test_all_that_is_texted_has_one_limit_and_that_somebody_has_it_is_told_beyond_it(night: Night) -> None:
    night.texts(STRANGER, "hello, are you there?")
    with night.store.unit("test") as unit:
        for _ in range(ALL_TEXTS.tries):
            count_try(unit, key_of(unit, "text_out"), ALL_TEXTS)
    night.texts(STRANGER, "2")
    night.later(minutes=20)
    assert len(texted(night)) == 1, "nothing is asked, and nothing said of waiting"
    night.accepts("Aigerim")
    assert texted(night)[-1].endswith("a person has your message now.")


def test_who_was_not_answered_in_a_flood_hears_only_that_somebody_has_it_and_is_answered_when_it_is_over(
    night: Night,
) -> None:
    with night.store.unit("test") as unit:
        for _ in range(FIRST_REPLIES.tries):
            count_try(unit, key_of(unit, "text_first"), FIRST_REPLIES)
    night.texts(STRANGER, "hello, are you there?")
    night.later(minutes=20)
    assert not texted(night), "“nobody has taken it yet” would be the first they hear of us"
    night.accepts("Aigerim")
    assert [one.endswith("a person has your message now.") for one in texted(night)] == [True]
    night.clock.advance(FIRST_REPLIES.within)
    night.texts(STRANGER, "they took my brother")
    assert texted(night)[-1].startswith("We have your message"), texted(night)


def test_what_was_told_before_uses_up_no_text_and_taken_is_told_to_whoever_had_all_of_theirs(night: Night) -> None:
    night.texts(STRANGER, "hello, are you there?")
    night.later(hours=2)  # “nobody has taken it yet” is said once, and decided on again and again
    with night.store.unit("test") as unit:
        chat = find_chat(unit, "sms", STRANGER)
        assert chat is not None
        room = [has_room(unit, key_of(unit, "text_to", chat.id), replace(TO_ONE_NUMBER, tries=left)) for left in (2, 3)]
        assert room == [False, True], "two texts have left, and no more were counted"
        for _ in range(TO_ONE_NUMBER.tries):
            count_try(unit, key_of(unit, "text_to", chat.id), TO_ONE_NUMBER)
    night.accepts("Aigerim")
    assert texted(night)[-1].endswith("a person has your message now.")


def test_a_helper_who_is_taken_is_heard_and_a_reply_code_stays_one(night: Night) -> None:
    night.texts(HELPERS, "police at my door, they are taking me")
    assert count(night, Case) == 1
    assert code(night) in texted(night, HELPERS)[0]
    assert night.sent("telegram", "7000003")
    night.texts(HELPERS, "on holiday until Monday")
    assert count(night, ReportMessage) == 2, "what they add belongs to it"


def test_a_helper_reports_somebody_else_by_text_each_as_a_case_of_their_own(night: Night) -> None:
    night.texts(HELPERS, "Report: a family wants to talk to us")
    night.texts(HELPERS, "report a second one, another street")
    assert count(night, Case) == 2
    night.texts(HELPERS, "what?")
    with night.store.read() as unit:
        chat = find_chat(unit, "sms", HELPERS)
        assert chat is not None
        assert chat.case_id is not None


def test_what_a_helper_reports_by_text_is_not_put_with_what_they_reported_by_telephone(night: Night) -> None:
    with night.store.unit("test") as unit:
        call = take_call(unit, "CA" + "0" * 32, HELPERS, "en")
        choose_language(unit, call, "en", chosen=True)
    night.works()
    assert count(night, Case) == 1
    night.texts(HELPERS, "report they took Askar at the market")
    night.texts(HELPERS, "report a second man at the border")
    assert count(night, Case) == 3


def test_an_answer_nobody_understands_is_not_filed_in_what_a_helper_reported_days_ago(night: Night) -> None:
    night.texts(HELPERS, "report: a family wants to talk to us")
    night.clock.advance(timedelta(days=2))
    night.works()
    before = count(night, ReportMessage)
    night.texts(HELPERS, "ok ok I am coming")
    assert count(night, ReportMessage) == before
    assert night.rows("sms", asks=False)[-1].template == "sms.unclear"
    night.texts(HELPERS, "police at my door, they are taking me")
    assert count(night, Case) == 2, "and this is another matter"


def test_who_answers_in_words_while_they_are_reporting_hears_that_it_was_no_answer(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.texts(HELPERS, "police at my door, they are taking me")
    night.reports("hello, are you there?")
    night.works()
    assert night.rows("sms", "Aigerim")
    before = count(night, ReportMessage)
    night.texts(HELPERS, "ok ok I am coming")
    assert count(night, ReportMessage) == before + 1, "it may be said of themselves, so it is kept"
    assert night.rows("sms", asks=False)[-1].template == "sms.unclear"


def test_a_text_cannot_be_taken_back_so_nobody_tries_to(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    assert texted(night)
    with night.store.read() as unit:
        assert not unit.session.scalars(select(Timer.id).where(Timer.kind == ERASE)).all()


def test_numbers_are_nowhere_in_the_clear(night: Night) -> None:
    night.texts(STRANGER, TOOK)
    with night.store.read() as unit:
        rows = unit.session.execute(select(Chat.address, Chat.address_index).where(Chat.door == "sms")).all()
    assert all(STRANGER.encode() not in bytes(part) for row in rows for part in row)


def test_what_comes_by_whatsapp_is_heard_and_not_answered_by_a_text(night: Night) -> None:
    night.texts(f"whatsapp:{STRANGER}", TOOK)
    assert code(night) in night.sent("telegram", AIGERIM)[-1].text
    night.later(minutes=20)
    assert not night.sent("sms", f"whatsapp:{STRANGER}")
    assert not texted(night), "they wrote to us by another way, which others cannot read"


def test_that_the_lawyer_is_no_longer_wanted_is_heard_by_text_and_not_answered(night: Night) -> None:
    """Others can read texts: none says what somebody has just asked for."""
    night.texts(STRANGER, TOOK)
    night.later(minutes=3)
    night.texts(STRANGER, "The lawyer is no longer wanted.")
    with night.store.read() as unit:
        assert unit.session.scalars(select(Dismissal)).one().answered_at is None
    assert not [one for one in texted(night) if "lawyer" in one]
    assert "Somebody asked that the lawyer be dismissed" in night.sent("telegram", AIGERIM)[-1].text
