"""Answers by SMS, by a key in a call and by a link: who can be believed, and who has to confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.answering.answers import answer_key, find_link, settle_answer
from alerts.models import NeedState
from tests.channels.night import newest_attempt

if TYPE_CHECKING:
    from tests.channels.night import Night

AIGERIM, TIMUR = "101", "102"
NUMBER, OTHER = "+77000000001", "+77000000002"
HELLO = "hello"


def number_in(night: Night, to: str = NUMBER) -> int:
    number = next(row.number for row in reversed(night.rows("sms")) if row.number is not None)
    assert number is not None
    assert any(f"{number}A" in one.text for one in night.sent("sms", to))
    return number


@pytest.fixture
def alert(night: Night) -> str:
    night.policy(coordinator="[sms, telegram]")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    code = night.reports(HELLO)
    night.works()
    return code


@pytest.mark.both
def test_a_yes_by_sms_holds_the_ladder_until_it_is_confirmed_in_telegram(night: Night, alert: str) -> None:
    night.texts(NUMBER, f" {number_in(night)} А. ")  # a Cyrillic А, a space, a full stop
    need = night.need(alert)
    assert (need.state, need.held_by) == (NeedState.PAGING, night.contact_id("Aigerim"))
    assert any("confirm" in one.text.lower() for one in night.sent("telegram", AIGERIM))
    night.later(minutes=6)
    assert night.need(alert).round == 1, "nobody else is asked meanwhile"
    night.accepts("Aigerim")
    assert night.need(alert).accepted_by == night.contact_id("Aigerim")


@pytest.mark.both
def test_a_yes_nobody_confirms_lapses_after_ten_minutes_and_cannot_be_said_twice(night: Night, alert: str) -> None:
    number = number_in(night)
    night.texts(NUMBER, f"{number}A")
    night.later(minutes=11)
    need = night.need(alert)
    assert (need.held_by, need.round) == (None, 2)
    night.texts(NUMBER, f"{number}A")
    assert night.need(alert).held_by is None, "who forges it cannot keep everybody waiting"


def test_a_no_by_sms_asks_the_next_at_once(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    code = night.reports(HELLO)
    night.works()
    night.texts(NUMBER, f"{number_in(night)}D")
    assert night.need(code).state == NeedState.EXHAUSTED


def test_a_bare_yes_counts_with_exactly_one_open_alert(night: Night, alert: str) -> None:
    night.texts(NUMBER, "иә")
    assert night.need(alert).held_by is not None
    another = night.reports(HELLO)
    night.later(minutes=2)
    night.texts(NUMBER, "A")
    assert night.need(another).held_by is None
    assert "Which" in night.sent("sms", NUMBER)[-1].text


def test_a_bare_yes_with_an_alert_and_a_test_before_a_shift_open_is_asked_about(night: Night, alert: str) -> None:
    night.tests_before_shift("Aigerim", timedelta(hours=1))
    night.later(seconds=2)
    night.texts(NUMBER, "A")
    night.later(seconds=2)
    assert night.need(alert).held_by is None
    assert not night.is_confirmed("Aigerim")
    assert "Which" in night.sent("sms", NUMBER)[-1].text
    night.accepts("Aigerim")
    night.texts(NUMBER, "A")
    assert night.is_confirmed("Aigerim"), "it is all that is left"


def test_after_the_shift_has_begun_a_bare_yes_is_for_the_alert(night: Night, alert: str) -> None:
    night.tests_before_shift("Aigerim", timedelta(minutes=4))
    night.later(minutes=4)
    night.texts(NUMBER, "A")
    assert night.need(alert).held_by == night.contact_id("Aigerim")
    assert not night.is_confirmed("Aigerim")


def test_a_number_of_somebody_elses_message_is_nobodys(night: Night, alert: str) -> None:
    night.helper("Timur", sms=OTHER)
    number = number_in(night)
    night.texts(OTHER, f"{number}A")
    assert night.need(alert).held_by is None


@pytest.mark.both
def test_nonsense_is_answered_three_times_and_then_no_more(night: Night, alert: str) -> None:
    before = len(night.sent("sms", NUMBER))
    for _ in range(6):
        night.texts(NUMBER, "I am on holiday until Monday")
    night.later(minutes=1)
    assert len(night.sent("sms", NUMBER)) - before == 3
    assert night.need(alert).state == NeedState.PAGING


def test_stop_silences_that_number_only_and_start_brings_it_back(night: Night, alert: str) -> None:
    night.texts(NUMBER, "STOP")
    assert night.is_dead("Aigerim", "sms")
    assert not night.is_dead("Aigerim", "telegram")
    night.texts(NUMBER, "START")
    assert not night.is_dead("Aigerim", "sms")
    assert night.need(alert).state == NeedState.PAGING


def test_what_a_stranger_texts_is_a_report(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.texts("+77000000077", "they took my brother")
    assert night.sent("telegram", AIGERIM)


def test_no_answer_is_promised_where_texts_cannot_be_answered(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aysel", sms="+905550000001")
    night.reports(HELLO)
    night.works()
    (message,) = night.sent("sms")
    assert "Reply" not in message.text
    assert any(button.url for row in message.keyboard for button in row) or "https://panah.example.org" in message.text


@pytest.mark.both
def test_a_key_in_a_call_counts_at_once(night: Night) -> None:
    night.policy(coordinator="[voice]")
    night.helper("Aigerim", voice=NUMBER)
    code = night.reports(HELLO)
    night.works()
    (call,) = night.rows("voice", "Aigerim")
    with night.store.unit("webhook") as unit:
        attempt_id = newest_attempt(unit.session.scalars, call.id)
        again = answer_key(unit, attempt_id, "*")
        assert again is not None
        assert again.asks
        taken = answer_key(unit, attempt_id, "1")
        assert taken is not None
        assert (taken.template, taken.asks) == ("voice.yours", False)
    assert night.need(code).accepted_by == night.contact_id("Aigerim")


def test_a_link_that_is_looked_at_answers_nothing_and_one_that_is_pressed_must_be_confirmed(night: Night) -> None:
    night.policy(coordinator="[email]")
    night.helper("Aigerim", email="aigerim@example.org")
    code = night.reports(HELLO)
    night.works()
    (mail,) = night.sent("email")
    url = next(button.url for row in mail.keyboard for button in row if button.url)
    token = url.rpartition("/")[2]
    with night.store.read() as unit:
        assert find_link(unit, token) is not None
        assert find_link(unit, token[:-2] + "xx") is None
    assert night.need(code).held_by is None
    with night.store.unit("web") as unit:
        link = find_link(unit, token)
        assert link is not None
        settle_answer(unit, link.row, link.contact, accepts=True, proved=False)
    assert night.need(code).held_by == night.contact_id("Aigerim")
