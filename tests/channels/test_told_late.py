"""What a reporter hears late must still be so: a provider that makes us wait does not turn the truth into a lie."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.channels.port import RateLimited, TemporaryFailure
from alerts.search.acks import Ack
from alerts.search.following_up import give_away

if TYPE_CHECKING:
    from tests.channels.night import Night

RELATIVE = "7000001"


@pytest.fixture
def code(night: Night) -> str:
    """A report whose writer Telegram lets us write nothing more to for three minutes; somebody has taken it."""
    night.helper("Aigerim", telegram="101")
    night.helper("Timur", telegram="102")
    night.policy()
    code = night.reports("hello")
    night.later(seconds=2)
    night.channels["telegram"].fail_at(RELATIVE, RateLimited("429", retry_after=timedelta(minutes=3)))
    assert night.takes("Aigerim", code) is Ack.YOURS
    night.later(minutes=1)
    night.channels["telegram"].fail_at(RELATIVE, None)
    assert not told(night, "has taken")
    return code


def told(night: Night, words: str) -> list[str]:
    return [one.text for one in night.sent("telegram", RELATIVE) if words in one.text]


def gives_back(night: Night, name: str, code: str) -> None:
    who = night.contact_id(name)
    with night.store.unit(f"contact:{who}") as unit:
        assert give_away(unit, night.need(code).id, who) is Ack.GIVEN_BACK
    night.works()


def test_that_somebody_has_it_arrives_late_where_it_is_still_so(night: Night, code: str) -> None:
    night.later(minutes=4)
    assert len(told(night, f"taken your report \u2068{code}")) == 1


def test_that_somebody_has_it_never_arrives_when_it_was_given_back_meanwhile(night: Night, code: str) -> None:
    gives_back(night, "Aigerim", code)
    night.later(minutes=4)
    assert not told(night, "has taken")
    night.takes("Timur", code)
    night.later(minutes=1)
    assert len(told(night, "has taken")) == 1, "the next who takes it is told of"


def test_a_machine_that_stood_still_for_days_tries_what_waited_as_long_as_anything(night: Night) -> None:
    night.helper("Aigerim", telegram="101")
    night.policy()
    code = night.reports("hello")
    night.later(seconds=2)
    night.channels["telegram"].fail_at(RELATIVE, TemporaryFailure("down", "no connection"))
    assert night.takes("Aigerim", code) is Ack.YOURS
    night.clock.advance(timedelta(days=3))
    night.works()  # it wakes, and its network is not there yet
    night.channels["telegram"].fail_at(RELATIVE, None)
    night.later(minutes=1)
    assert len(told(night, "has taken")) == 1
