"""Every attempt can be looked at: what was called, what was answered, what was reported, and what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.channels.port import Arrival, PermanentFailure, Report, TemporaryFailure
from alerts.screens.delivery_board import Message, messages, of_case
from cases.models import Case

if TYPE_CHECKING:
    from tests.channels.night import Night

NUMBER = "+77000000001"
WAYS = {"telegram": "101", "sms": NUMBER, "email": "aigerim@example.org"}
GONE = PermanentFailure("number_invalid", "this is not a telephone number", recipient_gone=True)
BUSY = Report(Arrival.FAILED_TEMPORARY, "no_answer", "nobody answered")


def shown(night: Night, code: str | None = None, *, stuck: bool = False) -> list[Message]:
    with night.store.read() as unit:
        case_id = None if code is None else unit.session.scalars(select(Case.id).where(Case.code == code)).one()
        return messages(unit, *([] if case_id is None else [of_case(case_id)]), stuck=stuck)


def test_each_channel_of_a_case_stands_with_its_attempts_and_why_it_failed(night: Night) -> None:
    night.policy(coordinator="[telegram, sms]")
    night.helper("Aigerim", **WAYS)
    night.channels["sms"].fail(GONE)
    code = night.reports("hello")
    night.works()
    found = {one.channel: one for one in shown(night, code)}
    assert {channel: one.state for channel, one in found.items()} == {"telegram": "sent", "sms": "failed_permanent"}
    assert [(one.outcome, one.code) for one in found["telegram"].tried] == [("sent", None)]
    assert found["sms"].why == ("number_invalid", "this is not a telephone number")
    assert found["sms"].contact_id == night.contact_id("Aigerim")
    assert found["sms"].case_code == code


def test_what_a_provider_reports_afterwards_stands_under_its_call(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", **WAYS)
    code = night.reports("hello")
    night.works()
    night.told(night.rows("sms")[0], BUSY)
    (sms,) = [one for one in shown(night, code) if one.channel == "sms"]
    assert [said.arrival for said in sms.tried[0].reported] == ["failed_temporary"]
    assert sms.why == ("no_answer", "nobody answered")
    night.told(night.rows("sms")[0], Report(Arrival.DELIVERED))
    (sms,) = [one for one in shown(night, code) if one.channel == "sms"]
    assert (sms.state, sms.at) == ("delivered", night.clock.now())


def test_a_bundle_is_among_what_each_of_its_cases_asks_for(night: Night) -> None:
    night.policy(coordinator="[sms]")
    night.helper("Aigerim", **WAYS)
    codes = [night.reports("hello") for _ in range(4)]
    night.later(minutes=3)
    bundled = [code for code in codes if any(one.bundle_id is not None for one in shown(night, code))]
    assert bundled, "a night of four"
    found = shown(night, bundled[0])
    (inside,) = {one.bundle_id for one in found} - {None}
    assert inside in {one.id for one in found}


def test_what_is_stuck_is_what_should_have_left(night: Night) -> None:
    night.policy(coordinator="[telegram, sms]")
    night.helper("Aigerim", **WAYS)
    night.channels["sms"].fail(*[TemporaryFailure("down", "the provider does not answer")] * 90)
    night.reports("hello")
    night.works()
    assert shown(night, stuck=True) == []
    night.later(minutes=2)
    (late,) = shown(night, stuck=True)
    assert (late.channel, late.why) == ("sms", ("down", "the provider does not answer"))
    assert len(late.tried) > 3


def test_of_many_the_newest_are_shown_in_their_order(night: Night) -> None:
    night.helper("Aigerim", **WAYS)
    night.reports("hello")
    night.later(minutes=1)
    with night.store.read() as unit:
        everything, some = messages(unit), messages(unit, newest=1)
    assert some == everything[-1:]
