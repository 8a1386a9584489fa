"""What Twilio's codes mean for us: the tables, and their translation into the port's errors and reports.

Source: https://www.twilio.com/docs/api/errors (each code has a page of its own, ``/docs/api/errors/21211``), read in
2026. Twilio splits codes into finer ones now and then. A code that no table knows is temporary, because an alert must
not be lost to a new number, and loud.

Who is *gone* is told sparingly: a helper whose number is wrongly given up is not asked again. Only what says that the
number is none, or that its owner asked for silence, counts. "Unknown handset" (30005) and "cannot be reached" (21214)
also come from phones that are abroad or switched off: the message failed, the number stays good.
"""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channels.port import Arrival, ChannelError, RateLimited, Report, TemporaryFailure, UnknownOutcome
from alerts.channels.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger(__name__)

UNREADABLE: Final = "unreadable_answer"
UNKNOWN_CODE: Final = "unknown_code"
NO_SUCH_THING: Final = "no_such_thing"
UNSTATED_RETRY: Final = timedelta(seconds=5)
LONGEST_RETRY: Final = timedelta(minutes=10)
"""A longer wait than this is asked of nobody: it would be a mistake, of ours or of theirs."""


ACCOUNT = {
    10001: Verdict(Kind.MISCONFIGURED, "account_suspended", "the Twilio account is not active: see its console"),
    20003: Verdict(Kind.MISCONFIGURED, "token_refused", "Twilio refuses TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
    20005: Verdict(Kind.MISCONFIGURED, "account_suspended", "the Twilio account is not active: see its console"),
    20404: Verdict(Kind.MISCONFIGURED, NO_SUCH_THING, "Twilio knows no such account or message: see TWILIO_API_URL"),
    20009: Verdict(Kind.TEMPORARY, "not_finished", "Twilio has not finished with the message yet"),
    20429: Verdict(Kind.LIMITED, "rate_limited", "too many calls to Twilio"),
    20503: Verdict(Kind.TEMPORARY, "provider_down", "Twilio has a fault of its own"),
}
"""Of the account and the API as such."""

SETTINGS = {
    21205: Verdict(Kind.MISCONFIGURED, "url_refused", "Twilio does not accept PANAH_PUBLIC_URL as an address"),
    21210: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_VOICE_FROM is not a number of this account"),
    21212: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM or TWILIO_VOICE_FROM is not a valid sender"),
    21213: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_VOICE_FROM is missing"),
    21603: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM is missing"),
    21606: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM cannot send text messages"),
    21609: Verdict(Kind.MISCONFIGURED, "url_refused", "Twilio does not accept PANAH_PUBLIC_URL for reports"),
    21659: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM is not a number of Twilio's"),
    21660: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM belongs to another account"),
    21661: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_SMS_FROM cannot send text messages"),
}
"""Of what stands in our settings."""

RECIPIENT = {
    13223: Verdict(Kind.GONE, "number_invalid", "this is not a telephone number"),
    13226: Verdict(Kind.GONE, "number_invalid", "no country has numbers that begin like this"),
    21211: Verdict(Kind.GONE, "number_invalid", "this is not a telephone number"),
    21217: Verdict(Kind.GONE, "number_invalid", "this is not a telephone number"),
    21265: Verdict(Kind.GONE, "number_invalid", "this is a short code, not somebody's number"),
    21610: Verdict(Kind.GONE, "unsubscribed", "the person answered STOP to our number; START lets messages in again"),
    21614: Verdict(Kind.GONE, "not_mobile", "no mobile number: text messages do not arrive there"),
    21635: Verdict(Kind.GONE, "not_mobile", "a landline: text messages do not arrive there"),
}
"""Of a number that will never do."""

CALLS_SWITCHED_OFF = Verdict(
    Kind.PERMANENT,
    "country_not_allowed",
    "calls to this country are switched off: Voice → Geo permissions in the console",
)
MESSAGES_SWITCHED_OFF = Verdict(
    Kind.PERMANENT,
    "country_not_allowed",
    "messages to this country are switched off: Messaging → Geo permissions in the console",
)
DESTINATION = {
    13224: Verdict(Kind.TEMPORARY, "not_reachable", "no carrier takes a call to this number now"),
    13225: Verdict(Kind.PERMANENT, "blocked_by_twilio", "Twilio blocks calls to this number: ask its support"),
    13227: CALLS_SWITCHED_OFF,
    21214: Verdict(Kind.PERMANENT, "not_reachable", "this number cannot be called from ours"),
    21215: CALLS_SWITCHED_OFF,
    21216: Verdict(Kind.PERMANENT, "blocked_by_twilio", "Twilio blocks calls to this number: ask its support"),
    21219: Verdict(Kind.PERMANENT, "not_verified", "a trial account calls verified numbers only: upgrade it"),
    21408: MESSAGES_SWITCHED_OFF,
    21608: Verdict(Kind.PERMANENT, "not_verified", "a trial account writes to verified numbers only: upgrade it"),
    21612: Verdict(Kind.PERMANENT, "no_route", "Twilio has no way from our sender to this number: use another"),
}
"""Of the way to a number; the number itself may be good."""

MESSAGE = {
    21266: Verdict(Kind.PERMANENT, "to_ourselves", "the message is for our own number"),
    21602: Verdict(Kind.PERMANENT, "empty", "there is no text"),
    21617: Verdict(Kind.PERMANENT, "too_long", "the text is longer than a message may be"),
    21619: Verdict(Kind.PERMANENT, "empty", "there is no text"),
    21220: Verdict(Kind.PERMANENT, "call_ended", "the call is over already"),
    14107: Verdict(Kind.LIMITED, "rate_limited", "too many messages to this number in a short time"),
    21611: Verdict(Kind.TEMPORARY, "queue_full", "too many messages of ours wait at Twilio"),
}
"""Of this one message or call."""

DELIVERY = {
    30001: Verdict(Kind.TEMPORARY, "queue_full", "too many messages of ours wait at Twilio"),
    30002: Verdict(Kind.MISCONFIGURED, "account_suspended", "the account was suspended before the message left"),
    30003: Verdict(Kind.TEMPORARY, "phone_off", "the phone is off or has no signal"),
    30004: Verdict(Kind.PERMANENT, "blocked", "the number or its network takes no such messages"),
    30005: Verdict(Kind.PERMANENT, "unknown_phone", "the network does not know the number, or not now"),
    30006: Verdict(Kind.PERMANENT, "not_mobile", "a landline, or a network that Twilio does not reach"),
    30007: Verdict(Kind.PERMANENT, "filtered", "the network took the message for unwanted and dropped it"),
    30008: Verdict(Kind.TEMPORARY, "not_delivered", "the network did not say why"),
    30017: Verdict(Kind.TEMPORARY, "congestion", "the network is congested"),
    30018: Verdict(Kind.MISCONFIGURED, "sender_unregistered", "this country wants the sender registered first"),
    30022: Verdict(Kind.LIMITED, "rate_limited", "the rate for our US registration is used up"),
    30023: Verdict(Kind.LIMITED, "daily_limit", "the day's messages for our US registration are used up"),
    30024: Verdict(Kind.MISCONFIGURED, "sender_unregistered", "the network does not know our number as a sender"),
    30032: Verdict(Kind.MISCONFIGURED, "sender_unregistered", "our toll-free number has not been verified"),
    30033: Verdict(Kind.MISCONFIGURED, "sender_unregistered", "our US registration is suspended"),
    30034: Verdict(Kind.MISCONFIGURED, "sender_unregistered", "our number is not registered for messages to the US"),
    30036: Verdict(Kind.TEMPORARY, "expired", "the message waited too long at Twilio"),
    30410: Verdict(Kind.TEMPORARY, "network_down", "a network on the way had a fault or did not answer"),
    30500: Verdict(Kind.TEMPORARY, "provider_down", "Twilio has a fault of its own"),
}
"""Of what became of a message after Twilio had taken it."""

NO_SENDER = Verdict(
    Kind.MISCONFIGURED, "sender_refused", "TWILIO_WHATSAPP_FROM is no WhatsApp sender of this account, or not yet"
)
NO_TEMPLATE = Verdict(
    Kind.MISCONFIGURED, "template_refused", "TWILIO_WHATSAPP_TEMPLATE is unknown, not approved, or paused by Meta"
)
WHATSAPP = {
    21655: NO_TEMPLATE,
    21910: Verdict(Kind.MISCONFIGURED, "sender_refused", "TWILIO_WHATSAPP_FROM and the address are of two channels"),
    63001: Verdict(Kind.MISCONFIGURED, "sender_refused", "WhatsApp does not let our sender in: see Twilio's console"),
    63002: NO_SENDER,
    63003: Verdict(Kind.GONE, "no_whatsapp", "there is no WhatsApp at this address"),
    63005: Verdict(Kind.PERMANENT, "content_refused", "WhatsApp does not take this content"),
    63007: NO_SENDER,
    63008: Verdict(Kind.MISCONFIGURED, "sender_refused", "the WhatsApp sender is not set up in Twilio's console"),
    63010: Verdict(Kind.TEMPORARY, "provider_down", "WhatsApp has a fault of its own"),
    63012: Verdict(Kind.TEMPORARY, "provider_down", "WhatsApp has a fault of its own"),
    63013: Verdict(Kind.PERMANENT, "content_refused", "WhatsApp says that this is against its rules"),
    63014: Verdict(Kind.GONE, "blocked", "the person has blocked our number on WhatsApp"),
    63016: Verdict(Kind.PERMANENT, "window_closed", "more than a day has passed since their last message"),
    63018: Verdict(Kind.LIMITED, "rate_limited", "too many messages by WhatsApp in a short time"),
    63019: Verdict(Kind.TEMPORARY, "not_delivered", "a file could not be brought to WhatsApp"),
    63020: Verdict(Kind.MISCONFIGURED, "account_suspended", "Meta has not accepted, or has locked, our account"),
    63021: Verdict(Kind.PERMANENT, "content_refused", "WhatsApp does not take this content"),
    63024: Verdict(Kind.GONE, "no_whatsapp", "there is no WhatsApp at this address"),
    63027: NO_TEMPLATE,
    63032: Verdict(Kind.PERMANENT, "not_delivered", "Meta does not let this person be written to now"),
    63049: Verdict(Kind.PERMANENT, "not_delivered", "Meta chose not to deliver it"),
    63112: Verdict(Kind.MISCONFIGURED, "account_suspended", "Meta has switched our WhatsApp account off"),
}
"""Of WhatsApp. 63016 says that a person's day is over: what it refuses waits for their next word."""

TABLE: Final[Mapping[int, Verdict]] = {
    **ACCOUNT,
    **SETTINGS,
    **RECIPIENT,
    **DESTINATION,
    **MESSAGE,
    **DELIVERY,
    **WHATSAPP,
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
        return TABLE[number].as_error(wait_of(retry_after))
    return _by_status(status, retry_after) or _unknown(said, number or status)


def failed(number: int | None, code: str, meaning: str) -> Report:
    """Return what Twilio's code says about a message or call that did not arrive.

    ``code`` and ``meaning`` say it where Twilio gave no number: then it is temporary.
    """
    if number is None:
        return Report(Arrival.FAILED_TEMPORARY, code, meaning)
    if number not in TABLE:
        say_unknown(number)
        return Report(Arrival.FAILED_TEMPORARY, UNKNOWN_CODE, "it did not arrive, for a reason we do not know")
    return TABLE[number].as_report()


def say_unknown(number: int) -> None:
    """Say loudly that a code is missing; a number is all that is said."""
    log.error("unknown_code", channel="twilio", number=number)


def wait_of(retry_after: str) -> timedelta:
    """Return how long to wait: what the header says in seconds, within reason, or a few seconds."""
    if not (retry_after.isascii() and retry_after.isdecimal()) or len(retry_after) > len("31536000"):
        return UNSTATED_RETRY
    return min(timedelta(seconds=int(retry_after)) or UNSTATED_RETRY, LONGEST_RETRY)


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
        return TABLE[20003].as_error(UNSTATED_RETRY)
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
    # Twilio's refusals have both; what else answers in JSON has neither.
    return said if isinstance(said, dict) and ("code" in said or "status" in said) else None


def _number(said: Mapping[str, object] | None) -> int:
    """Twilio's code in a refusal; 0 if there is none."""
    number = said.get("code") if said is not None else None
    return number if isinstance(number, int) else 0
