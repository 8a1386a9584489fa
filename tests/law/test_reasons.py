"""What a lawyer reads below a date: each step that is doubtful is told as a doubt, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from law.calendars import Calendar
from law.explaining import Line, say
from law.moments import Moment
from law.reasons import changed_clock, closed, extensions, how_sure, in_time, lengths, moments
from law.rules import Extension, Kind, Period, Rule, Unit
from law.shipped import load_rules

ALMATY = ZoneInfo("Asia/Almaty")
RULE = load_rules().rule("kz.cpc.extr.decision_appeal_10d")
NOON = Moment(at=datetime(2026, 3, 2, 7, tzinfo=UTC))
THAT_DAY = Moment(on=date(2026, 3, 2))
SUNDAY, MONDAY = date(2026, 3, 1), date(2026, 3, 2)
OFFICE = Calendar("KZ")


def like(**changes: Any) -> Rule:
    return replace(RULE, **changes)


def counted(**changes: Any) -> Rule:
    return replace(RULE, counting=replace(RULE.counting, **changes))


def told(lines: list[Line]) -> list[tuple[str, bool]]:
    """Which steps, and which of them are doubts; each must be a sentence."""
    assert all(say(line).startswith("DOUBT: ") == line.doubt for line in lines)
    return [(line.key, line.doubt) for line in lines]


def test_an_hour_nobody_knows_and_a_beginning_nobody_knows_are_doubts() -> None:
    assert told(moments(RULE, NOON, None, ALMATY)) == [("trigger", False)]
    assert told(moments(RULE, THAT_DAY, None, ALMATY)) == [("trigger_day", True)]
    assert told(moments(RULE, None, NOON, ALMATY)) == [("trigger_unknown", True), ("safe_trigger", False)]
    assert told(moments(RULE, NOON, THAT_DAY, ALMATY)) == [("trigger", False), ("safe_trigger_day", True)]


def test_the_earlier_event_is_called_by_its_own_name() -> None:
    rule = like(trigger_event="ruling_copy_served", safe_trigger_event="ruling_pronounced")
    assert [line.values["event"] for line in moments(rule, NOON, NOON, ALMATY)] == [
        "ruling_copy_served",
        "ruling_pronounced",
    ]
    (_, same) = moments(like(safe_trigger_event=None), NOON, NOON, ALMATY)
    assert same.values["event"] == RULE.trigger_event


def test_the_date_of_a_ruling_is_said_or_that_it_is_missing() -> None:
    by_ruling = like(period=Period(None, Unit.CALENDAR_DAYS), safe_period=None, safe_note="")
    assert told(lengths(by_ruling, None)) == [("ruling_date_unknown", True)]
    assert told(lengths(by_ruling, MONDAY)) == [("ruling_date", False)]
    earlier = like(period=Period(None, Unit.CALENDAR_DAYS, days_before_ruling_date=1), safe_period=None, safe_note="")
    (less,) = lengths(earlier, MONDAY)
    assert (less.key, less.values["before"]) == ("ruling_date_less", "1")
    careful = like(safe_period=Period(7, Unit.CALENDAR_DAYS), safe_note="posted late, it is late")
    assert told(lengths(careful, None)) == [("period", False), ("safe_period", False), ("safe_note", False)]
    plain = like(safe_period=None, safe_note="")
    assert told(lengths(plain, None)) == [("period", False)]
    assert told(lengths(plain, MONDAY)) == [("period", False), ("ruling_date", False)]


@pytest.mark.parametrize(("direction", "side"), [("after_trigger", "after"), ("before_trigger", "before")])
def test_a_length_is_said_with_its_side_and_in_words(direction: Any, side: str) -> None:
    rule = like(direction=direction, period=Period(5, Unit.WORKING_DAYS), safe_period=None, safe_note="")
    assert say(lengths(rule, None)[0]).startswith(f"The law gives 5 working days {side} it.")


def test_a_safe_date_on_a_day_off_names_the_last_day_on_which_somebody_is_there() -> None:
    ours = like(kind=Kind.USER_ACTION)
    (line,) = closed(ours, SUNDAY, OFFICE)
    assert line.doubt
    assert line.values == {"day": "2026-03-01 (Sunday)", "before": "2026-02-27 (Friday)"}
    assert closed(ours, MONDAY, OFFICE) == []
    assert closed(like(kind=Kind.AUTHORITY_LIMIT), SUNDAY, OFFICE) == []


def test_each_extension_is_said_by_how_much_or_to_what() -> None:
    steps = (
        Extension(10, None, Unit.CALENDAR_DAYS, "more"),
        Extension(None, 3, Unit.MONTHS, "most"),
        Extension(None, None, Unit.MONTHS, "open"),
    )
    said = [line.values["length"] for line in extensions(like(extensions=steps))]
    assert said == ["by 10 calendar days", "to 3 months", "for a time not fixed here"]


def test_whether_posting_is_in_time_is_a_doubt_only_where_nobody_knows() -> None:
    for when in ("received", "posted", "unknown"):
        rule = replace(
            counted(in_time_when=when, detained_in_time_when="unknown", office_hours_end_it=False),
            kind=Kind.USER_ACTION,
        )
        assert told(in_time(rule)) == [(f"in_time_{when}", when == "unknown")]
    assert in_time(like(kind=Kind.AUTHORITY_LIMIT)) == []


def test_everything_that_is_not_sure_of_the_text_is_a_doubt() -> None:
    sure = replace(counted(doubt="", confidence="high"), confidence="high", needs_recheck=False)
    assert told(how_sure(sure)) == [("confidence", False)]
    (line,) = how_sure(replace(sure, as_of=None))
    assert line.values["as_of"] == "unknown"
    for less in ("medium", "low"):
        assert told(how_sure(replace(sure, confidence=less))) == [("confidence", True)]
        assert told(how_sure(replace(sure, counting=replace(sure.counting, confidence=less)))) == [("confidence", True)]
    unsure = replace(sure, needs_recheck=True, counting=replace(sure.counting, doubt="two readings"))
    assert told(how_sure(unsure)) == [("counting_doubt", True), ("confidence", False), ("needs_recheck", True)]


def test_a_clock_that_was_changed_in_between_is_said() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    summer = datetime(2026, 4, 15, 12, tzinfo=UTC)
    (line,) = changed_clock((None, NOON), summer, berlin)
    assert (line.values["before"], line.values["after"]) == ("+0100", "+0200")
    assert changed_clock((NOON, None), summer, ALMATY) == []
    for both in ((Moment(at=summer), NOON), (NOON, Moment(at=summer))):
        (line,) = changed_clock(both, summer, berlin)
        assert line.values["before"] == "+0100", "of two beginnings the earlier"
    (of_the_night,) = changed_clock((Moment(on=date(2026, 3, 29)),), summer, berlin)
    assert of_the_night.values["before"] == "+0100", "of a day on which it is changed, its first hour counts"
