"""Messages and calls as Twilio's API shows them."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from sandbox.twilio.state import Call, Message, Network, Recording

ROOT: Final = "/2010-04-01/Accounts"
PLAIN_LETTERS: Final = 160
OTHER_LETTERS: Final = 70


def account(network: Network) -> dict[str, Any]:
    """The account."""
    since = _date(network.now())
    return {
        "sid": network.account,
        "owner_account_sid": network.account,
        "friendly_name": "Sandbox",
        "status": "active",
        "type": "Full",
        "auth_token": "",
        "date_created": since,
        "date_updated": since,
        "uri": f"{ROOT}/{network.account}.json",
        "subresource_uris": {},
    }


def message(network: Network, one: Message) -> dict[str, Any]:
    """A Message resource."""
    return {
        "sid": one.sid,
        "account_sid": network.account,
        "messaging_service_sid": one.messaging_service or None,
        "api_version": "2010-04-01",
        "body": one.body,
        "from": one.sender or None,
        "to": one.recipient,
        "direction": one.direction,
        "status": one.status.value,
        "error_code": one.error_code,
        "error_message": one.error_message,
        "num_segments": str(_segments(one.body)),
        "num_media": str(len(one.attached)),
        "price": None,
        "price_unit": "USD",
        "date_created": _date(one.created_at),
        "date_updated": _date(one.updated_at),
        "date_sent": _date(one.sent_at),
        "uri": f"{ROOT}/{network.account}/Messages/{one.sid}.json",
        "subresource_uris": {"media": f"{ROOT}/{network.account}/Messages/{one.sid}/Media.json"},
    }


def call(network: Network, one: Call) -> dict[str, Any]:
    """A Call resource."""
    return {
        "sid": one.sid,
        "account_sid": network.account,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "api_version": "2010-04-01",
        "from": one.sender,
        "from_formatted": one.sender,
        "to": one.recipient,
        "to_formatted": one.recipient,
        "direction": "inbound" if one.is_inbound else "outbound-api",
        "status": one.status.value,
        "answered_by": one.answered_by,
        "duration": None if one.seconds is None else str(one.seconds),
        "date_created": _date(one.created_at),
        "date_updated": _date(one.updated_at),
        "start_time": _date(one.started_at),
        "end_time": _date(one.ended_at),
        "price": None,
        "price_unit": "USD",
        "caller_name": "",
        "forwarded_from": None,
        "group_sid": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{ROOT}/{network.account}/Calls/{one.sid}.json",
        "subresource_uris": {},
    }


def recording(network: Network, one: Recording) -> dict[str, Any]:
    """A Recording resource."""
    return {
        "sid": one.sid,
        "account_sid": network.account,
        "call_sid": one.call,
        "duration": str(one.seconds),
        "status": "completed",
        "channels": 1,
        "source": "RecordVerb",
        "date_created": _date(one.at),
        "date_updated": _date(one.at),
        "start_time": _date(one.at),
        "uri": f"{ROOT}/{network.account}/Recordings/{one.sid}.json",
    }


def number(network: Network, sms_url: str | None, voice_url: str | None) -> dict[str, Any]:
    """An IncomingPhoneNumber resource."""
    return {
        "sid": "PN" + "0" * 32,
        "account_sid": network.account,
        "phone_number": network.number,
        "friendly_name": network.number,
        "sms_url": sms_url or "",
        "sms_method": "POST",
        "voice_url": voice_url or "",
        "voice_method": "POST",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "uri": f"{ROOT}/{network.account}/IncomingPhoneNumbers/PN{'0' * 32}.json",
    }


def _date(at: datetime | None) -> str | None:
    return None if at is None else format_datetime(at.replace(microsecond=0))


def _segments(body: str) -> int:
    """Roughly: Twilio counts letters of the GSM alphabet, here those of ASCII."""
    length = PLAIN_LETTERS if body.isascii() else OTHER_LETTERS
    if len(body) <= length:
        return 1
    return -(-len(body) // (length - 7 if body.isascii() else length - 3))
