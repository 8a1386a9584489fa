"""How a date was found, line by line, so that a lawyer can check it with the code of law in hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from law.counting import Clock


@dataclass(frozen=True)
class Line:
    """One step. ``key`` is one of SENTENCES, ``values`` fill it, ``article`` says where it is written.

    A ``doubt`` is a step that may be wrong: it is shown wherever the date is.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    article: str = ""
    doubt: bool = False


SENTENCES: Final[Mapping[str, str]] = {
    "rule": "{rule}: {law}, {edition}.",
    "trigger": "Begins with {event}: {at}, {zone}.",
    "trigger_day": "Begins with {event}: {day}, hour unknown. Safe from its first minute, arguable from its last.",
    "trigger_unknown": "When {event} happened is not known: both dates count from the earlier event. The real end can "
    "only be later.",
    "safe_trigger": "The safe date counts from {event}: {at}, {zone}, if that is the earlier end.",
    "safe_trigger_day": "The safe date counts from {event}: {day}, hour unknown, if that is the earlier end.",
    "period": "The law gives {length} {side} it.",
    "safe_period": "For the safe date: {length} {side} it.",
    "safe_note": "{note}",
    "ruling_date": "The ruling names {day}: safe only until that day begins.",
    "ruling_date_less": "The ruling names {day}. Days before it by which all must be done: {before}; safe only until "
    "that day begins.",
    "ruling_date_beyond": "The ruling's date is later than the law allows; it moves nothing.",
    "ruling_date_unknown": "The law takes the date from the ruling, and that date is not known yet: both dates are our "
    "own.",
    "counted_by": "Counted by: {law}.",
    "at_once": "Without delay: from this moment.",
    "same_day": "On the same day: from this moment.",
    "first_hour_excluded": "The hour in which it begins can be left out: arguable from {from}.",
    "first_day_excluded": "The first day, {day}, does not count.",
    "first_day_included": "The first day, {day}, counts.",
    "first_day_perhaps_included": "Whether the first day, {day}, counts is not known: here it does.",
    "first_day_perhaps_excluded": "Whether the first day, {day}, counts is not known: here it does not.",
    "closes_with_office": "Nobody may be there to take it after {at}: safe only until then.",
    "continuous": "{days} times 24 hours without a break, through nights, weekends and changes of the clock.",
    "may_mean_working_days": "Days off may not count, as the text can be understood; the arguable date alone uses it.",
    "working_days_confidence": "How sure it is that they may not count: {confidence}.",
    "not_counted": "Not counted: {days}.",
    "matching_date": "Months end on the day of the same number: {day}.",
    "no_such_day": "That month has no day {number}: its last day, {day}.",
    "moved": "The last day, {from}, is not a working day: it moves to {to}.",
    "calendar_unofficial": "The working days of {years} in {jurisdiction} are computed, not published: check them.",
    "clock_changed": "The clocks of {zone} were changed in between, from {before} to {after}.",
    "safe": "SAFE: {at}.",
    "safe_day_off": "{day} is not a working day; who must be reached by hand is reached on {before} at the latest.",
    "arguable": "ARGUABLE, as a fallback only: {at}.",
    "extension": "May be extended {length}: {ground}.",
    "in_time_received": "In time is what has been RECEIVED by then.",
    "in_time_posted": "In time is what has been posted by then; for the safe date it should have been received.",
    "in_time_unknown": "Whether posting in time is enough is not known: see that it is received.",
    "in_time_handed_to_facility": "For a detained person: what has been handed to the place of detention by then.",
    "office_closes": "What must be done at the office itself must be done before it closes.",
    "counting_doubt": "{doubt}",
    "confidence": "Confidence: {confidence}, as of {as_of}.",
    "needs_recheck": "To be checked against the current edition; read in: {edition}.",
}


def say(line: Line) -> str:
    """Return one line as a sentence, with its article; a doubt begins with DOUBT."""
    sentence = SENTENCES[line.key].format(**line.values)
    article = f" [{line.article}]" if line.article else ""
    return f"{'DOUBT: ' if line.doubt else ''}{sentence}{article}"


def explain(clock: Clock) -> str:
    """Return how both dates were found, in plain English, one step a line."""
    return "\n".join(say(line) for line in clock.why)
