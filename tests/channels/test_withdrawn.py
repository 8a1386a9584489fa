"""What is still to leave when its reader has answered, has left, or is somebody else by now; and who hears instead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.channels.port import PermanentFailure, TemporaryFailure
from alerts.search.acks import Ack, decline_need
from contacts.directory import put_contact
from contacts.leaving import mark_left
from contacts.linking import link_account, make_link_code
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from tests.channels.night import Night

AIGERIM, TIMUR = "101", "102"
NUMBER, OTHER = "+77000000001", "+77000000002"
RELATIVE = "7000001"
DOWN = TemporaryFailure("down", "the provider does not answer")
BLOCKED = PermanentFailure("blocked", "the bot was blocked", recipient_gone=True)
HELLO = "hello"


def test_who_has_said_no_is_not_asked_for_it_by_what_was_held_back_for_their_sake(night: Night) -> None:
    night.policy(coordinator="[telegram, sms]")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    night.helper("Timur", telegram=TIMUR)
    night.reports(HELLO)
    night.works()
    code = night.reports(HELLO)
    night.works()
    assert not [one for one in night.sent("sms", NUMBER) if code in one.text], "one text a minute is enough"
    with night.store.unit("test") as unit:
        assert decline_need(unit, night.need(code).id, night.contact_id("Aigerim")) is Ack.DECLINED
    night.later(minutes=3)
    assert not [one.text for one in night.sent("sms", NUMBER) if code in one.text]


def test_nothing_that_waits_is_sent_to_somebody_who_has_left(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM)
    night.channels["telegram"].fail_at(AIGERIM, DOWN)
    night.tests_before_shift("Aigerim", timedelta(hours=1))
    night.later(seconds=10)
    with night.store.unit("test") as unit:
        mark_left(unit, night.contact_id("Aigerim"))
    night.channels["telegram"].fail_at(AIGERIM, None)
    night.later(minutes=2)
    assert not night.sent("telegram", AIGERIM)


def test_an_account_that_was_left_is_told_nobodys_name(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram=TIMUR)
    code = night.reports(HELLO)
    night.works()
    with night.store.unit("test") as unit:
        link_code = make_link_code(unit, night.contact_id("Aigerim"))
        link_account(unit, find_or_open_chat(unit, "telegram", "199"), link_code)
    night.accepts("Timur", code)
    night.later(seconds=30)
    (shown,) = night.channels["telegram"].screen(AIGERIM)
    assert not shown.keyboard
    assert "no longer needs an answer" in shown.text
    assert "Timur" not in shown.text, "it may be in other hands"


def test_a_number_that_is_theirs_no_longer_hears_nothing_more(night: Night) -> None:
    night.policy(coordinator="[sms, telegram]")
    night.helper("Aigerim", sms=NUMBER)
    night.helper("Timur", telegram=TIMUR)
    code = night.reports(HELLO)
    night.works()
    assert [code in one.text for one in night.sent("sms", NUMBER)] == [True]
    with night.store.unit("test") as unit:
        put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, ("KZ",), ("en",), country="KZ", sms=OTHER))
    night.accepts("Timur", code)
    night.later(minutes=1)
    assert len(night.sent("sms", NUMBER)) == 1


def test_what_a_channel_had_in_hand_when_it_was_taken_away_is_stuck_for_nobody(night: Night) -> None:
    night.policy(coordinator="[sms, telegram], order: in_turn, gap: 4m")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    code = night.reports(HELLO)
    night.dies_after_the_call("sms")
    night.sets_up("telegram")
    night.works()
    assert night.rows("sms", "Aigerim")[0].due_at is None, "no sender of it will ever come"
    assert code in night.sent("telegram", AIGERIM)[0].text


def test_where_who_took_it_reads_no_chat_the_team_hears_that_its_reporter_is_lost(night: Night) -> None:
    night.policy(coordinator="[sms, telegram]")
    night.helper("Aigerim", sms=NUMBER)
    night.helper("Timur", telegram=TIMUR)
    code = night.reports(HELLO)
    night.works()
    night.channels["telegram"].fail_at(RELATIVE, BLOCKED)
    night.accepts("Aigerim", code)
    night.later(seconds=30)
    lost = [one.text for one in night.sent("telegram", TIMUR) if "reporter can no longer be reached" in one.text]
    assert len(lost) == 1
    assert code in lost[0]


def test_channels_that_a_new_policy_leaves_out_do_not_ring_for_what_was_asked_before_it(night: Night) -> None:
    night.policy(coordinator="[telegram, sms], order: in_turn, gap: 2m")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    night.reports(HELLO)
    night.works()
    night.policy(coordinator="[telegram]")
    night.later(minutes=4)
    assert len(night.sent("telegram", AIGERIM)) > 1, "asked anew, by the ladder in force"
    assert not night.sent("sms", NUMBER)
