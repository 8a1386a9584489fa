"""Two dates from one rule: what the law's words become on a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from law.counting import Clock, Moment, count, explain
from law.errors import RulingDateNeededError
from law.rules import Extension, Period, Rule, Unit
from law.shipped import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

ALMATY = ZoneInfo("Asia/Almaty")
BOOK = load_rules()


def at(text: str, zone: ZoneInfo = ALMATY) -> Moment:
    return Moment(at=datetime.fromisoformat(text).replace(tzinfo=zone))


def on(text: str) -> Moment:
    return Moment(on=date.fromisoformat(text))


def clock(
    rule: str | Rule,
    trigger: Moment | None,
    *,
    zone: ZoneInfo = ALMATY,
    ends: str | None = None,
    safe_trigger: Moment | None = None,
    works: Mapping[date, bool] | None = None,
) -> Clock:
    counted = BOOK.rule(rule) if isinstance(rule, str) else rule
    calendar = BOOK.calendar(counted).with_overrides(works or {})
    day = None if ends is None else date.fromisoformat(ends)
    return count(counted, trigger, zone=zone, calendar=calendar, ends=day, safe_trigger=safe_trigger)


def local(instant: datetime, zone: ZoneInfo = ALMATY) -> str:
    return instant.astimezone(zone).isoformat(timespec="minutes")


def keys(clock: Clock) -> list[str]:
    return [line.key for line in clock.why]


def like(rule: str, **changes: object) -> Rule:
    return replace(BOOK.rule(rule), **changes)  # type: ignore[arg-type]  # the tests name real fields


# What has to hold, whatever else changes


def test_forty_days_of_custody_run_through_the_change_of_the_clock() -> None:
    forty = clock("kz.cpc.extr.provisional_40d", at("2024-02-15T21:50"))
    assert forty.safe_on == date(2024, 3, 26)
    assert local(forty.safe_at) == "2024-03-26T20:50+05:00"
    assert forty.arguable_at == forty.safe_at
    assert "clock_changed" in keys(forty)


def test_twelve_months_end_on_the_same_date() -> None:
    year = clock("kz.cpc.extr.arrest_12m", at("2024-02-15T21:50"))
    assert year.safe_on == date(2025, 2, 15)
    assert local(year.safe_at) == "2025-02-15T20:50+05:00"  # by the clock of the arrest
    assert local(year.arguable_at) == "2025-02-15T21:50+05:00"  # by the clock of the release


def test_a_refusal_may_be_contested_for_months_but_not_safely() -> None:
    complaint = clock("kz.refugee.refusal_complaint_3m", on("2024-09-13"))
    assert complaint.safe_on == date(2024, 9, 23)
    assert complaint.arguable_on == date(2024, 12, 13)


def test_the_month_to_leave_is_shorter_than_the_time_to_complain() -> None:
    leave = clock("kz.refugee.leave_1m", on("2024-09-13"))
    assert leave.safe_on == date(2024, 10, 13)
    assert "no_such_day" not in keys(leave)


def test_forty_days_again() -> None:
    assert clock("kz.cpc.extr.provisional_40d", at("2025-08-31T13:00")).safe_on == date(2025, 10, 10)


def test_ten_days_that_end_on_a_sunday_are_argued_until_monday_only() -> None:
    appeal = clock("kz.cpc.extr.decision_appeal_10d", on("2026-01-29"))
    assert date(2026, 2, 8).strftime("%A") == "Sunday"
    assert appeal.arguable_on == date(2026, 2, 9)
    assert appeal.safe_on == date(2026, 2, 5)


def test_three_days_from_a_ruling_in_the_night() -> None:
    appeal = clock("kz.cpc.custody_appeal_3d", at("2025-11-21T23:00"))
    assert appeal.safe_on == date(2025, 11, 24)
    assert local(appeal.safe_at) == "2025-11-24T23:00+05:00"


# Hours and days that run without a break


def test_hours_of_detention_run_through_nights_weekends_and_the_change_of_the_clock() -> None:
    held = clock("kz.coao.detention.48h_migration_border", at("2024-02-28T22:00"))
    assert local(held.safe_at) == "2024-03-01T21:00+05:00"


def test_the_hour_in_which_a_period_of_hours_begins_is_left_out_for_the_arguable_date_alone() -> None:
    sent = clock("kz.cpc.extr.forward_24h", at("2026-03-02T10:20"))
    assert local(sent.safe_at) == "2026-03-03T10:20+05:00"
    assert local(sent.arguable_at) == "2026-03-03T11:00+05:00"


def test_of_a_day_without_an_hour_the_first_minute_is_safe_and_the_last_arguable() -> None:
    held = clock("kz.cpc.extr.detention_72h", on("2026-03-02"))
    assert local(held.safe_at) == "2026-03-05T00:00+05:00"
    assert local(held.arguable_at) == "2026-03-05T23:59+05:00"
    assert "trigger_day" in [line.key for line in held.doubts]


# Days of the calendar


def test_the_first_day_is_left_out_and_the_last_one_counts_to_its_end() -> None:
    file = clock(
        "kz.cpc.extr.pg_file_10d", at("2026-03-02T00:05")
    )  # posting is enough, so that the day has its evening
    assert local(file.safe_at) == "2026-03-12T23:59+05:00"


def test_where_nobody_knows_whether_the_first_day_counts_it_does_for_safety_alone() -> None:
    apply = clock("kz.refugee.apply_5d", at("2026-03-02T00:05"))
    # Counted, the five days are 2, 3, 4, 5 and 6 March, and what is received counts, so until an office closes.
    # Left out, they are 3 to 7 March.
    assert local(apply.safe_at) == "2026-03-06T18:00+05:00"
    assert local(apply.arguable_at) == "2026-03-07T23:59+05:00"
    assert {"first_day_perhaps_included", "first_day_perhaps_excluded"} <= {line.key for line in apply.doubts}


@pytest.mark.parametrize(
    ("rule", "safe_on", "arguable_on"),
    [
        ("kz.refugee.detained_notify_1d", "2026-03-02", "2026-03-03"),  # one day: the very day, or the next
        ("kz.refugee.register_2d", "2026-03-03", "2026-03-04"),
        ("tr.lfip.removal_appeal_7d", "2026-03-06", "2026-03-09"),  # safe by its own five days, of which the 2nd is one
        ("tr.lfip.court_15d", "2026-03-16", "2026-03-17"),
        ("uz.cpc.extr.appeal_20d", "2026-03-11", "2026-03-22"),  # safe by its own ten days
        ("intl.wgad.reply_60d", "2026-04-30", "2026-05-01"),
    ],
)
def test_a_doubtful_first_day_never_makes_a_safe_date_late(rule: str, safe_on: str, arguable_on: str) -> None:
    counted = clock(rule, on("2026-03-02"))
    assert (str(counted.safe_on), str(counted.arguable_on)) == (safe_on, arguable_on)


def test_a_law_that_counts_the_first_day_ends_a_day_earlier() -> None:
    rule = BOOK.rule("kz.refugee.apply_5d")
    counts = replace(rule, counting=replace(rule.counting, first_day="included"))
    both = clock(counts, on("2026-03-02"))
    assert both.safe_on == both.arguable_on == date(2026, 3, 6)


def test_a_short_time_from_an_evening_is_over_at_once_and_not_before() -> None:
    told = clock("kz.refugee.detained_notify_1d", at("2026-03-02T21:00"))  # its day counts, and offices have closed
    assert local(told.safe_at) == "2026-03-02T21:00+05:00"


def test_the_day_is_that_of_the_place_not_of_utc() -> None:
    just_after_midnight = Moment(at=datetime(2026, 3, 2, 19, 5, tzinfo=UTC))  # 00:05 on the 3rd in Almaty
    assert clock("kz.refugee.apply_5d", just_after_midnight).safe_on == date(2026, 3, 7)  # 3, 4, 5, 6, 7


# When offices close


def test_what_must_be_received_or_done_at_the_office_is_safe_until_it_closes() -> None:
    appeal = clock("kz.coao.expulsion.appeal_10d", on("2026-03-02"))  # receipt counts
    assert local(appeal.safe_at) == "2026-03-12T18:00+05:00"
    claim = clock("kz.refugee.court_claim_1m", on("2026-03-02"))  # posted is in time, but some things are done there
    assert local(claim.safe_at) == "2026-03-12T18:00+05:00"
    assert "safe only until then" in explain(claim)
    assert local(claim.arguable_at) == "2026-04-02T23:59+05:00"
    custody = clock("kz.cpc.extr.pg_file_10d", on("2026-03-02"))  # posted is in time, wherever
    assert local(custody.safe_at) == "2026-03-12T23:59+05:00"
    assert "closes_with_office" not in keys(custody)


def test_an_office_may_close_at_another_hour() -> None:
    rule = BOOK.rule("kz.coao.expulsion.appeal_10d")
    early = replace(rule, counting=replace(rule.counting, office_closes_at=time(13, 30)))
    assert local(clock(early, on("2026-03-02")).safe_at) == "2026-03-12T13:30+05:00"


def test_the_safe_date_stays_on_a_sunday_and_says_whom_one_meets_then() -> None:
    apply = clock("kz.coao.expulsion.appeal_10d", on("2026-04-02"))
    assert (apply.safe_on, apply.safe_on.strftime("%A")) == (date(2026, 4, 12), "Sunday")
    assert "who must be reached by hand is reached on 2026-04-10 (Friday) at the latest" in explain(apply)


def test_ten_days_of_the_code_on_offences_can_be_argued_to_be_working_days() -> None:
    appeal = clock("kz.coao.expulsion.appeal_10d", on("2026-04-02"))
    assert appeal.arguable_on == date(2026, 4, 16)
    assert "may_mean_working_days" in [line.key for line in appeal.doubts]
    assert "How sure it is that they may not count: low." in explain(appeal)


def test_days_that_no_weekend_moves_are_not_working_days_either() -> None:
    sent = clock("kz.coao.expulsion.referral_1d", on("2026-04-03"))
    assert (sent.arguable_on, sent.arguable_on.strftime("%A")) == (date(2026, 4, 4), "Saturday")


def test_an_end_of_day_that_comes_twice_is_safe_the_first_time_and_arguable_the_second() -> None:
    review = clock("kz.cpc.extr.review_1m", on("2024-01-29"))  # on 29 February 2024 the hour before midnight came twice
    assert review.safe_at == datetime(2024, 2, 29, 17, 59, tzinfo=UTC)
    assert review.arguable_at == datetime(2024, 2, 29, 18, 59, tzinfo=UTC)
    assert review.safe_on == review.arguable_on == date(2024, 2, 29)


def test_a_month_ends_on_its_date_whether_or_not_the_first_day_counts() -> None:
    leave = clock("kz.refugee.leave_1m", on("2024-09-13"))
    assert (local(leave.safe_at), local(leave.arguable_at)) == ("2024-10-13T18:00+05:00", "2024-10-13T23:59+05:00")


def test_the_safe_date_counts_from_the_earlier_event_where_it_is_known() -> None:
    pronounced, served = at("2026-04-02T15:00"), at("2026-04-06T10:00")
    assert clock("kz.coao.expulsion.appeal_10d", served).safe_on == date(2026, 4, 16)
    both = clock("kz.coao.expulsion.appeal_10d", served, safe_trigger=pronounced)
    assert both.safe_on == date(2026, 4, 12)
    assert both.arguable_on == clock("kz.coao.expulsion.appeal_10d", served).arguable_on


def test_before_the_copy_is_served_the_clock_runs_from_the_pronouncement() -> None:
    waiting = clock("kz.coao.expulsion.appeal_10d", None, safe_trigger=at("2026-04-02T15:00"))
    assert waiting.safe_on == date(2026, 4, 12)
    assert "trigger_unknown" in [line.key for line in waiting.doubts]


def test_an_earlier_event_that_turns_out_later_moves_nothing() -> None:
    odd = clock("kz.coao.expulsion.appeal_10d", on("2026-04-02"), safe_trigger=on("2026-04-09"))
    assert odd.safe_on == date(2026, 4, 12)


def test_without_any_moment_there_is_nothing_to_count() -> None:
    with pytest.raises(ValueError, match="no moment"):
        clock("kz.refugee.apply_5d", None)


# Working days


def test_working_days_step_over_weekends_and_holidays() -> None:
    copy = clock("kz.refugee.refusal_copy_5wd", on("2026-03-19"))  # Nauryz: 21 to 25 March
    assert copy.safe_on == copy.arguable_on == date(2026, 3, 31)


def test_a_first_working_day_counts_where_the_law_says_so() -> None:
    rule = BOOK.rule("kz.refugee.refusal_copy_5wd")
    counts = replace(rule, counting=replace(rule.counting, first_day="included"))
    assert clock(counts, on("2026-03-19")).safe_on == date(2026, 3, 30)
    assert clock(counts, on("2026-03-21")).safe_on == date(2026, 4, 1)  # a holiday does not count all the same


def test_a_holiday_that_nobody_published_makes_nothing_later_for_the_safe_date() -> None:
    copy = clock("kz.refugee.refusal_copy_5wd", on("2027-03-19"))
    assert copy.safe_on == date(2027, 3, 26)
    assert copy.arguable_on == date(2027, 3, 31)
    assert "The working days of 2027 in KZ are computed" in explain(copy)


def test_a_local_table_outweighs_the_calendar() -> None:
    transferred = {date(2026, 3, 28): True, date(2026, 3, 27): False}
    copy = clock("kz.refugee.refusal_copy_5wd", on("2026-03-19"), works={date(2026, 3, 28): True})
    assert copy.safe_on == date(2026, 3, 30)
    assert clock("kz.refugee.refusal_copy_5wd", on("2026-03-19"), works=transferred).safe_on == date(2026, 3, 31)


def test_every_day_that_was_stepped_over_is_named_the_first_one_too() -> None:
    """A lawyer who checks the count by hand needs each day off in it, or finds one too many."""
    copy = clock("kz.refugee.refusal_copy_5wd", on("2026-03-20"))  # a Friday; Nauryz begins the day after
    assert "Not counted: 2026-03-21, 2026-03-22, 2026-03-23, 2026-03-24, 2026-03-25, 2026-03-28, 2026-03-29." in (
        explain(copy)
    )


def test_that_working_days_are_computed_is_said_of_a_rule_that_moves_nothing_too() -> None:
    rule = like("kz.refugee.refusal_copy_5wd", roll_if_non_working=False)
    assert "calendar_unofficial" in [line.key for line in clock(rule, on("2027-03-19")).doubts]
    assert "calendar_unofficial" not in keys(clock(rule, on("2026-03-19")))


def test_a_last_day_moves_over_a_whole_holiday() -> None:
    claim = clock("kz.refugee.court_claim_1m", on("2026-02-21"))
    assert claim.arguable_on == date(2026, 3, 26)
    assert "moved" in keys(claim)


# Months and years


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-01-31", 2, "2026-03-31"),  # at once, not by way of 28 February
        ("2026-02-28", 1, "2026-03-28"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
    ],
)
def test_a_month_ends_on_the_same_date_or_on_the_last_day_there_is(start: str, months: int, end: str) -> None:
    rule = like("kz.refugee.leave_1m", period=Period(months, Unit.MONTHS))
    assert clock(rule, on(start)).safe_on == date.fromisoformat(end)


def test_a_year_from_the_leap_day_ends_on_the_last_of_february() -> None:
    rule = like("kz.refugee.leave_1m", period=Period(1, Unit.YEARS))
    assert clock(rule, on("2024-02-29")).safe_on == date(2025, 2, 28)
    assert "no_such_day" in keys(clock(rule, on("2024-02-29")))


# Backwards


def test_eight_hours_before_the_detention_ends() -> None:
    petition = clock("kz.cpc.custody_petition_8h", at("2026-03-04T06:00"))
    assert local(petition.safe_at) == "2026-03-03T22:00+05:00"


def test_a_month_before_status_ends() -> None:
    assert clock("kz.refugee.renew_1m", on("2026-03-31")).safe_on == date(2026, 2, 28)
    renew = clock("kz.refugee.renew_1m", on("2026-04-15"))
    # A month or more before the 15th: on the evening of 15 March less than that is left, before it begins all of it.
    assert local(renew.safe_at) == "2026-03-15T00:00+05:00"
    assert local(renew.arguable_at) == "2026-03-15T23:59+05:00"


def test_days_counted_back_end_at_the_hour_of_what_they_are_counted_from() -> None:
    rule = like("kz.refugee.renew_1m", period=Period(5, Unit.CALENDAR_DAYS))
    at_nine = clock(rule, at("2026-04-15T09:00"))
    assert local(at_nine.safe_at) == "2026-04-10T09:00+05:00"  # the 15th left out: 14, 13, 12, 11, 10
    assert local(at_nine.arguable_at) == "2026-04-11T23:59+05:00"  # the 15th counted
    assert local(clock(rule, on("2026-04-15")).safe_at) == "2026-04-10T00:00+05:00"


def test_hours_counted_back_leave_out_no_hour() -> None:
    """Left out, the hour in which it begins would make the time that can be argued longer than there is."""
    rule = like("kz.cpc.extr.forward_24h", direction="before_trigger")
    back = clock(rule, at("2026-03-04T06:20"))
    assert local(back.safe_at) == local(back.arguable_at) == "2026-03-03T06:20+05:00"


def test_months_without_a_break_counted_back_end_at_the_same_minute() -> None:
    rule = like("kz.cpc.extr.arrest_12m", period=Period(2, Unit.MONTHS), direction="before_trigger")
    assert local(clock(rule, at("2026-05-15T21:50")).safe_at) == "2026-03-15T21:50+05:00"


def test_a_midnight_that_comes_twice_is_safe_the_first_time_counted_back_too() -> None:
    havana = ZoneInfo("America/Havana")  # on 1 November 2026 its clocks go back from 01:00 to 00:00
    renew = clock("kz.refugee.renew_1m", on("2026-12-01"), zone=havana)
    assert local(renew.safe_at, havana) == "2026-11-01T00:00-04:00"


def test_a_removal_in_the_morning_leaves_strasbourg_no_afternoon() -> None:
    istanbul = ZoneInfo("Europe/Istanbul")
    request = clock("intl.echr.r39.one_working_day", at("2026-03-17T11:00", istanbul), zone=istanbul)
    paris = ZoneInfo("Europe/Paris")  # there it is 09:00 on Tuesday; Monday and Friday are the working days before
    assert local(request.safe_at, paris) == "2026-03-13T09:00+01:00"
    assert local(request.arguable_at, paris) == "2026-03-16T16:00+01:00"


def test_going_back_over_a_holiday_nobody_published_the_safe_date_goes_further() -> None:
    rule = like("kz.refugee.address_5wd", direction="before_trigger")
    back = clock(rule, on("2027-03-29"))  # a Monday; Nauryz, likely with the 24th off, falls on 21-23 March 2027
    # If they are off: 26, 25, 19, 18, 17 March. If one works on them: 26, 25, 24, 23, 22.
    assert (back.safe_on, back.arguable_on) == (date(2027, 3, 17), date(2027, 3, 22))
    assert "calendar_unofficial" in [line.key for line in back.doubts]


def test_strasbourg_counts_by_its_own_clock_and_closes_at_four() -> None:
    istanbul = ZoneInfo("Europe/Istanbul")
    request = clock("intl.echr.r39.one_working_day", at("2026-03-16T01:30", istanbul), zone=istanbul)  # a Monday there
    assert request.zone == "Europe/Paris"  # where it is still Sunday
    assert local(request.arguable_at, ZoneInfo("Europe/Paris")) == "2026-03-13T16:00+01:00"
    # Friday and Thursday must be left whole: nothing of a working day is over on a Sunday.
    assert local(request.safe_at, ZoneInfo("Europe/Paris")) == "2026-03-12T00:00+01:00"


def test_a_day_in_istanbul_begins_on_the_day_before_in_strasbourg() -> None:
    istanbul = ZoneInfo("Europe/Istanbul")
    request = clock("intl.echr.r39.one_working_day", on("2026-03-17"), zone=istanbul)  # perhaps at half past midnight
    assert request.safe_on == date(2026, 3, 12)
    assert request.arguable_on == date(2026, 3, 16)


def test_backwards_the_last_day_moves_to_an_earlier_working_day() -> None:
    rule = like("kz.refugee.renew_1m", roll_if_non_working=True)
    moved = clock(rule, on("2026-04-15"))  # 15 March 2026 is a Sunday
    assert local(moved.arguable_at) == "2026-03-13T23:59+05:00"
    assert local(moved.safe_at) == "2026-03-13T00:00+05:00"


def test_backwards_a_whole_day_begins_with_the_first_of_its_two_midnights() -> None:
    """On the Azores one o'clock becomes midnight again: whoever came between the two came in time for the day."""
    azores = ZoneInfo("Atlantic/Azores")
    renewal = clock("kz.refugee.renew_1m", on("2026-11-25"), zone=azores)
    assert local(renewal.safe_at, azores) == "2026-10-25T00:00+00:00"  # an hour later it is 00:00-01:00


