"""Two dates from one rule: the safe one, which drives alerts, and the arguable one, a fallback after a miss.

The **safe** date is the earliest the law can be read to mean: the shorter period where the rule gives one, from the
earlier event where it is known, from the first moment a vague trigger may mean, never moved by weekends or holidays.
The **arguable** date is the latest that can be argued: from the last moment, by working days where the text can be
read so, moved to a working day where the rule says so. The safe date is never later than the arguable one.

Pure: the same arguments give the same clock, whatever the time, zone and language of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from law.errors import RulingDateNeededError
from law.explaining import Line, explain
from law.moments import MIDNIGHT, Moment, shown, with_weekday
from law.reasons import changed_clock, closed, extensions, how_sure, in_time, lengths, moments
from law.rules import Period, Rule, Unit
from law.spans import (
    END_OF_DAY,
    MONTHS_IN_A_YEAR,
    ONE_DAY,
    add_months,
    instant,
    local_date,
    nearest_working_day,
    next_full_hour,
    same_minute_months_on,
    step_working_days,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from law.calendars import Calendar

__all__ = ["Clock", "Later", "Line", "Moment", "count", "explain"]


@dataclass(frozen=True)
class Later:
    """An end that becomes possible if the authority extends; None where the law gives no length."""

    ground: str
    at: datetime | None
    on: date | None


@dataclass(frozen=True)
class Clock:
    """What a rule means for one trigger: instants in UTC, dates on the wall of ``zone``, and how they were found."""

    rule_id: str
    zone: str
    safe_at: datetime
    arguable_at: datetime
    safe_on: date
    arguable_on: date
    later: tuple[Later, ...]
    why: tuple[Line, ...]

    @property
    def doubts(self) -> tuple[Line, ...]:
        """What makes the dates less than certain; they are never shown without it."""
        return tuple(line for line in self.why if line.doubt)


def count(
    rule: Rule,
    trigger: Moment | None,
    *,
    zone: ZoneInfo,
    calendar: Calendar,
    ends: date | None = None,
    safe_trigger: Moment | None = None,
) -> Clock:
    """Return both dates of a rule.

    ``zone`` is where the person is held; a counting rule that names an office's zone goes before it. ``calendar`` says
    which days are working days (:meth:`Rulebook.calendar`). ``ends`` is the date that the ruling itself names. While
    ``trigger`` is not known (None), both dates count from ``safe_trigger``, and the clock says so.

    Raises RulingDateNeededError if the rule has no period of its own and the ruling's date is missing; ValueError
    without any moment to count from.
    """
    known = trigger or safe_trigger
    if known is None:
        raise ValueError(f"{rule.id}: there is no moment to count from")
    place, zone = zone, ZoneInfo(rule.counting.zone) if rule.counting.zone else zone
    early = _Reading(rule, place, zone, calendar, late=False)
    late = _Reading(rule, place, zone, calendar, late=True)
    starts = [moment for moment in (trigger, safe_trigger) if moment is not None]
    safe_ends = [_safe_end(rule, start, early) for start in starts] + _by_ruling(rule, ends, early)
    arguable_ends = _arguable_end(rule, known, late) + _by_ruling(rule, ends, late)
    safe = min((end for end in safe_ends if end is not None), key=lambda end: end.at, default=None)
    if safe is None:
        raise RulingDateNeededError(f"{rule.id} takes its date from the ruling; give that date")
    arguable = min(arguable_ends, key=lambda end: end.at, default=safe)
    if arguable.at < safe.at:  # a rule that moves backwards over a weekend, or a safe period that is the longer one
        safe = arguable
    return Clock(
        rule_id=rule.id,
        zone=zone.key,
        safe_at=safe.at,
        arguable_at=arguable.at,
        safe_on=local_date(safe.at, zone),
        arguable_on=local_date(arguable.at, zone),
        later=_later(rule, known, early, arguable.at),
        why=tuple(_why(rule, _Given(trigger, safe_trigger, ends), safe, arguable, late)),
    )


@dataclass(frozen=True)
class _Given:
    trigger: Moment | None
    safe_trigger: Moment | None
    ends: date | None


@dataclass(frozen=True)
class _End:
    at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Reading:
    """One way to read a rule: the early one for the safe date, the late one for the arguable date."""

    rule: Rule
    place: ZoneInfo
    """Where the person is held: days without an hour are days there."""
    zone: ZoneInfo
    """Whose wall the law counts by."""
    calendar: Calendar
    late: bool

    @property
    def is_backwards(self) -> bool:
        """Whether the rule counts back from its trigger."""
        return self.rule.direction == "before_trigger"

    @property
    def towards(self) -> int:
        """1 if the rule counts forwards, -1 if backwards."""
        return -1 if self.is_backwards else 1

    @property
    def reaches_far(self) -> bool:
        """Whether this reading takes a period as long as it can be: to a later end forwards, an earlier one back."""
        return self.late != self.is_backwards

    @property
    def first_day(self) -> str:
        """Whether the first day counts. Where nobody knows, it counts in the reading that makes a period short."""
        known = self.rule.counting.first_day
        if known != "unknown":
            return known
        return "excluded" if self.reaches_far else "included"

    def is_off(self, day: date) -> bool:
        """What is only likely off is left out in the reading that makes a period long, and counts in the other."""
        return not self.calendar.is_working(day) if self.reaches_far else self.calendar.is_surely_off(day)

    def day(self, at: datetime) -> date:
        """The day of an instant, as whoever counts sees it: a day at the place may begin on the day before there."""
        return local_date(at, self.zone)

    @property
    def closes_with_the_office(self) -> bool:
        """Whether this reading gives up the evening of a last day."""
        return (
            not self.late and self.rule.counting.ends == "end_of_day" and self.rule.counting.may_close_with_the_office
        )

    def closes(self, day: date, start: datetime, *, whole: bool = False) -> datetime:
        """When a last day is over; what is counted forwards is never over before it began.

        ``whole``: backwards, all of that day must be left, whatever the hour of the start.
        """
        if whole and self.is_backwards and not self.late:
            return instant(day, MIDNIGHT, self.zone, late=False)
        end = instant(day, self._minute(start), self.zone, late=self.late)
        return end if self.is_backwards else max(end, start)

    def _minute(self, start: datetime) -> time:
        """The minute on the wall: early is before the office closes and, backwards, as early as the hour of the start.

        A start without an hour is its day's first minute, so that nothing is left of the last day.
        """
        how = self.rule.counting
        same = start.astimezone(self.zone).time().replace(fold=0)
        if how.ends == "same_minute":
            return same
        ends = [how.day_ends_at or END_OF_DAY]
        if self.closes_with_the_office:
            ends.append(how.office_closes_at)
        if self.is_backwards and not self.late:
            ends.append(same)
        return min(ends)


def _safe_end(rule: Rule, start: Moment, early: _Reading) -> _End | None:
    period = rule.safe_period or rule.period
    if period.value is None:
        return None
    end = _end(period, start, early)
    return _moved(end, rule, early) if early.is_backwards else end  # forwards it would make the safe date later


def _arguable_end(rule: Rule, start: Moment, late: _Reading) -> list[_End]:
    return [] if rule.period.value is None else [_moved(_end(rule.period, start, late), rule, late)]


def _by_ruling(rule: Rule, ends: date | None, reading: _Reading) -> list[_End]:
    """The date in a ruling: from its first minute it may be too late."""
    if ends is None:
        return []
    day = ends - ONE_DAY * rule.period.days_before_ruling_date
    return [_End(Moment(on=day).instant(reading.place, late=reading.late), ())]


def _end(period: Period, start: Moment, reading: _Reading) -> _End:
    """When a period is over, without moving its last day."""
    begins = start.instant(reading.place, late=reading.late)
    assert period.value is not None  # noqa: S101  callers ask only for periods with a length
    if period.value == 0:
        return _at_once(period, begins, reading)
    match period.unit:
        case Unit.HOURS:
            return _hours(period.value, begins, reading)
        case Unit.CALENDAR_DAYS:
            return _calendar_days(period.value, begins, reading)
        case Unit.WORKING_DAYS:
            return _working_days(period.value, begins, reading)
        case Unit.MONTHS:
            return _months(period.value, begins, reading)
        case Unit.YEARS:
            return _months(period.value * MONTHS_IN_A_YEAR, begins, reading)


def _at_once(period: Period, begins: datetime, reading: _Reading) -> _End:
    """Without delay; or, in days, on the same day, which for safety means from this moment on."""
    if period.unit is Unit.HOURS or not reading.late:
        return _End(begins, (Line("at_once" if period.unit is Unit.HOURS else "same_day"),))
    return _End(max(begins, reading.closes(reading.day(begins), begins)), ())


def _hours(hours: int, begins: datetime, reading: _Reading) -> _End:
    lines: tuple[Line, ...] = ()
    if reading.late and reading.rule.counting.first_hour == "excluded" and not reading.is_backwards:
        begins = next_full_hour(begins, reading.zone)
        lines = (Line("first_hour_excluded", {"from": shown(begins, reading.zone)}, reading.rule.counting.law),)
    return _End(begins + timedelta(hours=hours) * reading.towards, lines)


def _calendar_days(days: int, begins: datetime, reading: _Reading) -> _End:
    how = reading.rule.counting
    if how.unit_basis == "continuous_hours":
        return _End(begins + ONE_DAY * days * reading.towards, (Line("continuous", {"days": str(days)}, how.law),))
    if reading.late and how.days_may_mean_working_days and reading.rule.roll_if_non_working:
        end = _working_days(days, begins, reading)
        lines = [Line("may_mean_working_days", {}, how.law, doubt=True)]
        if how.working_days_confidence is not None:
            lines.append(Line("working_days_confidence", {"confidence": how.working_days_confidence}, doubt=True))
        return _End(end.at, (*lines, *end.lines))
    first = reading.day(begins)
    last = first + ONE_DAY * (days - (reading.first_day == "included")) * reading.towards
    return _End(reading.closes(last, begins), (_first_day(first, reading), *_office(reading)))


def _working_days(days: int, begins: datetime, reading: _Reading) -> _End:
    first = reading.day(begins)
    counts = reading.first_day == "included" and not reading.is_off(first)
    last = step_working_days(first, days - counts, reading.is_off, towards=reading.towards)
    passed = _days_between(first, last)
    lines = [_first_day(first, reading)]
    skipped = [day.isoformat() for day in passed if reading.is_off(day)]
    if skipped:
        lines.append(Line("not_counted", {"days": ", ".join(skipped)}))
    lines += _unofficial({first, last, *passed}, reading)
    # On a day off no part of a working day is over: the hour of the start shortens nothing, so all of the last is left.
    return _End(reading.closes(last, begins, whole=reading.is_off(first)), (*lines, *_office(reading)))


def _months(months: int, begins: datetime, reading: _Reading) -> _End:
    how = reading.rule.counting
    first = reading.day(begins)
    last = add_months(first, months * reading.towards)
    lines = [Line("matching_date", {"day": last.isoformat()}, how.law)]
    if last.day != first.day:
        lines.append(Line("no_such_day", {"number": str(first.day), "day": last.isoformat()}, how.law))
    if how.ends == "same_minute":
        at = same_minute_months_on(begins, months * reading.towards, reading.zone, late=reading.late)
        return _End(at, tuple(lines))
    # Many dates lead back to the last day of a short month: only its first minute is early enough for all of them.
    return _End(reading.closes(last, begins, whole=True), (*lines, *_office(reading)))


def _moved(end: _End, rule: Rule, reading: _Reading) -> _End:
    """A last day that is not a working day moves, forwards or, where a rule counts backwards, backwards."""
    if not rule.roll_if_non_working or rule.period.unit is Unit.HOURS:
        return end
    last = reading.day(end.at)
    day = nearest_working_day(last, reading.is_off, towards=reading.towards)
    lines = (*end.lines, *_unofficial({last, day}, reading))
    if day == last:
        return _End(end.at, _once(lines))
    moved = Line("moved", {"from": with_weekday(last), "to": with_weekday(day)}, rule.counting.law)
    return _End(reading.closes(day, end.at), _once((*lines, moved)))


def _later(rule: Rule, known: Moment, early: _Reading, arguable_at: datetime) -> tuple[Later, ...]:
    """What extensions could make of it; nothing that is extended ends before what can be argued without it.

    Each ``plus`` is added to the end before it, which is never later than adding all of them at once.
    """
    if rule.period.value is None:
        return tuple(Later(step.ground, None, None) for step in rule.extensions)
    found = []
    before = _end(rule.period, known, early).at
    for step in rule.extensions:
        length = step.plus if step.plus is not None else step.up_to
        if length is None:
            found.append(Later(step.ground, None, None))
            continue
        start = Moment(at=before) if step.plus is not None else known
        before = _end(Period(length, step.unit), start, early).at
        end = max(before, arguable_at)
        found.append(Later(step.ground, end, local_date(end, early.zone)))
    return tuple(found)


def _why(rule: Rule, given: _Given, safe: _End, arguable: _End, late: _Reading) -> Iterator[Line]:
    """Every step, in the order in which somebody checks it."""
    zone = late.zone
    yield Line("rule", {"rule": rule.id, "law": rule.source.law, "edition": rule.edition}, rule.source.article)
    yield from moments(rule, given.trigger, given.safe_trigger, zone)
    yield from lengths(rule, given.ends)
    yield Line("counted_by", {"law": rule.counting.law})
    yield from safe.lines
    yield from changed_clock((given.trigger, given.safe_trigger), safe.at, zone)
    yield Line("safe", {"at": shown(safe.at, zone)})
    yield from closed(rule, local_date(safe.at, zone), late.calendar)
    yield from (line for line in arguable.lines if line not in safe.lines)
    yield Line("arguable", {"at": shown(arguable.at, zone)})
    if given.ends is not None and rule.period.value is not None and given.ends > local_date(arguable.at, zone):
        yield Line("ruling_date_beyond", {}, rule.source.article, doubt=True)
    yield from extensions(rule)
    yield from in_time(rule)
    yield from how_sure(rule)


def _first_day(first: date, reading: _Reading) -> Line:
    how = reading.rule.counting
    of = {"day": with_weekday(first)}
    if how.first_day == "unknown":
        return Line(f"first_day_perhaps_{reading.first_day}", of, how.law, doubt=True)
    return Line(f"first_day_{how.first_day}", of, how.law)


def _office(reading: _Reading) -> tuple[Line, ...]:
    if not reading.closes_with_the_office:
        return ()
    how = reading.rule.counting
    return (Line("closes_with_office", {"at": f"{how.office_closes_at:%H:%M}"}, how.law),)


def _unofficial(days: set[date], reading: _Reading) -> tuple[Line, ...]:
    years = sorted({day.year for day in days if not reading.calendar.is_official(day.year)})
    if not years:
        return ()
    of = {"years": ", ".join(map(str, years)), "jurisdiction": reading.calendar.jurisdiction}
    return (Line("calendar_unofficial", of, doubt=True),)


def _days_between(first: date, last: date) -> list[date]:
    start, end = sorted((first, last))
    return [start + ONE_DAY * n for n in range(1, (end - start).days)]


def _once(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(line for place, line in enumerate(lines) if line not in lines[:place])
