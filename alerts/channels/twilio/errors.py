"""What Twilio's codes mean for us: the tables, and their translation into the port's errors and reports.

Source: https://www.twilio.com/docs/api/errors (each code has a page of its own, ``/docs/api/errors/21211``), read in
2026. Twilio splits codes into finer ones now and then. A code that no row knows is temporary, because an alert must
not be lost to a new number, and loud.

Who is *gone* is told sparingly: a helper whose number is wrongly given up is not asked again. Only what says that the
number is none, or that its owner asked for silence, counts. "Unknown handset" (30005) and "cannot be reached" (21214)
also come from phones that are abroad or switched off: the message failed, the number stays good.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channels.port import (
    Arrival,
    ChannelError,
    Misconfigured,
    PermanentFailure,
    RateLimited,
    Report,
    TemporaryFailure,
    UnknownOutcome,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger(__name__)

UNREADABLE: Final = "unreadable_answer"
UNKNOWN_CODE: Final = "unknown_code"
NO_SUCH_THING: Final = "no_such_thing"
UNSTATED_RETRY: Final = timedelta(seconds=5)
LONGEST_RETRY: Final = timedelta(minutes=10)
"""A longer wait than this is asked of nobody: it would be a mistake, of ours or of theirs."""


class Kind(Enum):
    """What a code means for what comes next."""

    TEMPORARY = auto()
    """Trying again may help."""
    PERMANENT = auto()
    """This message or call will not go through; the number is as good as before."""
    GONE = auto()
    """Nobody can be reached at this number in this way."""
    MISCONFIGURED = auto()
    """Nothing works until a person mends the account or the settings."""
    LIMITED = auto()
    """Too much at once; it goes on after a while."""


@dataclass(frozen=True)
class Row:
    """One of Twilio's codes: its kind, our stable name for it, and what a person should know."""

    number: int
    kind: Kind
    code: str
    meaning: str