# Dates from rulings


def test_a_date_from_the_ruling_is_safe_only_before_it_begins() -> None:
    leave = clock("kz.coao.expulsion.departure_date", at("2026-03-02T15:00"), ends="2026-03-12")
    assert local(leave.safe_at) == "2026-03-12T00:00+05:00"
    assert leave.arguable_on == date(2026, 3, 12)


def test_a_rule_that_lives_on_the_rulings_date_asks_for_it() -> None:
    with pytest.raises(RulingDateNeededError, match="departure_date"):
        clock("kz.coao.expulsion.departure_date", at("2026-03-02T15:00"))


def test_an_appeal_against_a_civil_expulsion_arrives_a_day_before_the_departure() -> None:
    rule = "kz.gpk.expulsion.appeal_before_departure"
    known = clock(rule, at("2026-03-02T15:00"), ends="2026-03-12")
    assert local(known.safe_at) == "2026-03-03T15:00+05:00"
    assert known.arguable_on == date(2026, 3, 11)
    assert "ruling_date_beyond" not in keys(known), "it goes by that very date"
    soon = clock(rule, at("2026-03-02T15:00"), ends="2026-03-03")
    assert local(soon.safe_at) == "2026-03-02T00:00+05:00"  # too late already, and said so
    unknown = clock(rule, at("2026-03-02T15:00"))
    assert local(unknown.safe_at) == "2026-03-03T15:00+05:00"
    assert "ruling_date_unknown" in [line.key for line in unknown.doubts]


