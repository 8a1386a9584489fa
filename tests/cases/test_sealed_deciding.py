"""When a sealed file opens: two sources or a silence that was looked into, two people, and the time to object."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from cases.sealed.deciding import (
    MAY_OPEN,
    Standing,
    counts,
    is_approved,
    is_triggered,
    may_be_approved,
    opens_at,
    opens_now,
)
from store.base import new_id
from tests.conftest import START

DELAY, MOMENT = timedelta(minutes=30), timedelta(microseconds=1)
ONE, TWO = frozenset({new_id()}), frozenset({new_id(), new_id()})
AGREED = Standing(origins=frozenset({"aunt", "friend"}), approvers=TWO, approved_at=START)


def test_a_source_counts_unless_anything_speaks_against_it() -> None:
    for dropped, answered, hostile in itertools.product((False, True), repeat=3):
        stands = counts(dropped=dropped, answered=answered, hostile=hostile)
        assert stands == ((dropped, answered, hostile) == (False, False, False))


def test_two_sources_or_one_silence_that_was_looked_into() -> None:
    said = [frozenset(names) for names in ((), ("aunt",), ("aunt", "friend"), ("aunt", "friend", "lawyer"))]
    assert [is_triggered(Standing(origins=one)) for one in said] == [False, False, True, True]
    assert is_triggered(Standing(missed=True))


def test_what_was_withdrawn_or_is_open_already_is_nothing_to_agree_to() -> None:
    assert may_be_approved(AGREED)
    for closed in (
        replace(AGREED, withdrawn=True),
        replace(AGREED, opened=True),
        replace(AGREED, origins=frozenset({"aunt"})),
    ):
        assert not may_be_approved(closed)
        assert not is_approved(closed)
        assert opens_at(closed, DELAY) is None


def test_two_people_agree_and_one_is_not_enough() -> None:
    assert [is_approved(replace(AGREED, approvers=who)) for who in (frozenset(), ONE, TWO, ONE | TWO)] == [
        False,
        False,
        True,
        True,
    ]
    assert {"coordinator", "lawyer"} == MAY_OPEN


@pytest.mark.parametrize(("after", "opens"), [(DELAY - MOMENT, False), (DELAY, True), (DELAY + MOMENT, True)])
def test_it_opens_when_the_time_to_object_is_over_and_not_a_moment_before(after: timedelta, opens: bool) -> None:
    assert opens_at(AGREED, DELAY) == START + DELAY
    assert opens_now(AGREED, DELAY, START + after) is opens
    for never in (replace(AGREED, approvers=ONE), replace(AGREED, approved_at=None)):
        assert opens_at(never, DELAY) is None
        assert opens_now(never, DELAY, START + after) is False
