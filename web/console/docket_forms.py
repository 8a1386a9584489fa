"""The forms by which something is entered in a docket: what they offer, and how they are read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import request

from cases.consent.values import CONFIDENCES, LONGEST, Form
from cases.docket.clocks import BY_HAND
from cases.docket.entering import Entry, When, entry_at, vocabulary
from cases.docket.vocabulary import BY_PROGRAM, MEANINGS, is_set_for
from web.console.entered import RefusedError, instant_given, words_given

if TYPE_CHECKING:
    from datetime import datetime

    from web.words import Words

COMMON: Final = (
    "hearing_scheduled",
    "hearing_moved",
    "hearing_cancelled",
    "hearing_held",
    "transferred",
    "not_here",
    "released",
    "removal_scheduled",
    "removed",
)
"""What is entered oftenest: it stands first."""


def choices(words: Words) -> dict[str, Any]:
    """Return what the forms offer: events by what they are called, the commonest first."""
    others = [name for name in vocabulary() if name not in COMMON and name not in BY_PROGRAM]
    docket = sorted((name for name in others if name in MEANINGS), key=words.event)
    return {
        "common": COMMON,
        "docket": docket,
        "law": sorted((name for name in others if name not in MEANINGS), key=words.event),
        "ahead": [name for name in vocabulary() if is_set_for(name) and name != BY_HAND],
        "confidences": CONFIDENCES,
        "longest": LONGEST,
        "yes_or_no": str(Form.YES_OR_NO),
        "day": str(Form.DAY),
    }


def entry_given(zone: str, now: datetime) -> Entry:
    """Read from a form what happened or is to happen. Raises RefusedError."""
    given = request.form
    event, confidence = given.get("event", ""), given.get("confidence", "")
    if event not in vocabulary() or confidence not in ("", *CONFIDENCES):
        raise RefusedError("web.case_wrong")
    ahead = is_set_for(event)
    written = instant_given("at", zone) if given.get("at") or ahead else When(now)
    if ahead and written.day_only:
        raise RefusedError("web.case_needs_hour")
    if not ahead and written.at > now:
        raise RefusedError("web.case_not_yet")
    return replace(
        entry_at(event, written, now),
        until=instant_given("until", zone) if given.get("until") else None,
        source=words_given("source"),
        note=words_given("note"),
        confidence=confidence,
    )


def not_here_given(zone: str, now: datetime) -> Entry:
    """Read from a form who said when that they do not hold the person. Raises RefusedError."""
    asked = words_given("source")
    if not asked:
        raise RefusedError("web.case_whom_asked")
    when = instant_given("at", zone) if request.form.get("at") else When(now)
    if when.at > now:
        raise RefusedError("web.case_not_yet")
    return Entry("not_here", when, source=asked, note=words_given("note"), confidence="high")