def test_an_earlier_date_in_the_ruling_goes_before_the_laws_longest_term() -> None:
    custody = clock("kz.cpc.custody_2m", at("2025-11-21T23:00"), ends="2025-11-30")
    assert (custody.safe_on, custody.arguable_on) == (date(2025, 11, 30), date(2025, 11, 30))


def test_a_later_date_in_the_ruling_moves_nothing_and_is_a_doubt() -> None:
    custody = clock("kz.cpc.custody_2m", at("2025-11-21T23:00"), ends="2026-03-01")
    assert custody.arguable_on == date(2026, 1, 21)
    assert "ruling_date_beyond" in [line.key for line in custody.doubts]


# Without delay


def test_without_delay_is_this_minute() -> None:
    notice = clock("kz.cpc.family_notice", at("2026-03-02T15:00"))
    assert local(notice.safe_at) == local(notice.arguable_at) == "2026-03-02T15:00+05:00"
    assert "at_once" in keys(notice)


def test_on_the_same_day_is_from_now_to_its_end() -> None:
    hearing = clock("kz.coao.hearing.same_day", at("2026-03-02T15:00"))
    assert local(hearing.safe_at) == "2026-03-02T15:00+05:00"
    assert local(hearing.arguable_at) == "2026-03-02T23:59+05:00"
    assert "same_day" in keys(hearing)


