"""What Twilio reports about a message or a call, read into the port's words. Pure, but for the log of unknown codes.

Sources: https://www.twilio.com/docs/messaging/api/message-resource (MessageStatus),
https://www.twilio.com/docs/voice/api/call-resource (CallStatus),
https://www.twilio.com/docs/voice/answering-machine-detection (AnsweredBy).

Reports come late, twice and out of order: what is known already must not be overwritten by an earlier arrival.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from alerts.channels.port import Arrival, Report
from alerts.channels.twilio.errors import failed

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger(__name__)

LONGEST_CODE: Final = 6
UNDER_WAY: Final = Report(Arrival.UNDER_WAY)
DELIVERED: Final = Report(Arrival.DELIVERED)
HUMAN: Final = "human"
MACHINES: Final = ("machine", "fax")
"""Beginnings of what AnsweredBy says when no person answered."""

MESSAGES: Final[Mapping[str, Report]] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), UNDER_WAY),
    "sent": Report(Arrival.SENT),
    "delivered": DELIVERED,
    "read": Report(Arrival.READ),
    "canceled": Report(Arrival.FAILED_PERMANENT, "canceled", "the message was called back before it left"),
}
CALLS: Final[Mapping[str, Report]] = {
    **dict.fromkeys(("queued", "initiated", "ringing"), UNDER_WAY),
    "busy": Report(Arrival.FAILED_TEMPORARY, "busy", "the line was busy, or the call was turned away"),
    "no-answer": Report(Arrival.FAILED_TEMPORARY, "not_answered", "nobody answered"),
    "canceled": Report(Arrival.FAILED_PERMANENT, "canceled", "the call was called back before anybody answered"),
}
VOICEMAIL: Final = Report(Arrival.FAILED_TEMPORARY, "voicemail", "a machine answered")
UNHEARD: Final = Report(
    Arrival.FAILED_TEMPORARY, "unheard", "the call was answered and ended, and nobody showed that they had heard it"
)


ANSWERED: Final[Mapping[str, Report]] = {"in-progress": UNDER_WAY, "completed": UNHEARD}
"""Calls that somebody or something answered: what they say as long as nothing shows that it was a person."""


class News(NamedTuple):
    """One report: the attempt it is about (None: Twilio was not given one), Twilio's identifier, and what it says."""

    attempt_id: str | None
    provider_id: str
    report: Report


def read_status(form: Mapping[str, str]) -> News:
    """Read the fields of a status callback, ``attempt`` of its query among them. Never raises.

    A status we do not know is "under way": it claims nothing.
    """
    attempt_id = form.get("attempt") or None
    if (call_sid := form.get("CallSid")) is not None:
        status, answered_by = form.get("CallStatus", ""), form.get("AnsweredBy", "")
        report = call_report(status, answered_by, key=form.get("Digits", ""), error_code=form.get("ErrorCode"))
        return News(attempt_id, call_sid, report)
    sid = form.get("MessageSid") or form.get("SmsSid", "")
    status = form.get("MessageStatus") or form.get("SmsStatus", "")
    return News(attempt_id, sid, message_report(status, form.get("ErrorCode")))


def message_report(status: str, error_code: str | int | None) -> Report:
    """Return what a message's status says; ``error_code`` is Twilio's, as it came."""
    if status in {"failed", "undelivered"}:
        return failed(_number(error_code), "not_delivered", "it did not arrive, and Twilio does not say why")
    return MESSAGES.get(status) or _unknown(status)


def call_report(status: str, answered_by: str, *, key: str = "", error_code: str | int | None = None) -> Report:
    """Return what a call's status says.

    Only a human counts: one Twilio heard, or one who pressed a key. That a call was completed says nothing by itself,
    and where a machine answered nothing does.
    """
    if status in CALLS:
        return CALLS[status]
    if status == "failed":
        return failed(_number(error_code), "call_failed", "the call could not be put through")
    if status not in ANSWERED:
        return _unknown(status)
    if answered_by.startswith(MACHINES):
        return VOICEMAIL
    return DELIVERED if answered_by == HUMAN or key else ANSWERED[status]


def _number(error_code: str | int | None) -> int | None:
    """Twilio's code as a number; 0, nothing and nonsense are none."""
    text = str(error_code or "")
    return int(text) or None if text.isascii() and text.isdecimal() and len(text) <= LONGEST_CODE else None


def _unknown(status: str) -> Report:
    # Not what it said: anybody's words could stand there.
    log.error("unknown_status", channel="twilio", length=len(status))
    return UNDER_WAY
