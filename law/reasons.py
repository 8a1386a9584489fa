"""What a rule's text contributes to the explanation of a clock, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from law.explaining import Line
from law.moments import shown, with_weekday
from law.rules import Kind, Period, Rule
from law.spans import nearest_working_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from law.calendars import Calendar
    from law.moments import Moment


def moments(rule: Rule, trigger: Moment | None, safe_trigger: Moment | None, zone: ZoneInfo) -> list[Line]:
    """From when it is counted."""
    lines = []
    if trigger is not None:
        lines.append(_moment("trigger", rule.trigger_event, trigger, zone))
    else:
        lines.append(Line("trigger_unknown", {"event": rule.trigger_event}, doubt=True))
    if safe_trigger is not None:
        lines.append(_moment("safe_trigger", rule.safe_trigger_event or rule.trigger_event, safe_trigger, zone))
    return lines


def _moment(key: str, event: str, moment: Moment, zone: ZoneInfo) -> Line:
    if moment.on is not None:
        return Line(f"{key}_day", {"event": event, "day": with_weekday(moment.on)}, doubt=True)
    return Line(key, {"event": event, "at": shown(moment.instant(zone, late=False), zone), "zone": zone.key})


def lengths(rule: Rule, ends: date | None) -> list[Line]:
    """How long the law and our own caution give."""
    lines = []
    if rule.period.value is not None:
        lines.append(_length("period", rule.period, rule))
    if rule.safe_period is not None:
        lines.append(_length("safe_period", rule.safe_period, rule))
    if rule.safe_note:
        lines.append(Line("safe_note", {"note": rule.safe_note}))
    if ends is not None:
        before = rule.period.days_before_ruling_date
        key = "ruling_date_less" if before else "ruling_date"
        lines.append(Line(key, {"day": with_weekday(ends), "before": str(before)}, rule.source.article))
    elif rule.period.value is None:
        lines.append(Line("ruling_date_unknown", {}, rule.source.article, doubt=True))
    return lines


def _length(key: str, period: Period, rule: Rule) -> Line:
    native = f" ({period.native_wording})" if period.native_wording else ""
    length = f"{period.value} {period.unit.replace('_', ' ')}{native}"
    side = "before" if rule.direction == "before_trigger" else "after"
    return Line(key, {"length": length, "side": side}, rule.source.article)


def changed_clock(moments: Iterable[Moment | None], end: datetime, zone: ZoneInfo) -> list[Line]:
    """Clocks that were changed between beginning and end."""
    known = [moment.instant(zone, late=False) for moment in moments if moment is not None]
    before, after = min(known).astimezone(zone), end.astimezone(zone)
    if before.utcoffset() == after.utcoffset():
        return []
    return [Line("clock_changed", {"zone": zone.key, "before": f"{before:%z}", "after": f"{after:%z}"})]


def closed(rule: Rule, day: date, calendar: Calendar) -> list[Line]:
    """A safe date is not moved, but whoever must be reached by it may not be there."""
    if rule.kind is not Kind.USER_ACTION or calendar.is_working(day):
        return []
    before = nearest_working_day(day, lambda one: not calendar.is_working(one), towards=-1)
    return [Line("safe_day_off", {"day": with_weekday(day), "before": with_weekday(before)}, doubt=True)]


def extensions(rule: Rule) -> list[Line]:
    """By what an authority can lengthen it."""
    lines = []
    for step in rule.extensions:
        unit = step.unit.replace("_", " ")
        if step.plus is not None:
            length = f"by {step.plus} {unit}"
        else:
            length = "for a time not fixed here" if step.up_to is None else f"to {step.up_to} {unit}"
        lines.append(Line("extension", {"length": length, "ground": step.ground}, rule.source.article))
    return lines


def in_time(rule: Rule) -> list[Line]:
    """What has to have happened by then; only where our side acts."""
    how = rule.counting
    if rule.kind is not Kind.USER_ACTION:
        return []
    lines = [Line(f"in_time_{how.in_time_when}", {}, how.law, doubt=how.in_time_when == "unknown")]
    if how.detained_in_time_when == "handed_to_facility":
        lines.append(Line("in_time_handed_to_facility", {}, how.law))
    if how.office_hours_end_it:
        lines.append(Line("office_closes", {}, how.law))
    return lines


def how_sure(rule: Rule) -> list[Line]:
    """What is uncertain about the text itself."""
    lines = []
    if rule.counting.doubt:
        lines.append(Line("counting_doubt", {"doubt": rule.counting.doubt}, rule.counting.law, doubt=True))
    as_of, sure_of = rule.as_of or "unknown", rule.date_confidence
    sure = Line("confidence", {"confidence": sure_of, "as_of": as_of}, doubt=sure_of != "high")
    lines.append(sure)
    if rule.needs_recheck:
        lines.append(Line("needs_recheck", {"edition": rule.edition}, doubt=True))
    return lines