# What an authority may add


def test_extensions_are_steps_that_may_come() -> None:
    custody = clock("kz.cpc.custody_2m", at("2026-03-02T15:00"))
    assert [step.on for step in custody.later] == [
        date(2026, 6, 2),
        date(2026, 12, 2),
        date(2027, 3, 2),
        date(2027, 9, 2),
    ]


def test_an_added_term_begins_where_the_first_one_ends() -> None:
    (step,) = clock("tr.lfip.detention_6m", on("2026-08-31"), zone=ZoneInfo("Europe/Istanbul")).later
    assert step.on == date(2027, 8, 28)  # 28 February and six months; a year at once would be the 31st
    (more,) = clock("kz.coao.appeal.decide_10d", on("2026-03-02")).later
    assert more.on == date(2026, 3, 22)


def test_an_extended_end_is_never_before_what_can_be_argued_without_it() -> None:
    rule = like("kz.coao.appeal.decide_10d", extensions=(Extension(1, None, Unit.CALENDAR_DAYS, "a day"),))
    counted = clock(rule, on("2026-03-02"))
    # Ten days by the calendar and one more end on 13 March; as working days (9 March is off) the ten end on the 17th.
    assert counted.arguable_on == date(2026, 3, 17)
    assert [step.on for step in counted.later] == [date(2026, 3, 17)]


