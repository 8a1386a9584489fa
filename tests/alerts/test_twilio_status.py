"""Reports of Twilio's: what they are read as, and what they can never be read as."""

from __future__ import annotations

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.port import Arrival, Report
from alerts.channels.twilio.errors import TABLE
from alerts.channels.twilio.status import DELIVERED, UNDER_WAY, News, read_status
from alerts.channels.verdicts import Kind

CALL_STATUSES = (
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "no-answer",
    "failed",
    "canceled",
)
MACHINES = ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "machine")
FIELDS = [
    *("attempt", "MessageSid", "SmsSid", "MessageStatus", "SmsStatus"),
    *("CallSid", "CallStatus", "AnsweredBy", "Digits", "ErrorCode"),
]
ANYTHING = st.dictionaries(
    st.sampled_from(FIELDS) | st.text(),
    st.sampled_from([*CALL_STATUSES, "delivered", "undelivered", "human", *MACHINES, "30003", "0"]) | st.text(),
)


def message(status: str, error_code: str | None = None) -> Report:
    form = {"MessageSid": "SM1", "MessageStatus": status, "To": "+77000000001", "From": "+77000000000"}
    return read_status(form if error_code is None else form | {"ErrorCode": error_code}).report


def call(status: str, answered_by: str | None = None, **others: str) -> Report:
    form = {"CallSid": "CA1", "CallStatus": status, **others}
    return read_status(form if answered_by is None else form | {"AnsweredBy": answered_by}).report


def test_a_report_names_the_attempt_and_the_message() -> None:
    form = {
        "attempt": "a1",
        "MessageSid": "SM1",
        "SmsSid": "SM1",
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
    }
    assert read_status(form) == News("a1", "SM1", DELIVERED)
    assert read_status({"attempt": "a2", "CallSid": "CA1", "CallStatus": "ringing"}) == News("a2", "CA1", UNDER_WAY)
    assert read_status({"SmsSid": "SM2", "SmsStatus": "sent"}) == News(None, "SM2", Report(Arrival.SENT))


@pytest.mark.parametrize(
    ("status", "arrival"),
    [
        ("accepted", Arrival.UNDER_WAY),
        ("scheduled", Arrival.UNDER_WAY),
        ("queued", Arrival.UNDER_WAY),
        ("sending", Arrival.UNDER_WAY),
        ("sent", Arrival.SENT),
        ("delivered", Arrival.DELIVERED),
        ("read", Arrival.READ),
        ("canceled", Arrival.FAILED_PERMANENT),
        ("undelivered", Arrival.FAILED_TEMPORARY),
        ("failed", Arrival.FAILED_TEMPORARY),
    ],
)
def test_a_text_message_comes_as_far_as_twilio_says(status: str, arrival: Arrival) -> None:
    assert message(status).arrival is arrival


@pytest.mark.parametrize("number", TABLE)
def test_every_code_of_a_failure_means_something(number: int) -> None:
    verdict, report = TABLE[number], message("undelivered", str(number))
    passes = verdict.kind in {Kind.TEMPORARY, Kind.LIMITED}
    assert report.arrival is (Arrival.FAILED_TEMPORARY if passes else Arrival.FAILED_PERMANENT)
    assert (report.code, report.meaning) == (verdict.code, verdict.meaning)
    assert report.recipient_gone is (verdict.kind is Kind.GONE)
    assert call("failed", ErrorCode=str(number)) == report


@pytest.mark.parametrize("nothing", [None, "", "0", "00", "none", "30003.5", "-1", "٣٠٠٠٣", "1" * 400])
def test_a_failure_without_a_code_may_pass(nothing: str | None) -> None:
    report = message("undelivered", nothing)
    assert (report.arrival, report.code, report.recipient_gone) == (Arrival.FAILED_TEMPORARY, "not_delivered", False)


def test_a_code_of_next_year_is_temporary_and_loud() -> None:
    with structlog.testing.capture_logs() as logs:
        report = message("undelivered", "39999")
    assert (report.arrival, report.code) == (Arrival.FAILED_TEMPORARY, "unknown_code")
    assert logs == [{"event": "unknown_code", "log_level": "error", "channel": "twilio", "number": 39999}]


def test_a_status_of_next_year_claims_nothing_and_is_loud_without_its_words() -> None:
    with structlog.testing.capture_logs() as logs:
        assert message("canary") == call("canary", "human") == UNDER_WAY
    assert [entry["event"] for entry in logs] == ["unknown_status", "unknown_status"]
    assert "canary" not in repr(logs)


def test_a_call_has_arrived_when_a_human_answers() -> None:
    assert call("in-progress", "human") == DELIVERED
    assert call("completed", "human") == DELIVERED


def test_a_call_has_arrived_when_a_key_is_pressed() -> None:
    assert call("in-progress", "unknown", Digits="1") == DELIVERED
    assert call("completed", Digits="*") == DELIVERED


@pytest.mark.parametrize("answered_by", [None, "", "unknown"])
def test_that_a_call_was_completed_says_nothing_by_itself(answered_by: str | None) -> None:
    assert call("in-progress", answered_by) == UNDER_WAY
    report = call("completed", answered_by)
    assert (report.arrival, report.code) == (Arrival.FAILED_TEMPORARY, "unheard")


@pytest.mark.parametrize("machine", MACHINES)
def test_voicemail_is_nobody(machine: str) -> None:
    for status in ("in-progress", "completed"):
        report = call(status, machine)
        assert (report.arrival, report.code) == (Arrival.FAILED_TEMPORARY, "voicemail")


@pytest.mark.parametrize(
    ("status", "arrival", "code"),
    [
        ("queued", Arrival.UNDER_WAY, ""),
        ("initiated", Arrival.UNDER_WAY, ""),
        ("ringing", Arrival.UNDER_WAY, ""),
        ("busy", Arrival.FAILED_TEMPORARY, "busy"),
        ("no-answer", Arrival.FAILED_TEMPORARY, "not_answered"),
        ("failed", Arrival.FAILED_TEMPORARY, "call_failed"),
        ("canceled", Arrival.FAILED_PERMANENT, "canceled"),
    ],
)
def test_a_call_that_nobody_took(status: str, arrival: Arrival, code: str) -> None:
    for answered_by in (None, "human"):
        report = call(status, answered_by)
        assert (report.arrival, report.code, report.recipient_gone) == (arrival, code, False)


@given(ANYTHING)
def test_any_form_is_read(form: dict[str, str]) -> None:
    news = read_status(form)
    assert news.report.arrival in Arrival
    assert (news.report.arrival in {Arrival.FAILED_TEMPORARY, Arrival.FAILED_PERMANENT}) is bool(news.report.code)


@given(ANYTHING, st.sampled_from(MACHINES), st.sampled_from(CALL_STATUSES) | st.text())
def test_no_machine_is_ever_taken_for_a_person(form: dict[str, str], machine: str, status: str) -> None:
    report = read_status(form | {"CallSid": "CA1", "CallStatus": status, "AnsweredBy": machine}).report
    assert report.arrival not in {Arrival.DELIVERED, Arrival.READ}


@given(ANYTHING)
def test_only_a_human_or_a_key_makes_a_call_arrive(form: dict[str, str]) -> None:
    report = read_status(form | {"CallSid": "CA1"}).report
    assert report.arrival is not Arrival.DELIVERED or form.get("AnsweredBy") == "human" or form.get("Digits")
