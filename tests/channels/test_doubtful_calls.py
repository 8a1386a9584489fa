"""Calls of which nobody knows whether they got through: their provider knows, and is asked, or says so unasked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.channels.port import Arrival, RateLimited, Report, TemporaryFailure, UnknownOutcome
from alerts.models import Attempt, DeliveryState

if TYPE_CHECKING:
    from alerts.channels.port import ChannelError
    from alerts.models import Delivery
    from tests.channels.night import Night

NUMBER = "+77000000001"
DOWN = TemporaryFailure("down", "the provider does not answer")
BUSY = RateLimited("busy", "too many calls", retry_after=timedelta(seconds=1))
PHONE_OFF = Report(Arrival.FAILED_TEMPORARY, "phone_off", "the phone is off")


@pytest.fixture(autouse=True)
def alert(night: Night) -> None:
    """Somebody is asked by text, and no answer to the call comes back."""
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", sms=NUMBER)
    night.channels["sms"].lose_answers()
    night.reports("hello")
    night.works()
    assert text(night).state == DeliveryState.UNKNOWN


def text(night: Night) -> Delivery:
    return night.rows("sms", "Aigerim")[0]


@pytest.mark.parametrize("arrival", [Arrival.UNDER_WAY, Arrival.SENT])
def test_what_its_provider_reports_on_is_there_and_is_not_sent_again(night: Night, arrival: Arrival) -> None:
    night.told(text(night), Report(arrival))
    night.later(seconds=30)
    assert len(night.sent("sms")) == 1
    row = text(night)
    assert (row.state, row.due_at) == (DeliveryState.SENT, None)
    assert row.sent_at is not None, "it counts among what its reader was asked lately"


@pytest.mark.parametrize("meanwhile", [DOWN, BUSY])
def test_a_call_that_fails_after_it_leaves_the_doubt_as_it_was(night: Night, meanwhile: ChannelError) -> None:
    night.channels["sms"].fail(meanwhile, meanwhile)  # to the question, and to the call that is made all the same
    night.later(seconds=30)
    assert len(night.sent("sms")) == 1
    assert text(night).state == DeliveryState.SENT


def test_what_arrived_is_forgotten_by_the_provider_although_its_name_was_never_read(night: Night) -> None:
    night.told(text(night), Report(Arrival.DELIVERED), "SM7")
    assert text(night).state == DeliveryState.DELIVERED
    assert night.redacted("sms") == ["SM7"]


def test_what_a_text_said_that_is_sent_again_is_forgotten_each_time(night: Night) -> None:
    night.later(seconds=5)
    names = []
    for report in (PHONE_OFF, Report(Arrival.DELIVERED)):
        names.append(text(night).provider_ref)
        night.told(text(night), report)
        night.later(minutes=1)
    assert len(night.sent("sms")) == len(set(names)) == 2
    assert night.redacted("sms") == names


def test_only_the_last_call_is_asked_about_when_those_before_it_were_reported_on(night: Night) -> None:
    """Otherwise the text that came back would be found, and taken for the one that is missing."""
    night.later(seconds=5)
    night.told(text(night), PHONE_OFF)
    night.channels["sms"].fail(UnknownOutcome("no_answer", "no answer came"))
    night.clock.advance(timedelta(minutes=1))
    night.works()
    assert text(night).state == DeliveryState.UNKNOWN
    night.clock.advance(timedelta(seconds=30))
    (job,) = night.takes_up("sms")
    with night.store.read() as unit:
        began = unit.session.scalars(select(Attempt.began_at).order_by(Attempt.began_at)).all()
    assert job.doubtful_since == began[-2]