ACCOUNT = (
    Row(10001, Kind.MISCONFIGURED, "account_suspended", "the Twilio account is not active: see its console"),
    Row(20003, Kind.MISCONFIGURED, "token_refused", "Twilio does not accept TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
    Row(20005, Kind.MISCONFIGURED, "account_suspended", "the Twilio account is not active: see its console"),
    Row(20404, Kind.MISCONFIGURED, NO_SUCH_THING, "Twilio knows no such account or message: see TWILIO_API_URL"),
    Row(20009, Kind.TEMPORARY, "not_finished", "Twilio has not finished with the message yet"),
    Row(20429, Kind.LIMITED, "rate_limited", "too many calls to Twilio"),
    Row(20503, Kind.TEMPORARY, "provider_down", "Twilio has a fault of its own"),
)
"""Of the account and the API as such."""

SETTINGS = (
    Row(21205, Kind.MISCONFIGURED, "url_refused", "Twilio does not accept PANAH_PUBLIC_URL as an address"),
    Row(21210, Kind.MISCONFIGURED, "sender_refused", "TWILIO_VOICE_FROM is not a number of this account"),
    Row(21212, Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM or TWILIO_VOICE_FROM is not a valid sender"),
    Row(21213, Kind.MISCONFIGURED, "sender_refused", "TWILIO_VOICE_FROM is missing"),
    Row(21603, Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM is missing"),
    Row(21606, Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM cannot send text messages"),
    Row(21609, Kind.MISCONFIGURED, "url_refused", "Twilio does not accept PANAH_PUBLIC_URL for reports"),
    Row(21659, Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM is not a number of Twilio's"),
    Row(21660, Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM belongs to another account"),
    Row(21661, Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM cannot send text messages"),
)
"""Of what stands in our settings."""

RECIPIENT = (
    Row(13223, Kind.GONE, "number_invalid", "this is not a telephone number"),
    Row(13226, Kind.GONE, "number_invalid", "no country has numbers that begin like this"),
    Row(21211, Kind.GONE, "number_invalid", "this is not a telephone number"),
    Row(21217, Kind.GONE, "number_invalid", "this is not a telephone number"),
    Row(21265, Kind.GONE, "number_invalid", "this is a short code, not somebody's number"),
    Row(21610, Kind.GONE, "unsubscribed", "the person answered STOP to our number; START lets messages in again"),
    Row(21614, Kind.GONE, "not_mobile", "no mobile number: text messages do not arrive there"),
    Row(21635, Kind.GONE, "not_mobile", "a landline: text messages do not arrive there"),
)
"""Of a number that will never do."""

DESTINATION = (
    Row(13224, Kind.TEMPORARY, "not_reachable", "no carrier takes a call to this number now, or it is not in service"),
    Row(13225, Kind.PERMANENT, "blocked_by_twilio", "Twilio blocks calls to this number: ask its support"),
    Row(
        13227,
        Kind.PERMANENT,
        "country_not_allowed",
        "calls to this country are switched off: Voice → Geo permissions in the console",
    ),
    Row(21214, Kind.PERMANENT, "not_reachable", "this number cannot be called from ours"),
    Row(
        21215,
        Kind.PERMANENT,
        "country_not_allowed",
        "calls to this country are switched off: Voice → Geo permissions in the console",
    ),
    Row(21216, Kind.PERMANENT, "blocked_by_twilio", "Twilio blocks calls to this number: ask its support"),
    Row(21219, Kind.PERMANENT, "not_verified", "a trial account calls verified numbers only: upgrade it"),
    Row(
        21408,
        Kind.PERMANENT,
        "country_not_allowed",
        "messages to this country are switched off: Messaging → Geo permissions in the console",
    ),
    Row(21608, Kind.PERMANENT, "not_verified", "a trial account writes to verified numbers only: upgrade it"),
    Row(21612, Kind.PERMANENT, "no_route", "Twilio has no way from our number to this one: another sender is needed"),
)
"""Of the way to a number; the number itself may be good."""

MESSAGE = (
    Row(21266, Kind.PERMANENT, "to_ourselves", "the message is for our own number"),
    Row(21602, Kind.PERMANENT, "empty", "there is no text"),
    Row(21617, Kind.PERMANENT, "too_long", "the text is longer than a message may be"),
    Row(21619, Kind.PERMANENT, "empty", "there is no text"),
    Row(21220, Kind.PERMANENT, "call_ended", "the call is over already"),
    Row(14107, Kind.LIMITED, "rate_limited", "too many messages to this number in a short time"),
    Row(21611, Kind.TEMPORARY, "queue_full", "too many messages of ours wait at Twilio"),
)
"""Of this one message or call."""

DELIVERY = (
    Row(30001, Kind.TEMPORARY, "queue_full", "too many messages of ours wait at Twilio"),
    Row(30002, Kind.MISCONFIGURED, "account_suspended", "the account was suspended before the message left"),
    Row(30003, Kind.TEMPORARY, "phone_off", "the phone is off or has no signal"),
    Row(30004, Kind.PERMANENT, "blocked", "the number or its network takes no such messages"),
    Row(30005, Kind.PERMANENT, "unknown_phone", "the network does not know the number, or not now"),
    Row(30006, Kind.PERMANENT, "not_mobile", "a landline, or a network that Twilio does not reach"),
    Row(30007, Kind.PERMANENT, "filtered", "the network took the message for unwanted and dropped it"),
    Row(30008, Kind.TEMPORARY, "not_delivered", "the network did not say why"),
    Row(30017, Kind.TEMPORARY, "congestion", "the network is congested"),
    Row(30018, Kind.MISCONFIGURED, "sender_unregistered", "this country wants the sender registered first"),
    Row(30022, Kind.LIMITED, "rate_limited", "the rate for our US registration is used up"),
    Row(30023, Kind.LIMITED, "daily_limit", "the day's messages for our US registration are used up"),
    Row(30024, Kind.MISCONFIGURED, "sender_unregistered", "the network does not know our number as a sender"),
    Row(30032, Kind.MISCONFIGURED, "sender_unregistered", "our toll-free number has not been verified"),
    Row(30033, Kind.MISCONFIGURED, "sender_unregistered", "our US registration is suspended"),
    Row(30034, Kind.MISCONFIGURED, "sender_unregistered", "our number is not registered for messages to the US"),
    Row(30036, Kind.TEMPORARY, "expired", "the message waited too long at Twilio"),
    Row(30410, Kind.TEMPORARY, "network_down", "a network on the way had a fault or did not answer"),
    Row(30500, Kind.TEMPORARY, "provider_down", "Twilio has a fault of its own"),
)
"""Of what became of a message after Twilio had taken it."""

TABLE: Final[Mapping[int, Row]] = {
    row.number: row for rows in (ACCOUNT, SETTINGS, RECIPIENT, DESTINATION, MESSAGE, DELIVERY) for row in rows
}


def error_of_answer(status: int, body: bytes, retry_after: str = "") -> ChannelError:
    """Translate an answer that is no plain yes; reads any bytes and repeats nothing of them.

    ``retry_after`` is the header of that name, as it came.
    """
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return UnknownOutcome(UNREADABLE, "the answer could not be read; Twilio may have taken it")
    said = _read(body)
    number = _number(said)
    if number in TABLE:
        return _by_row(TABLE[number], retry_after)
    return _by_status(status, retry_after) or _unknown(said, number or status)


def failed(number: int | None, code: str, meaning: str) -> Report:
    """Return what Twilio's code says about a message or call that did not arrive.

    ``code`` and ``meaning`` say it where Twilio gave no number: then it is temporary.
    """
    if number is None:
        return Report(Arrival.FAILED_TEMPORARY, code, meaning)
    row = TABLE.get(number)
    if row is None:
        say_unknown(number)
        return Report(Arrival.FAILED_TEMPORARY, UNKNOWN_CODE, "it did not arrive, for a reason we do not know")
    passes = row.kind in {Kind.TEMPORARY, Kind.LIMITED}
    arrival = Arrival.FAILED_TEMPORARY if passes else Arrival.FAILED_PERMANENT
    return Report(arrival, row.code, row.meaning, recipient_gone=row.kind is Kind.GONE)


def say_unknown(number: int) -> None:
    """Say loudly that a row is missing; a number is all that is said."""
    log.error("unknown_code", channel="twilio", number=number)


def wait_of(retry_after: str) -> timedelta:
    """Return how long to wait: what the header says in seconds, within reason, or a few seconds."""
    if not (retry_after.isascii() and retry_after.isdecimal()) or len(retry_after) > len("31536000"):
        return UNSTATED_RETRY
    return min(timedelta(seconds=int(retry_after)) or UNSTATED_RETRY, LONGEST_RETRY)


def _by_row(row: Row, retry_after: str) -> ChannelError:
    match row.kind:
        case Kind.TEMPORARY:
            return TemporaryFailure(row.code, row.meaning)
        case Kind.PERMANENT:
            return PermanentFailure(row.code, row.meaning)
        case Kind.GONE:
            return PermanentFailure(row.code, row.meaning, recipient_gone=True)
        case Kind.MISCONFIGURED:
            return Misconfigured(row.code, row.meaning)
        case Kind.LIMITED:
            return RateLimited(row.code, row.meaning, retry_after=wait_of(retry_after))


def _by_status(status: int, retry_after: str) -> ChannelError | None:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited("rate_limited", "too many calls to Twilio", retry_after=wait_of(retry_after))
    return _server_failed(status) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None


def _unknown(said: Mapping[str, object] | None, number: int) -> ChannelError:
    if said is None:
        return TemporaryFailure(
            "foreign_answer", "something else answers in Twilio's place: see TWILIO_API_URL and the network"
        )
    if number == HTTPStatus.UNAUTHORIZED:  # a refusal without a code of its own
        return _by_row(TABLE[20003], "")
    say_unknown(number)
    return TemporaryFailure(UNKNOWN_CODE, "Twilio refused for a reason we do not know")


def _server_failed(status: int) -> ChannelError:
    """Only "unavailable" promises that nothing was begun. Any other fault may have come after the call was placed."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return TemporaryFailure("provider_down", "Twilio has a fault of its own")
    return UnknownOutcome("provider_failed", "Twilio failed while it answered; it may have taken it")


def _read(body: bytes) -> Mapping[str, object] | None:
    """The refusal in these bytes; None if this is not Twilio speaking."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    # Whatever else answers in JSON does not have both.
    return said if isinstance(said, dict) and ("code" in said or "status" in said) else None


def _number(said: Mapping[str, object] | None) -> int:
    """Twilio's code in a refusal; 0 if there is none."""
    number = said.get("code") if said is not None else None
    return number if isinstance(number, int) else 0
