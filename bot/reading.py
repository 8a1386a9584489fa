"""What a Telegram message is besides its words: whether a person said anything, what came along, what it belongs to.

Nothing of a message is trusted to be as documented: what is not is taken as not there.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from cases.files import SentFile
from cases.intake import Wrapping

FILES: Final = ("voice", "photo", "video", "video_note", "audio", "animation", "document", "sticker")
"""Fields that hold a file, the whole animation before the document that older apps see in it."""
SERVICE: Final = frozenset(
    {
        "boost_added",
        "channel_chat_created",
        "chat_background_set",
        "chat_owner_changed",
        "chat_owner_left",
        "chat_shared",
        "connected_website",
        "delete_chat_photo",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "gift",
        "giveaway_completed",
        "giveaway_created",
        "group_chat_created",
        "left_chat_member",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "migrate_to_chat_id",
        "new_chat_members",
        "new_chat_photo",
        "new_chat_title",
        "paid_message_price_changed",
        "pinned_message",
        "proximity_alert_triggered",
        "refunded_payment",
        "successful_payment",
        "supergroup_chat_created",
        "unique_gift",
        "users_shared",
        "video_chat_ended",
        "video_chat_participants_invited",
        "video_chat_scheduled",
        "video_chat_started",
        "web_app_data",
        "write_access_allowed",
    }
)
"""Fields by which Telegram itself says something in a chat. What is in none of them was said by a person."""
WITH_A_TEXT: Final = frozenset(
    {
        "forward_origin",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_to_story",
        "via_bot",
        "link_preview_options",
    }
)
"""What is kept of a text besides its words."""
LONGEST_NUMBER: Final = 2**63 - 1
LONGEST_NAME: Final = 64


def is_service(message: dict[str, Any]) -> bool:
    """Whether Telegram says this, and not a person."""
    return not SERVICE.isdisjoint(message)


def is_from_a_bot(message: dict[str, Any]) -> bool:
    """Whether another program sent this; what a person sends with the help of an inline bot is the person's."""
    sender = message.get("from")
    return isinstance(sender, dict) and sender.get("is_bot") is True


def moves_a_place(message: dict[str, Any], *, edited: bool) -> bool:
    """Whether a place that is shared live has moved (or its sharing has ended)."""
    return edited and isinstance(message.get("location"), dict)


def number_of(message: dict[str, Any]) -> int | None:
    """The number of the message within its chat."""
    found = message.get("message_id")
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= LONGEST_NUMBER else None


def wrapping_of(message: dict[str, Any], *, edited: bool) -> Wrapping:
    """Say what a message is besides what it says."""
    album = message.get("media_group_id")
    return Wrapping(
        number=number_of(message),
        correction=edited,
        forwarded="forward_origin" in message or "forward_date" in message,
        album=_opaque(album) if isinstance(album, str) and album else None,
        about=_about(message) if "text" in message else None,
        files=tuple(_files(message)),
    )


def _opaque(name: str) -> str:
    """A name that is compared and kept readable: as it is where it looks like one, else what it comes to."""
    if name.isascii() and name.isalnum() and len(name) <= LONGEST_NAME:
        return name
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _about(message: dict[str, Any]) -> str | None:
    found = {name: message[name] for name in sorted(WITH_A_TEXT & message.keys())}
    return json.dumps(found) if found.keys() - {"link_preview_options"} else None


def _files(message: dict[str, Any]) -> list[SentFile]:
    """The file of a message; several where something is sent that has to be paid for."""
    held = next((name for name in FILES if name in message), None)
    found = [] if held is None else [_file(held, message[held])]
    paid = message.get("paid_media")
    bought = paid.get("paid_media") if isinstance(paid, dict) else None
    for one in bought if isinstance(bought, list) else []:
        if isinstance(one, dict):
            found += [_file(name, one[name]) for name in ("photo", "video") if name in one]
    return [one for one in found if one is not None]


def _file(kind: str, held: object) -> SentFile | None:
    """The file itself; of a picture, which comes in several sizes, the largest."""
    if isinstance(held, list):
        sizes = [one for one in held if isinstance(one, dict)]
        held = max(sizes, key=_area, default=None)
    if not isinstance(held, dict) or not isinstance(held.get("file_id"), str):
        return None
    unique, size, name = held.get("file_unique_id"), held.get("file_size"), held.get("file_name")
    return SentFile(
        kind=kind,
        source=held["file_id"],
        unique=unique if isinstance(unique, str) and unique else held["file_id"],
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= LONGEST_NUMBER else None,
        name=name if isinstance(name, str) else "",
    )


def _area(picture: dict[str, Any]) -> int:
    sides = (picture.get("width"), picture.get("height"))
    return sides[0] * sides[1] if all(isinstance(side, int) for side in sides) else 0  # type: ignore[operator]  # ints
