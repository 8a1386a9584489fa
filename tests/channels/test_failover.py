"""Whatever single provider is broken, an unanswered alert reaches a human by another channel; the record is true."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.channels.port import (
    Arrival,
    Misconfigured,
    PermanentFailure,
    RateLimited,
    Report,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.messages.outbox import enqueue
from alerts.models import DeliveryState, NeedState
from alerts.search.dismissing import confirm_dismissal
from cases.docket.dismissing import ask_to_dismiss
from cases.models import Case
from contacts.linking import link_account, make_link_code
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from alerts.channels.port import ChannelError
    from tests.channels.night import Night

AIGERIM = "101"
NUMBER = "+77000000001"
ALL = {"telegram": AIGERIM, "sms": NUMBER, "voice": NUMBER, "email": "aigerim@example.org"}
BLOCKED = PermanentFailure("blocked", "the bot was blocked", recipient_gone=True)
DOWN = TemporaryFailure("down", "the provider does not answer")
HELLO = "hello"
"""Words that call for a coordinator only."""


def test_all_channels_of_a_step_ring_at_once(night: Night) -> None:
    night.policy(coordinator="[telegram, sms, voice, email]")
    night.helper("Aigerim", **ALL)
    code = night.reports(HELLO)
    night.works()
    assert all(code in night.sent(channel)[0].text for channel in ("telegram", "sms", "voice", "email"))
    assert night.sent("email")[0].subject == f"Panah {code}"


def test_a_code_and_nothing_else_travels_by_sms_voice_and_mail(night: Night) -> None:
    night.policy(coordinator="[telegram, sms, voice, email]")
    night.helper("Aigerim", **ALL)
    night.reports("they took Erlan from the airport", region="KZ-75")
    night.works()
    said = " ".join(f"{one.subject} {one.text}" for channel in ("sms", "voice", "email") for one in night.sent(channel))
    assert not any(word in said for word in ("Erlan", "airport", "KZ-75", "Aigerim"))
    assert "\u2068" not in night.sent("sms")[0].text + night.sent("voice")[0].text


def test_channels_in_turn_ring_one_gap_after_another_and_none_once_somebody_has_it(night: Night) -> None:
    night.policy(coordinator="[telegram, sms, voice], order: in_turn, gap: 30s")
    night.helper("Aigerim", **ALL)
    night.reports(HELLO)
    night.works()
    assert [len(night.sent(channel)) for channel in ("telegram", "sms", "voice")] == [1, 0, 0]
    night.later(seconds=31)
    assert [len(night.sent(channel)) for channel in ("telegram", "sms", "voice")] == [1, 1, 0]
    night.accepts("Aigerim")
    night.later(seconds=60)
    assert not night.sent("voice")


@pytest.mark.parametrize("broken", ["telegram", "sms", "voice", "email"])
def test_a_dead_address_brings_the_next_channel_in_the_same_second(night: Night, broken: str) -> None:
    others = [channel for channel in ("telegram", "sms", "voice", "email") if channel != broken]
    night.policy(coordinator=f"[{broken}, {others[0]}], order: in_turn, gap: 60s")
    night.helper("Aigerim", **ALL)
    night.channels[broken].fail_at(ALL[broken], BLOCKED)
    began = night.clock.now()
    code = night.reports(HELLO)
    night.works()
    assert code in night.sent(others[0])[0].text
    assert night.clock.now() - began < timedelta(seconds=1)
    assert night.is_dead("Aigerim", broken)
    assert night.rows(broken, "Aigerim")[0].state == DeliveryState.FAILED_PERMANENT


def test_a_channel_the_step_does_not_name_is_the_last_resort(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", **ALL)
    night.channels["telegram"].fail_at(AIGERIM, BLOCKED)
    night.reports(HELLO)
    night.works()
    assert night.sent("sms")
    assert not night.sent("voice")


def test_who_has_no_channel_left_is_not_waited_for(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram="102")
    night.channels["telegram"].fail_at(AIGERIM, BLOCKED)
    night.reports(HELLO)
    night.works()
    assert night.sent("telegram", "102")
    assert any("Aigerim" in one.text for one in night.sent("telegram", "102")), "a coordinator is told of a dead method"


@pytest.mark.parametrize(
    "failure",
    [DOWN, UnknownOutcome("no_answer", "no answer came"), Misconfigured("unauthorized", "the token was revoked")],
)
def test_a_provider_that_is_down_does_not_keep_the_alert(night: Night, failure: ChannelError) -> None:
    night.policy(coordinator="[telegram, sms], order: in_turn, gap: 4m")
    night.helper("Aigerim", **ALL)
    night.channels["telegram"].fail_at(AIGERIM, failure)
    night.reports(HELLO)
    night.later(seconds=40)
    assert night.sent("sms")
    assert not night.is_dead("Aigerim", "telegram"), "a provider's trouble says nothing about an address"
    night.channels["telegram"].fail_at(AIGERIM, None)
    night.later(seconds=60)
    assert night.sent("telegram"), "and what waited leaves when the provider is back"


def test_waiting_for_a_limit_spends_no_try_and_stops_nobody_else(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram="102")
    night.channels["telegram"].fail(RateLimited("429", "slow down", retry_after=timedelta(seconds=20)))
    night.reports(HELLO)
    night.works()
    assert len(night.sent("telegram")) == 1
    night.later(seconds=21)
    assert len(night.sent("telegram")) == 2
    assert {row.tries for row in night.rows("telegram")} == {1}


def test_a_lost_answer_is_asked_about_before_it_is_sent_again(night: Night) -> None:
    night.policy(coordinator="[sms, telegram], order: in_turn, gap: 4m")
    night.helper("Aigerim", **ALL)
    night.channels["sms"].lose_answers()
    night.reports(HELLO)
    night.works()
    assert night.rows("sms", "Aigerim")[0].state == DeliveryState.UNKNOWN
    assert night.sent("telegram"), "nobody knows whether it arrived: the next channel rings at once"
    night.later(seconds=5)
    assert len(night.sent("sms")) == 1, "the provider had it: not sent twice"
    assert night.rows("sms", "Aigerim")[0].state == DeliveryState.SENT


def test_accepted_on_the_first_copy_while_the_second_is_being_sent_both_say_so(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", telegram=AIGERIM)
    night.channels["telegram"].lose_answers()
    night.reports(HELLO)
    night.works()
    (copy,) = night.channels["telegram"].screen(AIGERIM)
    night.clock.advance(timedelta(seconds=2))
    night.presses_during_call("Aigerim", copy.provider_id)
    night.later(seconds=3)
    shown = night.channels["telegram"].screen(AIGERIM)
    assert len(shown) == 2
    assert all("You have taken" in one.text for one in shown), "no button is left for what is hers"


def test_a_call_nobody_takes_is_no_delivery(night: Night) -> None:
    night.policy(coordinator="[voice, sms], order: in_turn, gap: 4m")
    night.helper("Aigerim", **ALL)
    night.reports(HELLO)
    night.works()
    (call,) = night.rows("voice", "Aigerim")
    night.told(call, Report(Arrival.UNDER_WAY))
    night.told(call, Report(Arrival.FAILED_TEMPORARY, "voicemail", "a machine answered"))
    (call,) = night.rows("voice", "Aigerim")
    assert (call.state, call.delivered_at) == (DeliveryState.FAILED_TEMPORARY, None)
    assert night.sent("sms")


def test_reports_in_any_order_end_in_the_same_state_and_a_late_bounce_counts(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    night.helper("Timur", sms="+77000000002")
    night.reports(HELLO)
    night.later(seconds=3)
    first, second = night.rows("sms")
    delivered, sent = Report(Arrival.DELIVERED), Report(Arrival.SENT)
    bounce = Report(Arrival.FAILED_PERMANENT, "30003", "the phone is gone", recipient_gone=True)
    for report in (delivered, sent, delivered, bounce, sent):
        night.told(first, report)
    for report in (bounce, sent, delivered, bounce):
        night.told(second, report)
    assert [row.state for row in night.rows("sms")][:2] == [DeliveryState.FAILED_PERMANENT] * 2
    assert night.is_dead("Aigerim", "sms")


def test_a_report_that_comes_before_the_answer_of_the_call_is_not_lost(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    night.reports(HELLO)
    night.reports_during_call("sms", Report(Arrival.DELIVERED))
    assert night.rows("sms", "Aigerim")[0].state == DeliveryState.DELIVERED


def test_what_an_sms_said_is_forgotten_by_the_provider_once_it_has_arrived(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    night.reports(HELLO)
    night.works()
    (row,) = night.rows("sms", "Aigerim")
    night.told(row, Report(Arrival.DELIVERED))
    assert night.redacted("sms") == [row.provider_ref]


def test_a_channel_that_is_taken_away_hands_its_alerts_to_the_next(night: Night) -> None:
    night.policy(coordinator="[sms, telegram], order: in_turn, gap: 4m")
    night.helper("Aigerim", **ALL)
    night.channels["sms"].fail_at(NUMBER, DOWN)
    night.reports(HELLO)
    night.works()
    night.sets_up("telegram", "voice", "email")
    night.works()
    assert night.sent("telegram")


def test_exhausted_is_loud_on_every_channel(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", **ALL)
    code = night.reports(HELLO)
    night.later(minutes=11)
    for channel in ("telegram", "sms", "voice", "email"):
        assert any("NOBODY" in one.text.upper() and code in one.text for one in night.sent(channel)), channel
    assert night.need(code).state == NeedState.EXHAUSTED


def test_others_hear_by_their_own_channel_that_nothing_is_left_to_do(night: Night) -> None:
    night.policy(coordinator="[telegram, sms]")
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", sms="+77000000002")
    code = night.reports(HELLO)
    night.works()
    night.accepts("Aigerim")
    night.later(minutes=2)
    last = night.sent("sms", "+77000000002")[-1].text
    assert code in last
    assert "Aigerim" not in last


def test_whoever_was_dismissed_is_not_asked_when_the_list_has_run_out_either(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", **ALL)
    night.helper("Dana", "lawyer", telegram="201")
    night.helper("Farida", "lawyer", telegram="202")
    code = night.reports()
    night.works()
    night.takes("Dana", code, "lawyer")
    with night.store.unit("test") as unit:
        case = unit.session.get_one(Case, night.need(code, "lawyer").case_id)
        ask_to_dismiss(unit, case.id)
        confirm_dismissal(unit, case, night.contact_id("Dana"), "in person")
    night.later(seconds=30)
    asked = len(night.sent("telegram", "201"))
    night.later(minutes=15)
    assert night.need(code, "lawyer").state == NeedState.EXHAUSTED
    assert any("NOBODY" in one.text and code in one.text for one in night.sent("telegram", "202"))
    assert not [one.text for one in night.sent("telegram", "201")[asked:] if code in one.text]


def test_what_waits_for_an_account_that_was_left_goes_to_the_new_one_and_not_to_the_old(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM)
    night.channels["telegram"].fail_at(AIGERIM, DOWN)
    code = night.reports(HELLO)
    night.works()
    with night.store.unit("test") as unit:
        code_sent = make_link_code(unit, night.contact_id("Aigerim"))
        link_account(unit, find_or_open_chat(unit, "telegram", "199"), code_sent)
    night.channels["telegram"].fail_at(AIGERIM, None)
    night.later(seconds=30)
    assert not [one.text for one in night.sent("telegram", AIGERIM) if code in one.text], "it may be in other hands"
    assert [code in one.text for one in night.sent("telegram", "199")] == [True]


def test_what_may_have_been_read_each_time_is_not_said_to_a_reporter_every_minute(night: Night) -> None:
    reporter = "7000001"
    with night.store.unit("test") as unit:
        enqueue(unit, find_or_open_chat(unit, "telegram", reporter), "reply.start", language="en")
    night.channels["telegram"].lose_answers(1000)
    night.later(minutes=2)
    assert len(night.sent("telegram", reporter)) == 5, "at first a lost answer is made good at once"
    night.later(hours=6)
    assert len(night.sent("telegram", reporter)) < 15
