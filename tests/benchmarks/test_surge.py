"""What a surge comes to follows from the program's own rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.sending.limits import TELEGRAM
from benchmarks.surge import SHAPES, limits_on, surge
from contacts.values import ChannelName


@pytest.mark.parametrize("channel", ChannelName)
def test_everybody_is_told_everything_and_nobody_is_rung_out_of_bed_nineteen_times(channel: ChannelName) -> None:
    limits = limits_on(channel)
    told = surge(12, 19, limits)
    assert len(told) == 12
    assert all(0 <= one.first <= one.last for one in told)
    minute = min(rule.limit for rule in limits.pace)
    assert all(one.rings <= minute + 2 for one in told), "what was held back came together"


@pytest.mark.long
def test_one_message_each_is_only_a_matter_of_the_limit() -> None:
    told = surge(*SHAPES[1], TELEGRAM)
    assert all(one.rings == 1 for one in told)
    assert 40 <= max(one.last for one in told) <= 60, "1,300 at about 27 a second"


def test_without_a_throttle_every_alert_rings() -> None:
    told = surge(3, 5, replace(TELEGRAM, pace=()))
    assert [one.rings for one in told] == [5, 5, 5]