def test_what_lengthens_a_date_of_the_ruling_is_told_without_a_date() -> None:
    rule = like("kz.coao.expulsion.departure_date", extensions=(Extension(5, None, Unit.CALENDAR_DAYS, "illness"),))
    leave = clock(rule, at("2026-03-02T15:00"), ends="2026-03-12")
    assert [(step.ground, step.at, step.on) for step in leave.later] == [("illness", None, None)]


def test_an_extension_without_a_length_has_no_date() -> None:
    (step,) = clock("kz.cpc.extr.arrest_12m", at("2026-03-02T15:00")).later
    assert (step.at, step.on) == (None, None)


# Saying how


def test_a_lawyer_can_check_every_line() -> None:
    said = explain(clock("kz.cpc.extr.decision_appeal_10d", on("2026-01-29"))).splitlines()
    assert said[0].startswith("kz.cpc.extr.decision_appeal_10d: Criminal Procedure Code")
    assert "The law gives 10 calendar days (десять суток) after it. [591(3)-(4), 592(1)]" in said
    assert "The first day, 2026-01-29 (Thursday), does not count. [CPC arts 48-50]" in said
    assert "SAFE: 2026-02-05 (Thursday) 23:59 +05:00." in said
    assert "ARGUABLE, as a fallback only: 2026-02-09 (Monday) 23:59 +05:00." in said
    assert any(line.startswith("DOUBT: Confidence: medium, as of 2018-07") for line in said)


