"""What the page shows, as JSON: phones with what is on them, the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.cast import Cast, Handset
from sandbox.page.items import Item, call_on, items_of
from sandbox.telegram.hub import Hub
from sandbox.telegram.parameters import Json
from sandbox.telegram.state import Standing

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
            return {number: handset.revision for number, handset in self.cast.handsets.items()}

    def phone(self, handset_id: int) -> dict[str, Json]:
        """One phone with the latest things on it, oldest first, and the call that rings or is talked on."""
        handset = self.cast.handsets[handset_id]
        with self.hub.reading():
            return {
                "id": handset_id,
                "name": handset.name,
                "role": handset.role,
                "language": {"tag": handset.language, "name": LANGUAGES.get(handset.language, handset.language)},
                "number": handset.line.number if handset.line else None,
                "whatsapp": handset.line is not None and handset.line.whatsapp,
                "email": handset.mailbox.address if handset.mailbox else None,
                "rings": handset.rings,
                "suggestions": list(handset.suggestions),
                "messages": [self._dated(item) for item in items_of(handset)],
                "call": call_on(handset.line),
                **_telegram(handset),
            }

    def clock(self) -> dict[str, str]:
        """The business clock in words."""
        now = self._local(self.hub.world.now())
        place = self.zone.rpartition("/")[2].replace("_", " ")
        return {"time": f"{now:%H:%M:%S}", "day": _day(now), "place": place}

    def _dated(self, item: Item) -> dict[str, Json]:
        at = self._local(item.at)
        return {**item.body, "time": f"{at:%H:%M}", "day": _day(at)}

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))


def _telegram(handset: Handset) -> dict[str, Json]:
    """What only a phone with Telegram has; `bot` is None without it."""
    if handset.telegram is None:
        return {"bot": None, "blocked": False, "toasts": []}
    chat = handset.telegram.chat
    return {
        "bot": handset.telegram.bot.user.first_name,
        "blocked": chat.standing is Standing.BLOCKED,
        "toasts": [
            {"number": number, "text": toast.text, "alert": toast.alert}
            for number, toast in enumerate(chat.toasts)
            if toast.user_id == handset.telegram.user.id
        ][-1:],
    }


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"
