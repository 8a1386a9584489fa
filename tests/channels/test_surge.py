"""A flood: a phone stays usable, nothing is dropped, and what belongs to another happening comes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alerts.answering.answers import settle_answer
from alerts.channels.port import PermanentFailure
from alerts.models import Delivery, DeliveryState, NeedState
from alerts.search.acks import accept_need
from alerts.sending.crowd import MOST_TOGETHER
from contacts.models import Contact

if TYPE_CHECKING:
    from tests.channels.night import Night

pytestmark = pytest.mark.heavy

AIGERIM, DANA = "101", "102"
STORM = 24
SINGLY = 10
"""What one phone is asked by Telegram within a minute before the rest is bundled."""


def flood(night: Night, count: int, region: str = "KZ-75") -> list[str]:
    codes = [night.reports(region=region) for _ in range(count)]
    night.works()
    return codes


def test_a_storm_is_told_in_a_few_messages_and_nothing_is_dropped(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    codes = flood(night, STORM)
    night.later(minutes=2, seconds=30)
    texts = [message.text for message in night.sent("telegram", DANA)]
    assert all(any(code in text for text in texts) for code in codes)
    assert len(texts) <= SINGLY + STORM // MOST_TOGETHER + 3


def test_one_tap_takes_everything_a_bundle_names(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    codes = flood(night, SINGLY + 3)
    night.later(seconds=70)
    (bundle,) = [row for row in night.rows("telegram", "Dana") if row.template == "page.bundle"]
    with night.store.unit("test") as unit:
        row = unit.session.get_one(Delivery, bundle.id)
        dana = unit.session.get_one(Contact, night.contact_id("Dana"))
        settle_answer(unit, row, dana, accepts=True, proved=True)
    night.later(seconds=5)
    told = night.sent("telegram", DANA)[-1].text
    accepted = [code for code in codes if night.need(code, "lawyer").state == NeedState.ACCEPTED]
    assert accepted
    assert all(code in told for code in accepted)
    (shown,) = [one for one in night.channels["telegram"].screen(DANA) if "You have taken" in one.text]
    assert all(code in shown.text for code in accepted)
    assert not any("button" in str(row) for row in shown.keyboard)


def test_another_happening_is_heard_of_at_once(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    flood(night, SINGLY + 3, region="KZ-75")
    night.later(seconds=20)
    elsewhere = night.reports(region="KZ-10")
    night.later(seconds=2)
    assert any(elsewhere in message.text for message in night.sent("telegram", DANA))


def test_what_is_taken_meanwhile_is_in_no_bundle(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    night.helper("Erlan", "lawyer", telegram="103")
    codes = flood(night, SINGLY + 3)
    taken = codes[-1]
    with night.store.unit("test") as unit:
        accept_need(unit, night.need(taken, "lawyer").id, night.contact_id("Erlan"))
    night.later(seconds=75)
    bundles = [row for row in night.rows("telegram") if row.template == "page.bundle"]
    assert bundles
    assert not any(taken in message.text for message in night.sent("telegram", DANA) if "NEW CASES" in message.text)


def test_a_bundle_that_cannot_arrive_rings_the_next_channel_for_all_it_names(night: Night) -> None:
    night.policy(lawyer="[telegram]")
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA, sms="+77000000002")
    codes = flood(night, SINGLY + 3)
    night.later(seconds=30)
    night.channels["telegram"].fail_at(DANA, PermanentFailure("blocked", "blocked", recipient_gone=True))
    night.later(minutes=3)
    by_sms = "\n".join(message.text for message in night.sent("sms"))
    waiting = [row for row in night.rows("telegram") if row.state == DeliveryState.BUNDLED]
    assert waiting
    assert all(code in by_sms or "+" in by_sms for code in codes)