def test_what_may_be_added_is_said_with_its_length_and_its_ground() -> None:
    said = explain(clock("kz.cpc.custody_2m", at("2026-03-02T15:00")))
    assert "May be extended to 9 months: " in said
    assert "May be extended for a time not fixed here: " in explain(
        clock("kz.cpc.extr.arrest_12m", at("2026-03-02T15:00"))
    )
    assert "May be extended by 10 calendar days: " in explain(clock("kz.coao.appeal.decide_10d", on("2026-03-02")))


def test_posting_or_receipt_is_said_as_the_law_has_it() -> None:
    assert "in_time_posted" in keys(clock("kz.cpc.custody_appeal_3d", on("2026-03-02")))
    assert "in_time_handed_to_facility" in keys(clock("kz.cpc.custody_appeal_3d", on("2026-03-02")))
    assert "in_time_received" in keys(clock("us.bia.appeal_30d", on("2026-03-02")))
    assert "office_closes" in keys(clock("kz.refugee.court_claim_1m", on("2026-03-02")))
    assert "in_time_unknown" in keys(clock("tr.lfip.removal_appeal_7d", on("2026-03-02")))
    assert not [key for key in keys(clock("kz.cpc.extr.detention_72h", on("2026-03-02"))) if key.startswith("in_time")]


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_rule_can_be_counted_and_explained(rule: Rule) -> None:
    zone = BOOK.zone(rule.jurisdiction)
    for trigger in (at("2026-01-31T15:00", zone), on("2026-12-31")):
        counted = clock(rule, trigger, zone=zone, ends="2027-02-01")
        assert counted.safe_at <= counted.arguable_at
        assert explain(counted)


