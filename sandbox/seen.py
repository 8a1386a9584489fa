"""What a phone shows of a message, frozen at the moment somebody looked."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.telegram import state as telegram
from sandbox.telegram.parameters import Json

INVISIBLE: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Button:
    """One inline button as the phone shows it."""

    label: str
    data: str | None
    url: str | None


@dataclass(frozen=True)
class Message:
    """A message as it was when it was looked at. `text` is raw; `plain` is without invisible direction marks."""

    id: int
    chat_id: int
    text: str
    buttons: tuple[Button, ...]
    sent_at: datetime
    from_bot: bool
    silent: bool
    edited: bool
    deleted: bool
    update_id: int | None
    content: dict[str, Json]

    @property
    def plain(self) -> str:
        """The text without the invisible marks that keep names and codes in their place."""
        return plain(self.text)

    def button(self, label: str) -> Button | None:
        """The button with exactly this label, or else the first whose label contains it."""
        exact = (button for button in self.buttons if button.label == label)
        near = (button for button in self.buttons if label in plain(button.label))
        return next(exact, None) or next(near, None)

    def says(self, what: str | re.Pattern[str]) -> bool:
        """Whether the text contains these words or matches this pattern, with or without invisible marks."""
        if isinstance(what, str):
            return what in self.text or what in self.plain
        return bool(what.search(self.text) or what.search(self.plain))


def seen(message: telegram.Message) -> Message:
    """The message as it is now."""
    rows = (message.markup or {}).get("inline_keyboard", [])
    buttons = tuple(
        Button(button["text"], button.get("callback_data"), button.get("url")) for row in rows for button in row
    )
    return Message(
        id=message.id,
        chat_id=message.chat.id,
        text=message.text,
        buttons=buttons,
        sent_at=message.sent_at,
        from_bot=message.sender.is_bot,
        silent=message.silent,
        edited=message.edited_at is not None,
        deleted=message.deleted_at is not None,
        update_id=message.update_id,
        content=message.content,
    )


def line_of(message: Message) -> str:
    """The message as one line of a screen."""
    who = "bot" if message.from_bot else "me "
    said = message.plain or f"<{', '.join(message.content)}>"
    labels = "".join(f" [{button.label}]" for button in message.buttons)
    return f"{who} {message.sent_at:%H:%M:%S} {said}{labels}"


def plain(text: str) -> str:
    """The text without the invisible marks that keep names and codes in their place."""
    return INVISIBLE.sub("", text)
