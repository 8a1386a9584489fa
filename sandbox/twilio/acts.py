"""What a program may ask of Twilio. Each act is a function of (network, fields) or (network, sid, fields)."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.twilio import people, showing
from sandbox.twilio.errors import RefusedError, bad_request, in_progress, not_found, number_refused
from sandbox.twilio.requests import Fields
from sandbox.twilio.state import (
    MESSAGE_UNDER_WAY,
    Attached,
    Call,
    CallStatus,
    Message,
    MessageStatus,
    Network,
    Recording,
    new_sid,
)
from sandbox.twilio.whatsapp import is_whatsapp

Json = dict[str, Any]
LONGEST_BODY: Final = 1600
LONGEST_TWIML: Final = 4000
PAGE: Final = 50
LARGEST_PAGE: Final = 1000


def show_account(network: Network) -> Json:
    """The account itself: what a program asks to see whether its token is right."""
    return showing.account(network)


def send_message(network: Network, given: Fields) -> Json:
    """Accept an SMS; 400 when it can never be sent."""
    number, body = given.recipient(), given.text("Body")
    sender, service = given.text("From"), given.text("MessagingServiceSid")
    if not sender and not service:
        raise bad_request(21603, "A 'From' phone number is required.")
    template = given.text("ContentSid")
    if template and template not in network.templates:
        raise bad_request(21655, "The ContentSid is Invalid.")
    body = network.templates[template] if template else body
    if not body:
        raise bad_request(21602, "Message body is required.")
    if is_whatsapp(sender) != is_whatsapp(number):
        raise bad_request(21910, "Invalid 'From' and 'To' pair: they are of different channels")
    if len(body) > LONGEST_BODY:
        raise bad_request(21617, "The concatenated message body exceeds the 1600 character limit")
    sender = sender or network.number
    if sender == number:
        raise bad_request(21266, "'To' and 'From' number cannot be the same")
    callback = given.address("StatusCallback", 21609)
    if (sender, number) in network.opted_out:
        raise number_refused(21610, number)
    now = network.now()
    message = Message(
        sid=new_sid("SM"),
        sender=sender,
        recipient=number,
        body=body,
        direction="outbound-api",
        status=MessageStatus.QUEUED,
        created_at=now,
        updated_at=now,
        status_callback=callback,
        messaging_service=service,
        template=template,
    )
    return showing.message(network, network.add_message(message))


def show_message(network: Network, sid: str) -> Json:
    """One message."""
    return showing.message(network, _message(network, sid))


def list_messages(network: Network, given: Fields) -> Json:
    """Messages, the newest first, a page at a time."""
    sent = given.between("DateSent")
    found = [
        showing.message(network, message)
        for message in reversed(network.messages.values())
        if not message.deleted
        and given.text("To") in {"", message.recipient}
        and given.text("From") in {"", message.sender}
        and sent.holds(message.sent_at)
    ]
    return _page(f"{showing.ROOT}/{network.account}/Messages.json", "messages", found, given)


def change_message(network: Network, sid: str, given: Fields) -> Json:
    """Forget what a message said: `Body` must be there and empty."""
    message = _message(network, sid)
    if not given.has("Body") or given.text("Body"):
        raise bad_request(21606, "Only an empty Body can be given: a message cannot be changed, only redacted")
    if message.status in MESSAGE_UNDER_WAY:
        raise in_progress()
    message.body = ""
    network.touch(message)
    return showing.message(network, message)


def look_for_file(network: Network, sid: str, media: str) -> Attached:
    """A file that came with a message."""
    found = next((one for one in _message(network, sid).attached if one.sid == media), None)
    if found is None:
        raise _missing(network, f"Messages/{sid}/Media/{media}")
    return found


def delete_file(network: Network, sid: str, media: str) -> None:
    """Forget a file."""
    _message(network, sid).attached.remove(look_for_file(network, sid, media))


def delete_message(network: Network, sid: str) -> None:
    """Forget a message altogether."""
    message = _message(network, sid)
    if message.status in MESSAGE_UNDER_WAY:
        raise in_progress()
    message.body, message.deleted = "", True
    network.touch(message)


def place_call(network: Network, given: Fields) -> Json:
    """Accept a call; 400 when it can never be placed."""
    number = given.recipient()
    if not given.text("From"):
        raise bad_request(21213, "No 'From' number is specified")
    url, twiml = given.address("Url", 21205), given.text("Twiml")
    if not url and not twiml:
        raise bad_request(21205, "Url parameter is required.")
    if len(twiml) > LONGEST_TWIML:
        raise bad_request(21624, "Twiml must be 4000 characters or less")
    now = network.now()
    call = Call(
        sid=new_sid("CA"),
        sender=given.text("From"),
        recipient=number,
        created_at=now,
        updated_at=now,
        url=url,
        method=given.text("Method", "POST").upper(),
        twiml=twiml if not url else "",
        status_callback=given.address("StatusCallback", 21609),
        events=given.events(),
        machine_detection=_detection(given.text("MachineDetection")),
        ring_for=given.integer("Timeout", 60),
    )
    return showing.call(network, network.add_call(call))


def show_call(network: Network, sid: str) -> Json:
    """One call."""
    return showing.call(network, _call(network, sid))


def list_calls(network: Network, given: Fields) -> Json:
    """Calls, the newest first, a page at a time."""
    started, ended = given.between("StartTime"), given.between("EndTime")
    found = [
        showing.call(network, call)
        for call in reversed(network.calls.values())
        if given.text("To") in {"", call.recipient}
        and given.text("From") in {"", call.sender}
        and given.text("Status") in {"", call.status.value}
        and started.holds(call.started_at)
        and ended.holds(call.ended_at)
    ]
    return _page(f"{showing.ROOT}/{network.account}/Calls.json", "calls", found, given)


def change_call(network: Network, sid: str, given: Fields) -> Json:
    """End a call: `completed` hangs up, `canceled` only stops the ringing."""
    call = _call(network, sid)
    status = given.text("Status")
    if status not in {"completed", "canceled"}:
        raise bad_request(21218, "Invalid or missing 'Status': completed and canceled are understood here")
    if call.is_over:
        raise bad_request(21220, "Call is not in-progress. Cannot redirect.")
    if call.status is not CallStatus.IN_PROGRESS:
        people.ends(network, call, CallStatus.CANCELED)
    elif status == "completed":
        people.ends(network, call, CallStatus.COMPLETED)
    return showing.call(network, call)


def list_numbers(network: Network, given: Fields, urls: tuple[str | None, str | None]) -> Json:
    """The account's own number, with the program's addresses as its owner has entered them."""
    sms_url, voice_url = urls
    found = [showing.number(network, sms_url, voice_url)] if given.text("PhoneNumber") in {"", network.number} else []
    return _page(f"{showing.ROOT}/{network.account}/IncomingPhoneNumbers.json", "incoming_phone_numbers", found, given)


def list_recordings(network: Network, given: Fields) -> Json:
    """Recordings, the newest first, of one call or of all."""
    found = [
        showing.recording(network, one)
        for one in reversed(network.recordings.values())
        if given.text("CallSid") in {"", one.call}
    ]
    return _page(f"{showing.ROOT}/{network.account}/Recordings.json", "recordings", found, given)


def hear_recording(network: Network, sid: str) -> bytes:
    """The sound of a recording."""
    return _recording(network, sid).content


def delete_recording(network: Network, sid: str) -> None:
    """Forget a recording."""
    del network.recordings[_recording(network, sid).sid]


def _recording(network: Network, sid: str) -> Recording:
    found = network.recordings.get(sid)
    if found is None:
        raise _missing(network, f"Recordings/{sid}.json")
    return found


def _message(network: Network, sid: str) -> Message:
    message = network.messages.get(sid)
    if message is None or message.deleted:
        raise _missing(network, f"Messages/{sid}.json")
    return message


def _call(network: Network, sid: str) -> Call:
    call = network.calls.get(sid)
    if call is None:
        raise _missing(network, f"Calls/{sid}.json")
    return call


def _missing(network: Network, what: str) -> RefusedError:
    return not_found(f"{showing.ROOT}/{network.account}/{what}")


def _detection(asked: str) -> str:
    """The kind of machine detection; "true" is an old word for Enable."""
    return {"enable": "Enable", "true": "Enable", "detectmessageend": "DetectMessageEnd"}.get(asked.lower(), "")


def _page(path: str, name: str, found: list[Json], given: Fields) -> Json:
    size = max(1, min(given.integer("PageSize", PAGE), LARGEST_PAGE))
    number = given.integer("Page", 0)
    asked = {key: value for key, value in given if key not in {"Page", "PageSize"}}
    first = number * size
    return {
        name: found[first : first + size],
        "page": number,
        "page_size": size,
        "start": first,
        "end": min(first + size, len(found)) - 1,
        "uri": _page_address(path, asked, number, size),
        "first_page_uri": _page_address(path, asked, 0, size),
        "previous_page_uri": _page_address(path, asked, number - 1, size) if number else None,
        "next_page_uri": _page_address(path, asked, number + 1, size) if first + size < len(found) else None,
    }


def _page_address(path: str, asked: Mapping[str, str], number: int, size: int) -> str:
    return f"{path}?{urlencode({**asked, 'PageSize': size, 'Page': number})}"