def test_a_moment_is_an_instant_or_a_day() -> None:
    with pytest.raises(ValueError, match="either"):
        Moment()
    with pytest.raises(ValueError, match="either"):
        Moment(at=datetime(2026, 3, 2, tzinfo=UTC), on=date(2026, 3, 2))
    with pytest.raises(ValueError, match="zone"):
        Moment(at=datetime(2026, 3, 2))  # noqa: DTZ001  that is the point


# What mistakes made on purpose showed that nobody asked


def test_that_days_may_be_working_days_is_a_doubt_as_sure_as_its_reading() -> None:
    decided = clock("kz.coao.appeal.decide_10d", on("2026-03-02"))
    doubts = {line.key: line.values for line in decided.doubts}
    assert "may_mean_working_days" in doubts
    assert doubts["working_days_confidence"] == {"confidence": "low"}
    counting = replace(BOOK.rule("kz.coao.appeal.decide_10d").counting, working_days_confidence=None)
    assert "working_days_confidence" not in keys(clock(like(decided.rule_id, counting=counting), on("2026-03-02")))


def test_what_is_certain_is_no_doubt_and_nothing_is_said_twice() -> None:
    for rule in ("kz.coao.appeal.decide_10d", "kz.cpc.extr.decision_appeal_10d", "kz.refugee.leave_1m"):
        counted = clock(rule, on("2026-03-02"))
        assert all(line.doubt for line in counted.doubts)
        assert not {"rule", "counted_by", "safe", "arguable"} & {line.key for line in counted.doubts}
        assert [line for place, line in enumerate(counted.why) if line in counted.why[:place]] == []
        (law,) = (line.values["law"] for line in counted.why if line.key == "counted_by")
        assert law == BOOK.rule(rule).counting.law


