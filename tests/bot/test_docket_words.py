"""What stands behind a command about the docket: codes, clocks and events, however they are typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.docket import refusal_of, split_event
from bot.endings import NamedClock, read_clock
from cases.codes import leading_code, new_code, normalise_code
from cases.docket.entering import vocabulary
from texts.when import Leaning, read_when


@pytest.mark.parametrize(
    ("typed", "code", "rest"),
    [
        ("K7M-4TX 30 November 10:00", "K7M-4TX", "30 November 10:00"),
        ("k7m4tx завтра", "K7M-4TX", "завтра"),
        ("K7M 4TX завтра 10:00", "K7M-4TX", "завтра 10:00"),
        ("К7М-4ТХ  завтра\n10:00", "K7M-4TX", "завтра 10:00"),
        ("K7M-4TX", "K7M-4TX", ""),
        ("завтра 10:00", None, "завтра 10:00"),
        ("", None, ""),
    ],
)
def test_a_code_stands_first(typed: str, code: str | None, rest: str) -> None:
    found, left = leading_code(typed)
    assert (found, " ".join(left.split())) == (code, rest)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("K7M-4TX.3 Filed with the court. By hand", NamedClock("K7M-4TX", 3, "Filed with the court. By hand")),
        ("k7m4tx.12\nподано", NamedClock("K7M-4TX", 12, "подано")),
        ("K7M-4TX.3", NamedClock("K7M-4TX", 3, "")),
        ("K7M-4TX", None),
        ("K7M-4TX filed, see no.3 there", None),
        ("K7M-4TX.3b", None),
        ("nonsense.3 x", None),
    ],
)
def test_a_clock_has_a_name_and_a_note(typed: str, named: NamedClock | None) -> None:
    assert read_clock(typed) == named


@given(st.text(max_size=40))
def test_any_text_is_read(typed: str) -> None:
    clock, (code, rest), (event, words) = read_clock(typed), leading_code(typed), split_event(typed)
    assert clock is None or (normalise_code(clock.code) == clock.code and clock.note in typed)
    assert rest == typed if code is None else normalise_code(code) == code
    assert event in vocabulary() or [event, *words.split()] == (typed.split() or [""])


@given(
    event=st.sampled_from(vocabulary()), spaced=st.booleans(), rest=st.sampled_from(["", "today", "30 November 10:00"])
)
def test_every_event_is_found_with_spaces_too(event: str, spaced: bool, rest: str) -> None:
    typed = event.replace("_", " ").capitalize() if spaced else event
    assert split_event(f"{typed} {rest}") == (event, rest)


def test_an_unknown_event_is_its_first_word() -> None:
    assert split_event("questioned 1 March") == ("questioned", "1 March")
    assert split_event("") == ("", "")


def test_new_codes_are_found_again() -> None:
    code = new_code()
    assert leading_code(f"{code.lower()} tomorrow") == (code, "tomorrow")


NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
DAYS = [
    "yesterday",
    "today",
    "tomorrow",
    "24 November",
    "24.11",
    "вторник",
    "30 ноября",
    "1.1.2026",
    "кеше",
    "bugün",
    "",
]
TIMES = ["10:00", "в 18.00", "18:01", "сағат 10-да", "akşam 6", "in 1 hour", "2 hours ago", "now", ""]


@given(
    day=st.sampled_from(DAYS),
    time=st.sampled_from(TIMES),
    now=st.integers(0, 3 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    leaning=st.sampled_from(Leaning),
)
def test_no_hearing_is_entered_that_is_over_or_has_no_time(
    day: str, time: str, now: datetime, leaning: Leaning
) -> None:
    written = read_when(f"{day} {time} court", "Asia/Almaty", now, leaning)
    if written is not None:
        may_be_entered = written.at > now and not written.day_only
        assert (refusal_of(written, now) is None) == may_be_entered


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("tomorrow 10:00", None),
        ("30 ноября в 18.00", None),
        ("сағат 10-да ертең", None),
        ("tomorrow", "staff.hearing_needs_time"),
        ("yesterday 10:00", "staff.hearing_past"),
    ],
)
def test_a_hearing_that_lies_ahead_and_has_a_time_is_taken(words: str, refused: str | None) -> None:
    written = read_when(f"{words} court", "Asia/Almaty", NOW)
    assert written is not None
    assert refusal_of(written, NOW) == refused
