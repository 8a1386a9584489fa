"""Nobody's phone is rung more often than it may be, nor kept silent longer than that takes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy.throttle import PACES, Pace, Rule, may_go, memory
from alerts.policy.waits import CLOCK_SLACK
from alerts.sending.paces import read_pace, write_pace
from contacts.values import ChannelName
from tests.alerts.search import NIGHT

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TICK = timedelta(microseconds=1)
rules = st.builds(Rule, st.integers(1, 6), st.integers(1, 1200).map(lambda count: count * SECOND))
paces = st.lists(rules, max_size=3).map(tuple)
pauses = st.lists(st.integers(0, 400).map(lambda count: count * SECOND), max_size=40)
instants = st.lists(st.integers(-4000, 4000).map(lambda count: NIGHT + count * SECOND), max_size=30)


def busy_night(pauses: list[timedelta], pace: Pace) -> list[datetime]:
    """When messages leave that turn up after these pauses, each waiting until it may."""
    sent, now = list[datetime](), NIGHT
    for pause in pauses:
        now += pause
        now = may_go(now, sent, pace) or now
        sent.append(now)
    return sent


@given(pauses=pauses, pace=paces)
def test_no_window_holds_more_than_its_limit(pauses: list[timedelta], pace: Pace) -> None:
    sent = busy_night(pauses, pace)
    for rule in pace:
        for begin in sent:
            assert sum(begin <= at < begin + rule.window for at in sent) <= rule.limit


@given(pauses=pauses, pace=paces, after=st.integers(0, 1000))
def test_what_waits_could_not_have_gone_a_moment_earlier(pauses: list[timedelta], pace: Pace, after: int) -> None:
    sent = busy_night(pauses, pace)
    now = (sent[-1] if sent else NIGHT) + after * SECOND
    opens_at = may_go(now, sent, pace)
    if opens_at is None:
        return
    assert now < opens_at <= now + memory(pace)
    assert any(sum(opens_at - TICK - rule.window < at <= opens_at - TICK for at in sent) >= rule.limit for rule in pace)


@given(sent=instants, pace=paces, part=st.floats(0, 0.99))
def test_asking_again_gives_the_same_instant_until_it_has_come(sent: list[datetime], pace: Pace, part: float) -> None:
    known = [at for at in sent if at <= NIGHT]
    opens_at = may_go(NIGHT, known, pace)
    if opens_at is not None:
        assert may_go(NIGHT + (opens_at - NIGHT) * part, known, pace) == opens_at
        assert may_go(opens_at, known, pace) is None


@given(sent=instants, pace=paces, more=st.integers(-4000, 30), rule=rules)
def test_another_send_or_another_rule_never_makes_it_earlier(
    sent: list[datetime], pace: Pace, more: int, rule: Rule
) -> None:
    known = [at for at in sent if at <= NIGHT + CLOCK_SLACK]
    opens_at = may_go(NIGHT, known, pace) or NIGHT
    assert (may_go(NIGHT, [*known, NIGHT + more * SECOND], pace) or NIGHT) >= opens_at
    assert (may_go(NIGHT, known, (*pace, rule)) or NIGHT) >= opens_at


@given(sent=instants, pace=paces)
def test_whatever_the_clock_did_it_opens_within_the_longest_window(sent: list[datetime], pace: Pace) -> None:
    opens_at = may_go(NIGHT, sent, pace)
    assert opens_at is None or NIGHT < opens_at <= NIGHT + memory(pace) + CLOCK_SLACK
    assert opens_at == may_go(NIGHT, sent[::-1], pace)


@given(pace=paces, back=st.integers(31, 20_000))
def test_a_clock_set_back_after_a_busy_night_silences_nobody(pace: Pace, back: int) -> None:
    sent = busy_night([timedelta(0)] * 40, pace)
    now = sent[-1] - back * SECOND
    assert may_go(now, sent, pace) is None


@given(pace=paces.filter(bool), back=st.integers(31, 20_000))
def test_until_the_clock_has_caught_up_every_limit_counts_twice(pace: Pace, back: int) -> None:
    before = busy_night([timedelta(0)] * 20, pace)
    sent, now = list(before), before[-1] - back * SECOND
    after = list[datetime]()
    while now + CLOCK_SLACK < before[-1] and len(after) < 100:
        opens_at = may_go(now, sent, pace)
        assert opens_at is None or opens_at <= now + memory(pace)
        if opens_at is None:
            after.append(now)
            sent.append(now)
        now = opens_at or now
    for rule in pace:
        for begin in after:
            assert sum(begin <= at < begin + rule.window for at in after) <= 2 * rule.limit


@given(sent=instants, pace=paces)
def test_what_is_older_than_the_memory_changes_nothing(sent: list[datetime], pace: Pace) -> None:
    remembered = [at for at in sent if at > NIGHT - memory(pace)]
    assert may_go(NIGHT, sent, pace) == may_go(NIGHT, remembered, pace)


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [
        (ChannelName.SMS, [0, 1, 2, 3, 4, 15, 16, 17, 18, 19, 30, 60]),
        (ChannelName.VOICE, [0, 1, 2, 15, 16, 17, 30, 60, 61, 62, 75, 76, 77, 90, 120]),
        (ChannelName.EMAIL, [0, 1, 2, 3]),
        (ChannelName.TELEGRAM, [minute for minute in range(4) for _ in range(10)] + [15]),
    ],
)
def test_the_beat_of_each_channel_on_a_night_that_never_ends(channel: ChannelName, minutes: list[int]) -> None:
    sent = busy_night([timedelta(0)] * len(minutes), PACES[channel])
    assert sent == [NIGHT + minute * MINUTE for minute in minutes]


def test_every_channel_has_a_pace() -> None:
    assert set(PACES) == set(ChannelName)


def test_after_a_quiet_hour_a_burst_is_what_the_rules_allow() -> None:
    sent = [NIGHT + minute * MINUTE for minute in range(5)]
    assert may_go(NIGHT + 5 * MINUTE, sent, PACES["sms"]) == NIGHT + 15 * MINUTE
    assert may_go(NIGHT + 15 * MINUTE, sent, PACES["sms"]) is None


def test_a_send_by_a_clock_a_little_ahead_counts_once_and_one_further_ahead_shows_a_clock_set_back() -> None:
    once = (Rule(1, MINUTE),)
    assert may_go(NIGHT, [NIGHT + 30 * SECOND], once) == NIGHT + 30 * SECOND + MINUTE
    assert may_go(NIGHT, [NIGHT + 31 * SECOND], once) is None
    assert may_go(NIGHT, [NIGHT - SECOND, NIGHT + 31 * SECOND], once) is None  # what went before counts half
    assert may_go(NIGHT, [NIGHT - SECOND, NIGHT - SECOND, NIGHT + 31 * SECOND], once) == NIGHT - SECOND + MINUTE


def test_without_a_rule_everything_goes() -> None:
    assert may_go(NIGHT, [NIGHT] * 1000, ()) is None
    assert memory(()) == timedelta(0)


@pytest.mark.parametrize(("limit", "window"), [(0, MINUTE), (1, timedelta(0))])
def test_a_rule_that_lets_nothing_go_is_refused(limit: int, window: timedelta) -> None:
    with pytest.raises(ValueError, match="a pace"):
        Rule(limit, window)


@given(paces.filter(bool))
def test_a_pace_is_read_back_as_it_was_written(pace: Pace) -> None:
    assert read_pace(write_pace(pace)) == pace
