"""What the page shows, as JSON: phones, their latest messages, the clock."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.cast import Cast, Handset
from sandbox.telegram.hub import Hub
from sandbox.telegram.parameters import Json
from sandbox.telegram.state import Message, Standing

SHOWN: Final = 150  # messages of a chat; older ones are not sent to the page
LANGUAGES: Final = {
    "en": "English",
    "ru": "Russian · русский",
    "kk": "Kazakh · қазақша",
    "kk-Arab": "Kazakh · قازاقشا",
    "ug": "Uyghur · ئۇيغۇرچە",
    "zh": "Chinese · 中文",
    "tr": "Turkish · Türkçe",
    "uz": "Uzbek · oʻzbekcha",
    "fr": "French · français",
    "de": "German · Deutsch",
}


@dataclass(frozen=True)
class View:
    """Reads the world for the page. Times are written in `zone`."""

    hub: Hub
    cast: Cast
    zone: str

    def revisions(self) -> dict[int, int]:
        """How far each phone has come, to find those that changed."""
        with self.hub.reading():
            return {user_id: handset.chat.revision for user_id, handset in self.cast.handsets.items()}

    def phone(self, user_id: int) -> dict[str, Json]:
        """One phone with its latest messages, oldest first."""
        handset = self.cast.handsets[user_id]
        with self.hub.reading():
            there = (message for message in reversed(handset.chat.messages.values()) if message.deleted_at is None)
            latest = [self._message(handset, message) for message in islice(there, SHOWN)]
            return {
                "id": user_id,
                "name": handset.user.first_name,
                "role": handset.role,
                "language": {"tag": handset.language, "name": LANGUAGES.get(handset.language, handset.language)},
                "bot": handset.bot.user.first_name,
                "rings": handset.rings,
                "suggestions": list(handset.suggestions),
                "blocked": handset.chat.standing is Standing.BLOCKED,
                "messages": latest[::-1],
                "toasts": [
                    {"number": number, "text": toast.text, "alert": toast.alert}
                    for number, toast in enumerate(handset.chat.toasts)
                    if toast.user_id == user_id
                ][-1:],
            }

    def clock(self) -> dict[str, str]:
        """The business clock in words."""
        now = self._local(self.hub.world.now())
        place = self.zone.rpartition("/")[2].replace("_", " ")
        return {"time": f"{now:%H:%M:%S}", "day": _day(now), "place": place}

    def _message(self, handset: Handset, message: Message) -> dict[str, Json]:
        sent_at = self._local(message.sent_at)
        mine = message.sender is handset.user
        collected = message.update_id is not None and message.update_id < handset.bot.updates.confirmed_below
        keyboard = (message.markup or {}).get("inline_keyboard", [])
        return {
            "id": message.id,
            "mine": mine,
            "text": message.text,
            "entities": message.content.get("entities", message.content.get("caption_entities", [])),
            "attached": _attached(message.content),
            "buttons": [[_button(button) for button in row] for row in keyboard],
            "time": f"{sent_at:%H:%M}",
            "day": _day(sent_at),
            "edited": message.edited_at is not None,
            "silent": message.silent,
            "collected": mine and collected,
        }

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"


def _button(button: dict[str, Json]) -> dict[str, Json]:
    return {"label": button["text"], "data": button.get("callback_data"), "url": button.get("url")}


def _attached(content: dict[str, Json]) -> dict[str, str] | None:
    """The kind of what was sent and a few words about it; None for plain words."""
    for kind in ("voice", "audio", "video", "video_note", "animation", "photo", "sticker"):
        if kind in content:
            length = content[kind].get("duration", 0) if isinstance(content[kind], dict) else 0
            return {"kind": kind, "detail": f"{length // 60}:{length % 60:02d}" if length else ""}
    if "document" in content:
        return {"kind": "document", "detail": str(content["document"].get("file_name", ""))}
    if "location" in content:
        place = content["location"]
        return {"kind": "location", "detail": f"{place['latitude']:.4f}, {place['longitude']:.4f}"}
    if "contact" in content:
        person = content["contact"]
        return {"kind": "contact", "detail": f"{person.get('first_name', '')} {person.get('phone_number', '')}"}
    return None if "text" in content else {"kind": "other", "detail": ", ".join(content)}