def test_days_that_are_counted_and_a_day_that_does_not_move_are_not_spoken_of() -> None:
    in_a_week = like("kz.coao.appeal.decide_10d", period=Period(3, Unit.WORKING_DAYS))
    quiet = keys(clock(in_a_week, on("2026-03-02")))  # a Monday, and no day off until Thursday
    assert "not_counted" not in quiet
    assert "moved" not in quiet


def test_a_date_in_the_ruling_on_the_laws_own_last_day_is_no_doubt() -> None:
    custody = clock("kz.cpc.custody_2m", at("2025-11-21T23:00"), ends="2026-01-21")
    assert "ruling_date_beyond" not in keys(custody)


def test_months_back_from_an_hour_leave_the_whole_of_the_last_day() -> None:
    renew = clock("kz.refugee.renew_1m", at("2026-04-15T15:00"))
    assert local(renew.safe_at) == "2026-03-15T00:00+05:00"


def test_days_without_a_break_counted_back_go_back() -> None:
    rule = like("kz.cpc.extr.provisional_40d", direction="before_trigger")
    assert local(clock(rule, at("2025-10-10T13:00")).safe_at) == "2025-08-31T13:00+05:00"


def test_after_an_extension_of_unknown_length_others_have_their_dates() -> None:
    unknown, known = Extension(None, None, Unit.MONTHS, "why"), Extension(5, None, Unit.CALENDAR_DAYS, "illness")
    later = clock(like("kz.cpc.custody_2m", extensions=(unknown, known)), at("2026-03-02T15:00")).later
    assert [step.on for step in later] == [None, date(2026, 5, 7)]
