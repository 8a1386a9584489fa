"""Nights of which teams ask first: a raid, a rule made too late, an hour without a provider, a process that dies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.channels.port import RateLimited, TemporaryFailure
from alerts.models import DeliveryState, NeedState
from alerts.sending.crowd import MOST_TOGETHER

if TYPE_CHECKING:
    from tests.channels.night import Night

pytestmark = pytest.mark.heavy

AIGERIM = "101"
NUMBER = "+77000000001"
HELLO = "hello"
"""Words that call for a coordinator only."""
SINGLY = 10
"""What one phone is asked by Telegram within a minute before the rest is bundled."""
DOWN = TemporaryFailure("down", "the provider does not answer")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_three_hundred_alerts_in_one_instant_are_all_told_and_a_phone_stays_usable(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.policy()
    codes = [night.reports(HELLO, region="KZ-75") for _ in range(300)]
    night.later(minutes=3)
    texts = [message.text for message in night.sent("telegram", AIGERIM)]
    assert all(any(code in text for text in texts) for code in codes)
    assert len(texts) <= 3 * SINGLY + 300 // MOST_TOGETHER


@pytest.mark.long
@pytest.mark.timeout(600)
def test_seventeen_people_are_taken_and_sixty_recipients_hear_of_every_one(night: Night) -> None:
    night.policy()
    names = {f"Helper {place}": str(1000 + place) for place in range(60)}
    for name, address in names.items():
        night.helper(name, telegram=address)
    codes = [night.reports(HELLO, region="KZ-75") for _ in range(17)]
    night.later(seconds=75)
    for address in names.values():
        texts = [message.text for message in night.sent("telegram", address)]
        assert all(any(code in text for text in texts) for code in codes)
        assert len(texts) <= SINGLY + 2, "seventeen alerts are at most twelve messages"
    takers = list(names)[: len(codes)]
    for name, code in zip(takers, codes, strict=True):
        night.accepts(name, code)
    assert [night.need(code).accepted_by for code in codes] == [night.contact_id(name) for name in takers]


def test_a_rule_added_late_rings_for_what_is_already_sought(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    code = night.reports(HELLO)
    night.works()
    assert not night.sent("sms")
    night.policy(coordinator="[telegram, sms]")
    night.works()
    assert code in night.sent("sms")[-1].text


def test_somebody_entered_late_is_rung_for_what_nobody_could_be_asked_before(night: Night) -> None:
    night.policy(coordinator="[sms]")
    code = night.reports(HELLO)
    night.later(minutes=3)
    assert night.need(code).state == NeedState.EXHAUSTED
    night.helper("Aigerim", sms=NUMBER)
    night.later(minutes=10)
    assert any(code in message.text for message in night.sent("sms", NUMBER))


def test_an_empty_text_answers_nothing_and_a_strangers_is_a_report(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    code = night.reports(HELLO)
    night.works()
    night.texts(NUMBER, "")
    need = night.need(code)
    assert (need.state, need.held_by) == (NeedState.PAGING, None)
    assert "A" in night.sent("sms", NUMBER)[-1].text
    before = len(night.sent("sms", NUMBER))
    night.texts("+77000000077", "")
    night.later(minutes=2)
    assert len(night.sent("sms", NUMBER)) > before, "whoever sends us nothing may be unable to write more"


def test_a_reply_that_ends_in_a_space_is_a_reply(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    code = night.reports(HELLO)
    night.works()
    (row,) = night.rows("sms", "Aigerim")
    night.texts(NUMBER, f"{row.number}A ")
    assert night.need(code).held_by == night.contact_id("Aigerim")


def test_killed_between_call_and_commit_a_page_is_sent_again_where_nobody_can_say_and_not_where_one_can(
    night: Night,
) -> None:
    night.policy(coordinator="[telegram, sms]")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    night.reports(HELLO)
    night.dies_after_the_call("telegram", "sms")
    night.later(seconds=40)
    assert len(night.sent("telegram", AIGERIM)) == 2, "a duplicate beats silence"
    assert len(night.sent("sms", NUMBER)) == 1, "the provider could be asked, and had it"
    assert {row.state for channel in ("telegram", "sms") for row in night.rows(channel)} == {DeliveryState.SENT}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_an_hour_without_telegram_is_a_night_of_text_messages_and_nothing_is_lost(night: Night) -> None:
    night.policy(coordinator="[telegram, sms], order: in_turn, gap: 60s")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    night.channels["telegram"].fail_at(AIGERIM, DOWN)
    codes = [night.reports(HELLO)]
    night.later(minutes=30)
    codes.append(night.reports(HELLO))
    night.later(minutes=30)
    assert not night.sent("telegram", AIGERIM)
    by_sms = "\n".join(message.text for message in night.sent("sms", NUMBER))
    assert all(code in by_sms for code in codes)
    night.channels["telegram"].fail_at(AIGERIM, None)
    night.later(minutes=10)
    by_telegram = "\n".join(message.text for message in night.sent("telegram", AIGERIM))
    assert all(code in by_telegram for code in codes)
    assert not night.is_dead("Aigerim", "telegram")


def test_a_storm_of_limits_is_waited_out_spends_no_try_and_reaches_everybody(night: Night) -> None:
    addresses = [str(1000 + place) for place in range(8)]
    for place, address in enumerate(addresses):
        night.helper(f"Helper {place}", telegram=address)
    slower = [RateLimited("429", "slow down", retry_after=timedelta(seconds=2 + place)) for place in range(12)]
    night.channels["telegram"].fail(*slower)
    code = night.reports(HELLO)
    night.later(minutes=3)
    assert all(any(code in message.text for message in night.sent("telegram", address)) for address in addresses)
    assert {row.tries for row in night.rows("telegram")} == {1}
