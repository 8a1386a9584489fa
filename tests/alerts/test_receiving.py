"""Receipts come when they like; what a message has come to does not depend on it."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.port import Arrival
from alerts.sending.receiving import Stage, after

stages = st.sampled_from(Stage)
arrivals = st.sampled_from(Arrival)

TABLE = """
                   under way         sent              delivered         read      failed_temporary  failed_permanent
queued             sent              sent              delivered         read      failed_temporary  failed_permanent
sending            sent              sent              delivered         read      failed_temporary  failed_permanent
unknown            sent              sent              delivered         read      failed_temporary  failed_permanent
sent               sent              sent              delivered         read      failed_temporary  failed_permanent
failed_temporary   failed_temporary  failed_temporary  delivered         read      failed_temporary  failed_permanent
cancelled          cancelled         cancelled         delivered         read      cancelled         failed_permanent
delivered          delivered         delivered         delivered         read      delivered         failed_permanent
failed_permanent   failed_permanent  failed_permanent  failed_permanent  read      failed_permanent  failed_permanent
read               read              read              read              read      read              read
bundled            bundled           bundled           bundled           bundled   bundled           bundled
expired            expired           expired           expired           expired   expired           expired
"""


def cells() -> list[tuple[str, Arrival, str]]:
    rows = [line.split() for line in TABLE.strip().splitlines()[1:]]
    return [(state, arrival, to) for state, *row in rows for arrival, to in zip(Arrival, row, strict=True)]


@pytest.mark.parametrize(("state", "arrival", "to"), cells())
def test_every_step_there_is(state: str, arrival: Arrival, to: str) -> None:
    assert after(state, arrival) == to


def test_the_table_is_whole() -> None:
    assert {(state, arrival) for state, arrival, _ in cells()} == {(s, a) for s in Stage for a in Arrival}


@given(
    state=stages,
    ordered=st.lists(arrivals, max_size=6).flatmap(
        lambda heard: st.tuples(st.permutations(heard), st.permutations(heard * 2))
    ),
)
def test_any_order_and_any_repetition_end_in_the_same_stage(
    state: Stage, ordered: tuple[list[Arrival], list[Arrival]]
) -> None:
    once, twice = ordered
    assert reduce(after, once, state) == reduce(after, twice, state)


@given(state=stages, heard=st.lists(arrivals))
def test_what_was_heard_changes_nothing_when_it_is_heard_again(state: Stage, heard: list[Arrival]) -> None:
    end = reduce(after, heard, state)
    assert all(after(end, again) == end for again in heard)


@given(heard=st.lists(arrivals, min_size=1))
def test_nothing_stays_unknown_once_a_provider_has_spoken(heard: list[Arrival]) -> None:
    assert reduce(after, heard, Stage.UNKNOWN) is not Stage.UNKNOWN


@given(heard=st.lists(arrivals))
def test_nothing_that_was_withdrawn_is_tried_again(heard: list[Arrival]) -> None:
    for state in (Stage.CANCELLED, Stage.BUNDLED, Stage.EXPIRED):
        assert reduce(after, heard, state) not in {Stage.QUEUED, Stage.SENDING, Stage.UNKNOWN, Stage.FAILED_TEMPORARY}


def test_a_state_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="lost"):
        after("lost", Arrival.SENT)
