"""What Twilio tells the program of a message or a call, as form fields."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from sandbox.twilio.state import Call, CallStatus, Message, Network, Recording, Service
from sandbox.twilio.whatsapp import bare

VERSION = "2010-04-01"
SIP_CODES = {CallStatus.BUSY: "486", CallStatus.NO_ANSWER: "487", CallStatus.FAILED: "404", CallStatus.COMPLETED: "200"}


@dataclass(frozen=True)
class Post:
    """One request to the program. Those of one `subject` are brought in order; `is_last` ends them."""

    service: Service
    subject: str
    url: str
    fields: dict[str, str]
    is_last: bool


def of_message(network: Network, message: Message) -> dict[str, str]:
    """The fields of a status callback of an SMS."""
    fields = {
        "AccountSid": network.account,
        "ApiVersion": VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status.value,
        "SmsStatus": message.status.value,
        "From": message.sender,
        "To": message.recipient,
    }
    if message.error_code is not None:
        fields |= {"ErrorCode": str(message.error_code), "ErrorMessage": message.error_message or ""}
    return fields


def of_inbound(network: Network, message: Message) -> dict[str, str]:
    """The fields of a message that a phone wrote."""
    fields = {
        "AccountSid": network.account,
        "ApiVersion": VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "From": message.sender,
        "To": message.recipient,
        "Body": message.body,
        "NumMedia": str(len(message.attached)),
        "NumSegments": "1",
    }
    root = f"https://api.twilio.com/{VERSION}/Accounts/{network.account}/Messages/{message.sid}/Media"
    for number, one in enumerate(message.attached):
        fields |= {f"MediaUrl{number}": f"{root}/{one.sid}", f"MediaContentType{number}": one.content_type}
    return fields | _of_whatsapp(message) if message.is_whatsapp else fields


def _of_whatsapp(message: Message) -> dict[str, str]:
    """What only a message of WhatsApp has."""
    number = bare(message.sender).removeprefix("+")
    fields = {"ProfileName": message.profile, "ChannelPrefix": "whatsapp", "MessageType": _type(message)}
    fields |= {"WaId": number} if number.isdigit() else {"ExternalUserId": number}
    if message.place is not None:
        fields |= {"Latitude": str(message.place[0]), "Longitude": str(message.place[1])}
    return fields


def _type(message: Message) -> str:
    if message.place is not None:
        return "location"
    return message.attached[0].content_type.partition("/")[0] if message.attached else "text"


def of_call(network: Network, call: Call) -> dict[str, str]:
    """The fields that every request about a call has."""
    fields = {
        "AccountSid": network.account,
        "ApiVersion": VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status.value,
        "Direction": "inbound" if call.is_inbound else "outbound-api",
        "From": call.sender,
        "Caller": call.sender,
        "To": call.recipient,
        "Called": call.recipient,
    }
    if call.answered_by is not None:
        fields["AnsweredBy"] = call.answered_by
    return fields


def of_recording(network: Network, recording: Recording) -> dict[str, str]:
    """The fields that tell of a recording."""
    return {
        "RecordingSid": recording.sid,
        "RecordingUrl": f"https://api.twilio.com/{VERSION}/Accounts/{network.account}/Recordings/{recording.sid}",
        "RecordingDuration": str(recording.seconds),
    }


def of_progress(network: Network, call: Call, status: str, sequence: int, at: datetime) -> dict[str, str]:
    """The fields of a status callback of a call; a call that is over also says how long was talked."""
    fields = of_call(network, call) | {
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence),
        "Timestamp": format_datetime(at),
    }
    if not call.is_over:
        return fields
    seconds = call.seconds or 0
    fields |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60))}
    if call.status in SIP_CODES:
        fields["SipResponseCode"] = SIP_CODES[call.status]
    return fields
