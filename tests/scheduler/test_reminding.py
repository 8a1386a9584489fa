"""When a clock is reminded of. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cases.urgency import Urgency
from scheduler.reminding import LADDERS, LookAgain, Over, Reminder, alarming_from, next_reminder

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACT = "user_action"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def reminders(severity: str, safe_at: datetime, arguable_at: datetime, since: datetime) -> list[datetime]:
    """Every reminder of a clock, as a timer that is never late gets them."""
    rung, now, found = 0, since, []
    for _ in range(20):
        match next_reminder(severity, safe_at, arguable_at, rung, now):
            case Reminder(reached):
                assert reached > rung
                rung = reached
                found.append(now)
            case LookAgain(at):
                assert at > now
                now = at
            case Over():
                return found
    raise AssertionError("it never ends")


def test_a_week_three_days_one_six_hours_and_an_hour_before_and_when_it_is_over() -> None:
    safe_at = NOON + 30 * DAY
    arguable_at = safe_at + 3 * DAY
    heard = reminders(ACT, safe_at, arguable_at, NOON)
    assert [safe_at - at for at in heard] == [7 * DAY, 3 * DAY, DAY, 6 * HOUR, HOUR, 0 * HOUR, -3 * DAY]


def test_our_own_rule_of_a_day_is_said_in_its_first_minute() -> None:
    safe_at = NOON + DAY  # “act within a day”, entered at once
    heard = reminders("operational", safe_at, safe_at, NOON)
    assert [safe_at - at for at in heard] == [DAY, 6 * HOUR, HOUR, 0 * HOUR]
    match next_reminder("operational", safe_at, safe_at, 0, NOON):
        case Reminder(urgency=urgency):
            assert urgency is Urgency.NOW
        case other:
            raise AssertionError(other)


def test_what_the_state_must_do_is_said_six_hours_before_and_our_own_rules_within_a_day() -> None:
    safe_at = NOON + 30 * DAY
    for severity, wanted in (
        ("authority_limit", [6 * HOUR, 0 * HOUR]),
        ("operational", [DAY, 6 * HOUR, HOUR, 0 * HOUR]),
        ("a word of a later release", [7 * DAY, 3 * DAY, DAY, 6 * HOUR, HOUR, 0 * HOUR]),
    ):
        assert [safe_at - at for at in reminders(severity, safe_at, safe_at, NOON)] == wanted


def test_a_moment_that_harms_is_said_as_early_as_what_we_must_do() -> None:
    safe_at = NOON + 30 * DAY
    assert reminders("harm", safe_at, safe_at, NOON) == reminders(ACT, safe_at, safe_at, NOON)


def test_what_is_due_this_afternoon_is_said_now_and_loudly() -> None:
    match next_reminder(ACT, NOON + 4 * HOUR, NOON + 4 * HOUR, 0, NOON):
        case Reminder(rung, urgency, over):
            assert (urgency, over) == (Urgency.NOW, False)
            assert next_reminder(ACT, NOON + 4 * HOUR, NOON + 4 * HOUR, rung, NOON) == LookAgain(NOON + 3 * HOUR)
        case other:
            raise AssertionError(other)


def test_a_day_before_it_is_loud_three_days_before_it_is_soon_and_earlier_it_can_wait() -> None:
    """What is loud rings at night; what can wait is in the chat in the morning."""
    for left, wanted in (
        (DAY, Urgency.NOW),
        (DAY + HOUR, Urgency.SOON),
        (3 * DAY, Urgency.SOON),
        (3 * DAY + HOUR, Urgency.LATER),
    ):
        found = next_reminder(ACT, NOON + left, NOON + left, 0, NOON)
        assert isinstance(found, Reminder)
        assert found.urgency is wanted
    assert alarming_from(NOON) == NOON - DAY


def test_that_a_hearing_has_moved_is_said_at_once_and_then_by_the_ladder() -> None:
    far = NOON + 30 * DAY
    match next_reminder(ACT, far, far, 0, NOON, moved_at=NOON):
        case Reminder(rung, urgency, over):
            assert (rung, urgency, over) == (1, Urgency.SOON, False)
            assert next_reminder(ACT, far, far, rung, NOON, moved_at=NOON) == LookAgain(far - 7 * DAY)
        case other:
            raise AssertionError(other)


def test_a_hearing_that_has_moved_to_tonight_waits_for_no_morning() -> None:
    tonight = NOON + 5 * HOUR
    assert next_reminder(ACT, tonight, tonight, 0, NOON, moved_at=NOON) == Reminder(5, Urgency.NOW)


def test_a_clock_is_over_at_the_very_instant_that_can_be_argued() -> None:
    match next_reminder(ACT, NOON, NOON, 0, NOON):
        case Reminder(over=over):
            assert over
        case other:
            raise AssertionError(other)


def test_a_hearing_that_has_moved_is_loud_once_and_then_as_far_away_as_it_is() -> None:
    far = NOON + 30 * DAY
    week_before = next_reminder(ACT, far, far, 1, far - 7 * DAY, moved_at=NOON)
    assert week_before == Reminder(2, Urgency.LATER)
    missed = next_reminder(ACT, far, far, 0, far - 7 * DAY, moved_at=NOON)
    assert missed == Reminder(2, Urgency.SOON), "nobody has heard of it yet"


def test_after_a_day_off_what_was_missed_comes_as_one() -> None:
    safe_at = NOON + 7 * DAY
    match next_reminder(ACT, safe_at, safe_at, 1, NOON + 8 * DAY):
        case Reminder(rung, urgency, over):
            assert (urgency, over) == (Urgency.NOW, True)
            assert next_reminder(ACT, safe_at, safe_at, rung, NOON + 8 * DAY) == Over()
        case other:
            raise AssertionError(other)


@given(
    st.sampled_from(sorted({*LADDERS, "anything else"})),
    st.timedeltas(timedelta(minutes=-60 * 24 * 40), timedelta(days=400)),
    st.timedeltas(timedelta(0), timedelta(days=10)),
)
def test_every_clock_is_reminded_of_at_its_safe_and_its_arguable_date(
    severity: str, ahead: timedelta, later: timedelta
) -> None:
    safe_at = NOON + ahead
    heard = reminders(severity, safe_at, safe_at + later, NOON)
    assert len(set(heard)) == len(heard), "never twice at once"
    assert heard[-1] == max(safe_at + later, NOON)
    assert safe_at < NOON or safe_at in heard
