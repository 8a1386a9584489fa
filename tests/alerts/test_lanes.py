"""Lanes never go faster than they may, and hardly slower."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sending.lanes import TICK, admit, close_lane, interval_of
from tests.alerts.search import NIGHT

SECOND = timedelta(seconds=1)
SECONDS = 60
bursts = st.integers(1, 5)
intervals = st.timedeltas(TICK, timedelta(minutes=1))


@given(
    steps=st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(minutes=2)), st.integers(1, 8)), max_size=60),
    interval=intervals,
    burst=bursts,
)
def test_no_window_holds_more_than_it_may(steps: list[tuple[timedelta, int]], interval: timedelta, burst: int) -> None:
    free_at, now, admitted = None, NIGHT, list[datetime]()
    for step, wanted in steps:
        now += step
        given_now = admit(free_at, now, interval, burst, wanted=wanted)
        free_at = given_now.new_free_at
        admitted += [now] * given_now.allowed
    for first, begin in enumerate(admitted):
        for last in range(first, len(admitted)):
            assert (last - first + 1 - burst) * interval <= admitted[last] - begin


@given(interval=intervals, burst=bursts, booked=st.timedeltas(-timedelta(days=1), timedelta(days=1)))
def test_ready_at_is_the_very_instant(interval: timedelta, burst: int, booked: timedelta) -> None:
    admission = admit(NIGHT + booked, NIGHT, interval, burst, wanted=burst + 1)
    assert admission.allowed <= burst
    assert NIGHT < admission.ready_at <= NIGHT + interval
    assert admit(admission.new_free_at, admission.ready_at, interval, burst).allowed == 1
    assert admit(admission.new_free_at, admission.ready_at - TICK, interval, burst).allowed == 0


@given(interval=intervals, burst=bursts, back=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_a_clock_set_back_neither_stops_the_lane_nor_opens_it(interval: timedelta, burst: int, back: timedelta) -> None:
    full = admit(None, NIGHT, interval, burst, wanted=burst)
    after = admit(full.new_free_at, NIGHT - back, interval, burst, wanted=burst)
    assert after.allowed == 0
    assert after.ready_at - (NIGHT - back) <= interval


@given(interval=intervals, burst=bursts, used=bursts, closed=st.timedeltas(timedelta(0), timedelta(minutes=5)))
def test_a_lane_told_to_stay_away_opens_at_that_very_instant(
    interval: timedelta, burst: int, used: int, closed: timedelta
) -> None:
    before = admit(None, NIGHT, interval, burst, wanted=used)
    until = max(NIGHT + closed, before.ready_at)
    free_at = close_lane(before.new_free_at, until, interval, burst)
    for now in (NIGHT, until - TICK):
        refused = admit(free_at, now, interval, burst, longest_closure=timedelta(minutes=5))
        if now < until:
            assert (refused.allowed, refused.ready_at) == (0, until)
    assert admit(free_at, until, interval, burst, wanted=burst, longest_closure=timedelta(minutes=5)).allowed == 1


def test_a_lane_never_used_can_be_closed() -> None:
    free_at = close_lane(None, NIGHT + SECOND, SECOND, 3)
    assert not admit(free_at, NIGHT, SECOND, 3, longest_closure=SECOND).allowed
    assert admit(free_at, NIGHT + SECOND, SECOND, 3, longest_closure=SECOND).allowed


@given(interval=intervals, burst=bursts, wanted=st.integers(1, 8))
def test_many_at_once_are_as_many_as_one_by_one(interval: timedelta, burst: int, wanted: int) -> None:
    free_at, one_by_one = None, 0
    for _ in range(wanted):
        single = admit(free_at, NIGHT, interval, burst)
        free_at, one_by_one = single.new_free_at, one_by_one + single.allowed
    together = admit(None, NIGHT, interval, burst, wanted=wanted)
    assert (together.allowed, together.new_free_at) == (one_by_one, free_at)


@pytest.mark.parametrize(("limit", "burst"), [(30, 1), (30, 2), (20, 3), (1, 1)])
def test_no_second_holds_more_than_the_limit_bursts_included(limit: int, burst: int) -> None:
    sent = saturate(interval_of(limit, burst=burst), burst, late_by=0)
    fullest = max(bisect_right(sent, begin + SECOND) - bisect_left(sent, begin) for begin in sent)
    assert fullest == limit


def test_under_saturation_the_share_used_is_at_least_95_percent_even_if_the_waker_is_late() -> None:
    share = len(saturate(interval_of(30, burst=2), 2, late_by=8)) / (30 * SECONDS)
    assert 0.95 <= share <= 1


def saturate(interval: timedelta, burst: int, *, late_by: float) -> list[datetime]:
    """When messages leave in a minute in which there is always one waiting; the waker is late by milliseconds."""
    jitter = Random(7)  # noqa: S311  not a secret
    now, free_at, sent = NIGHT, None, list[datetime]()
    while now < NIGHT + SECONDS * SECOND:
        admission = admit(free_at, now, interval, burst)
        free_at = admission.new_free_at
        sent += [now] * admission.allowed
        if not admission.allowed:
            now = admission.ready_at + timedelta(milliseconds=jitter.uniform(0, late_by))
    return sent


@pytest.mark.parametrize(("limit", "burst"), [(1, 2), (3, 0)])
def test_a_burst_larger_than_the_limit_is_refused(limit: int, burst: int) -> None:
    with pytest.raises(ValueError, match="burst"):
        interval_of(limit, burst=burst)


@pytest.mark.parametrize(("interval", "burst"), [(timedelta(0), 1), (SECOND, 0)])
def test_a_lane_without_a_pace_is_refused(interval: timedelta, burst: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        admit(None, NIGHT, interval, burst)
