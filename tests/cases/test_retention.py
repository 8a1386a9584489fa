"""What follows for a closed case, decided: never erased while open, kept, or with a remedy; never without a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cases.retention import WARN_BEFORE, Standing, Step, Terms, erased_on, next_step

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TERMS = Terms(timedelta(days=365), timedelta(days=30))
instants = st.none() | st.integers(0, 1000).map(lambda days: NOW - timedelta(days=days))
standings = st.builds(
    Standing,
    closed_at=instants,
    no_case=st.booleans(),
    kept=st.booleans(),
    remedy_open=st.booleans(),
    touched=st.booleans(),
    warned_at=instants,
    confirmed=st.booleans(),
)


@given(standings)
def test_nothing_that_must_stay_is_ever_erased(standing: Standing) -> None:
    if next_step(standing, TERMS, NOW) is Step.ERASE:
        assert standing.closed_at is not None
        assert not standing.kept
        assert not standing.remedy_open
        assert not standing.touched
        assert standing.confirmed or standing.no_case
        assert NOW - standing.closed_at >= (TERMS.no_case if standing.no_case else TERMS.case)
        assert erased_on(standing, TERMS) is not None


@given(standings)
def test_what_has_come_in_opens_it_again_whatever_else_is_so(standing: Standing) -> None:
    step = next_step(standing, TERMS, NOW)
    assert (step is Step.REOPEN) == (standing.closed_at is not None and standing.touched)


@given(standings)
def test_whoever_is_warned_can_still_do_something_about_it(standing: Standing) -> None:
    if next_step(standing, TERMS, NOW) is Step.WARN:
        assert not standing.confirmed
        assert not standing.no_case


def test_a_case_is_warned_of_two_weeks_before_and_monthly_until_somebody_agrees() -> None:
    closed = NOW - timedelta(days=365) + WARN_BEFORE
    standing = Standing(closed_at=closed)
    assert next_step(standing, TERMS, NOW - timedelta(seconds=1)) is Step.NOTHING
    assert next_step(standing, TERMS, NOW) is Step.WARN
    warned = Standing(closed_at=closed, warned_at=NOW)
    assert next_step(warned, TERMS, NOW + timedelta(days=29)) is Step.NOTHING
    assert next_step(warned, TERMS, NOW + timedelta(days=30)) is Step.WARN
    agreed = Standing(closed_at=closed, warned_at=NOW, confirmed=True)
    assert next_step(agreed, TERMS, NOW + timedelta(days=13)) is Step.NOTHING
    assert next_step(agreed, TERMS, NOW + timedelta(days=14)) is Step.ERASE
