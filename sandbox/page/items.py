"""What a phone shows, one thing after the other: messages of the chat, SMS, calls that are over, mails; as JSON."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.cast import Account, Handset
from sandbox.mail.state import Mail
from sandbox.telegram.parameters import Json
from sandbox.telegram.state import Message
from sandbox.twilio.state import Call, Line, Said, Shown

QUOTED: Final = 80  # characters of a message that is answered
SHOWN: Final = 150  # things on a phone; older ones are not sent to the page


@dataclass(frozen=True)
class Item:
    """One thing and when it came."""

    at: datetime
    body: dict[str, Json]


def items_of(handset: Handset) -> list[Item]:
    """The latest things on a phone, oldest first."""
    there: list[Item] = []
    if handset.telegram is not None:
        there += _chat(handset.telegram)
    if handset.line is not None:
        there += (_text(number, one) for number, one in enumerate(handset.line.thread[-SHOWN:]))
        there += (_past_call(call) for call in handset.line.calls[-SHOWN:] if call.is_over)
    if handset.mailbox is not None:
        there += (_mail(mail) for mail in handset.mailbox.mails[-SHOWN:])
    return sorted(there, key=lambda item: item.at)[-SHOWN:]


def call_on(line: Line | None) -> dict[str, Json] | None:
    """The call that rings or is talked on, the one that is talked on first; None when there is none."""
    calls = [] if line is None else [call for call in line.calls if not call.is_over]
    call = min(calls, key=lambda call: (call.answered_at is None, call.created_at), default=None)
    if call is None:
        return None
    return {
        "sid": call.sid,
        "caller": call.recipient if call.is_inbound else call.sender,
        "talking": call.answered_at is not None or call.is_inbound,
        "voicemail": call.answered_by_machine,
        "asks": call.asks_for_keys,
        "dialled": call.is_inbound,
        "records": call.records,
        "said": [_said(said) for said in call.said],
    }


def _chat(account: Account) -> Iterator[Item]:
    there = [message for message in account.chat.messages.values() if message.deleted_at is None]
    return (_message(account, message) for message in there[-SHOWN:])


def _message(account: Account, message: Message) -> Item:
    mine = message.sender is account.user
    collected = message.update_id is not None and message.update_id < account.bot.updates.confirmed_below
    keyboard = (message.markup or {}).get("inline_keyboard", [])
    return Item(
        message.sent_at,
        {
            "key": f"telegram-{message.id}",
            "channel": "telegram",
            "id": message.id,
            "mine": mine,
            "text": message.text,
            "entities": message.content.get("entities", message.content.get("caption_entities", [])),
            "attached": _attached(message.content),
            "above": _above(message.content),
            "buttons": [[_button(button) for button in row] for row in keyboard],
            "edited": message.edited_at is not None,
            "silent": message.silent,
            "collected": mine and collected,
        },
    )


def _text(number: int, one: Shown) -> Item:
    message = one.message
    return Item(
        one.at,
        {
            "key": f"sms-{message.sid}-{number}",
            "channel": "whatsapp" if message.is_whatsapp else "sms",
            "attached": {"kind": one.kinds[0], "detail": ""} if one.kinds else None,
            "mine": message.is_inbound,
            "text": one.body,
            "other": message.recipient if message.is_inbound else message.sender,
        },
    )


def _past_call(call: Call) -> Item:
    return Item(
        call.started_at or call.created_at,
        {
            "key": f"call-{call.sid}",
            "channel": "call",
            "mine": False,
            "text": "",
            "status": call.status.value,
            "voicemail": call.answered_by_machine,
            "seconds": call.seconds,
            "dialled": call.is_inbound,
            "other": call.recipient if call.is_inbound else call.sender,
            "said": [_said(said) for said in call.said],
        },
    )


def _mail(mail: Mail) -> Item:
    return Item(
        mail.at,
        {
            "key": f"mail-{mail.number}",
            "channel": "mail",
            "mine": False,
            "subject": mail.subject,
            "text": mail.text,
            "links": list(mail.links),
            "other": mail.headers.get("from", mail.sender),
        },
    )


def _said(said: Said) -> dict[str, Json]:
    return {"text": said.text, "language": said.language, "key": said.is_key, "mine": said.is_mine}


def _button(button: dict[str, Json]) -> dict[str, Json]:
    return {"label": button["text"], "data": button.get("callback_data"), "url": button.get("url")}


def _attached(content: dict[str, Json]) -> dict[str, str] | None:
    """The kind of what was sent and a few words about it; None for plain words."""
    for kind, tell in DETAILS.items():
        if kind in content:
            return {"kind": kind, "detail": tell(content[kind])}
    return None if "text" in content else {"kind": "other", "detail": ", ".join(content)}


def _length(held: Json) -> str:
    seconds = held.get("duration", 0) if isinstance(held, dict) else 0
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds else ""


def _paper(held: dict[str, Json]) -> str:
    size = held.get("file_size", 0)
    told = f"{size / 1_000_000:.0f} MB" if size >= LARGE else ""
    return " · ".join(filter(None, (str(held.get("file_name", "")), told)))


def _place(held: dict[str, Json]) -> str:
    live = " · live" if held.get("live_period") else ""
    return f"{held['latitude']:.4f}, {held['longitude']:.4f}{live}"


def _poll(held: dict[str, Json]) -> str:
    options = [option.get("text", "") for option in held.get("options", [])]
    return "\n".join([str(held.get("question", "")), *(f"○ {text}" for text in options)])


LARGE: Final = 1_000_000
DETAILS: Final[dict[str, Callable[[Json], str]]] = {
    **dict.fromkeys(("voice", "audio", "video", "video_note", "animation", "photo", "sticker"), _length),
    "document": _paper,
    "location": _place,
    "contact": lambda held: f"{held.get('first_name', '')} {held.get('phone_number', '')}",
    "poll": _poll,
}
"""The kinds, most telling first where several are present, and what is told of each."""


def _above(content: dict[str, Json]) -> dict[str, str] | None:
    """What stands above the words: whose they were first, or what they answer."""
    origin, answered = content.get("forward_origin"), content.get("reply_to_message")
    if isinstance(origin, dict):
        name = origin.get("sender_user", {}).get("first_name") or origin.get("sender_user_name", "")
        return {"kind": "forwarded", "words": str(name)}
    if isinstance(answered, dict):
        return {"kind": "answers", "words": str(answered.get("text", "…"))[:QUOTED]}
    return None
