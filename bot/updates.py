"""Reading raw updates: what kind of thing it is and whose, without trusting that any part of it is as documented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.reading import is_from_a_bot, is_service, moves_a_place, wrapping_of

if TYPE_CHECKING:
    from cases.intake import Wrapping

KINDS = ("text", "voice", "photo", "video", "video_note", "audio", "animation", "document", "location", "venue",
         "contact", "sticker")  # fmt: skip
"""Fields of a message that say what was sent, most telling first where several are present."""
SAME_AS = {"video_note": "video", "audio": "voice", "animation": "video", "venue": "location"}


class MalformedUpdateError(ValueError):
    """An update is not what the Bot API documents. Says what was missed, never what was found."""


@dataclass(frozen=True)
class Message:
    """A message somebody sent in a private chat."""

    kind: str
    text: str | None
    """The words of a text, the caption of what was sent."""
    raw: str
    client_language: str | None
    sent_at: datetime | None
    """When it was sent, by Telegram's clock."""
    wrapping: Wrapping
    """What it is besides what it says."""
    moves: bool = False
    """Whether it only says where a place that is shared live is now."""

    @property
    def edited(self) -> bool:
        """Whether it corrects a message sent before."""
        return self.wrapping.correction


@dataclass(frozen=True)
class Press:
    """A press on a button of ours."""

    callback_id: str
    token: str
    message_number: str | None = None
    """Of the message that carries the button; None where Telegram does not say it."""


@dataclass(frozen=True)
class Standing:
    """A person blocked the bot, or lets it write again."""

    reachable: bool


@dataclass(frozen=True)
class Elsewhere:
    """Something said outside a private chat: the bot does not stay there."""


@dataclass(frozen=True)
class Nothing:
    """An update that asks nothing of us: our own leaving of a group, a pinned message, another program's words."""


Update = Message | Press | Standing | Elsewhere | Nothing
GONE = ("kicked", "left")


def address_of(raw: object) -> str | None:
    """Return the id of the chat an update belongs to; None when it cannot be told. Never raises."""
    if not isinstance(raw, dict):
        return None
    for name in ("message", "edited_message", "my_chat_member", "channel_post", "edited_channel_post"):
        found = _chat_id(raw.get(name))
        if found is not None:
            return found
    press = raw.get("callback_query")
    if not isinstance(press, dict):
        return None
    return _id(press.get("from")) or _chat_id(press.get("message"))  # who pressed, whoever was shown the button


def _chat_id(message: object) -> str | None:
    return _id(message.get("chat")) if isinstance(message, dict) else None


def _id(thing: object) -> str | None:
    found = thing.get("id") if isinstance(thing, dict) else None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def read_update(payload: str) -> Update:
    """Read one raw update; raises MalformedUpdateError."""
    raw = json.loads(payload)
    if not isinstance(raw, dict):
        raise MalformedUpdateError("an update is not an object")
    if "callback_query" in raw:
        return _read_press(raw["callback_query"])
    if "my_chat_member" in raw:
        return _read_standing(raw["my_chat_member"])
    message = raw.get("message", raw.get("edited_message"))
    if message is None:
        return Elsewhere() if "channel_post" in raw else Nothing()
    return _read_message(message, edited="message" not in raw)


def _read_standing(change: object) -> Standing | Elsewhere | Nothing:
    """Read what became of the bot in a chat: in a private one it was blocked or let in, in others it may have left."""
    if not isinstance(change, dict) or not isinstance(change.get("chat"), dict):
        raise MalformedUpdateError("a change of standing has no chat")
    member = change.get("new_chat_member")
    gone = isinstance(member, dict) and member.get("status") in GONE
    if change["chat"].get("type", "private") == "private":
        return Standing(reachable=not gone)
    return Nothing() if gone else Elsewhere()


def _read_press(press: object) -> Press | Nothing:
    if not isinstance(press, dict) or not isinstance(press.get("id"), str):
        raise MalformedUpdateError("a callback query has no id")
    token = press.get("data")
    return Press(press["id"], token, _number(press.get("message"))) if isinstance(token, str) else Nothing()


def _number(message: object) -> str | None:
    found = message.get("message_id") if isinstance(message, dict) else None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _read_message(message: object, *, edited: bool) -> Message | Elsewhere | Nothing:
    if not isinstance(message, dict) or not isinstance(message.get("chat"), dict):
        raise MalformedUpdateError("a message has no chat")
    if message["chat"].get("type", "private") != "private":
        return Elsewhere()
    if is_service(message) or is_from_a_bot(message):
        return Nothing()
    text = message.get("text", message.get("caption"))
    if text is not None and not isinstance(text, str):
        raise MalformedUpdateError("a message's text is not text")
    sender = message.get("from")
    language = sender.get("language_code") if isinstance(sender, dict) else None
    found = next((kind for kind in KINDS if kind in message), "other")
    return Message(
        kind=SAME_AS.get(found, found),
        text=None if text is None else _whole(text),
        raw=json.dumps(_without_wrapping(message)),
        client_language=language if isinstance(language, str) else None,
        sent_at=_instant(message.get("date")),
        wrapping=wrapping_of(message, edited=edited),
        moves=moves_a_place(message, edited=edited),
    )


def _instant(date: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(date, UTC) if isinstance(date, int) else None
    except (OverflowError, OSError, ValueError):
        return None


def _whole(text: str) -> str:
    """Replace half surrogate pairs, which JSON can carry and nothing else can write down."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_wrapping(message: dict[str, Any]) -> dict[str, Any]:
    """What was said, without who said it: the chat is known by its row, the sender's names are not needed."""
    return {name: value for name, value in message.items() if name not in {"chat", "from", "sender_chat"}}
