"""Phones that tell a story: every act returns at once, every look waits until there is something to see.

Written for plain synchronous tests; safe to use from any thread. Waiting is in real seconds, dates are the business
clock's. A look that waits in vain raises `StoryError` and shows the phone's screen.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.cast import Handset
from sandbox.groups import Group
from sandbox.seen import Message, line_of, plain, seen
from sandbox.telegram import media, people
from sandbox.telegram.hub import Hub
from sandbox.telegram.parameters import Json
from sandbox.waiting import PATIENCE, StoryError, wait_for

Found = TypeVar("Found")


@dataclass(frozen=True)
class Tap:
    """A button pressed: the id of its callback query."""

    query_id: str
    label: str


class Phone:
    """One person's phone, open at the chat with the bot."""

    def __init__(self, hub: Hub, handset: Handset) -> None:
        self._hub = hub
        self._handset = handset
        self._user = handset.user
        self._bot = handset.bot
        self._chat = handset.chat

    @property
    def user_id(self) -> int:
        """Telegram's id of the person."""
        return self._user.id

    @property
    def chat_id(self) -> int:
        """The id of the private chat, which is the person's."""
        return self._chat.id

    @property
    def name(self) -> str:
        """The first name."""
        return self._user.first_name

    # What the person does

    def writes(self, text: str, *, to: Group | None = None, reply_to: Message | None = None) -> Message:
        """Send words, into a group when one is named."""
        with self._hub.changing() as world:
            chat = self._chat if to is None else to.chat
            if reply_to is None:
                return seen(people.writes(world, self._bot, chat, self._user, text))
            answered = chat.messages[reply_to.id].to_json()
            return seen(people.sends(world, self._bot, chat, self._user, {"text": text, "reply_to_message": answered}))

    def command(self, text: str) -> Message:
        """Send a command; the slash may be left out."""
        return self.writes(text if text.startswith("/") else f"/{text}")

    def sends(self, kind: str, *, caption: str = "", file: bytes | None = None, **fields: Json) -> Message:
        """Send a voice note, photo, video, document, location, contact, sticker … `fields` replace the sample's."""
        with self._hub.changing() as world:
            content = media.content_of(self._bot, kind, file=file, fields=fields)
            if caption:
                content["caption"] = caption
            return seen(people.sends(world, self._bot, self._chat, self._user, content))

    def sends_raw(self, content: dict[str, Json], *, to: Group | None = None) -> Message:
        """Send a message with exactly these fields beside its id, sender, chat and date."""
        with self._hub.changing() as world:
            chat = self._chat if to is None else to.chat
            return seen(people.sends(world, self._bot, chat, self._user, content))

    def shares_location(self, latitude: float, longitude: float) -> Message:
        """Send a pin."""
        return self.sends_raw(media.location(latitude, longitude))

    def edits(self, message: Message, text: str) -> None:
        """Change one's own message."""
        with self._hub.changing() as world:
            people.edits(world, self._bot, self._chat.messages[message.id], text)

    def taps(self, label: str, *, on: Message | None = None, timeout: float = PATIENCE) -> Tap:
        """Press a button: of the newest message that has it (waiting for one), or of `on` exactly as it was seen.

        `on` may be out of date or come from another phone: then the tap is what an old or forwarded screen would send.
        """
        message = on or self._wait(
            lambda: self._newest(lambda message: message.button(label) is not None), f"a button {label!r}", timeout
        )
        button = message.button(label)
        if button is None or button.data is None:
            raise StoryError(f"no button {label!r} to press on {self.name}'s phone\n{self.screen()}")
        with self._hub.changing() as world:
            original = self._bot.chats[message.chat_id].messages[message.id]
            return Tap(people.taps(world, self._bot, self._user, original, button.data).id, button.label)

    def link(self, label: str, *, timeout: float = PATIENCE) -> str:
        """The address behind a button that opens a page."""
        message = self._wait(
            lambda: self._newest(
                lambda message: (found := message.button(label)) is not None and found.url is not None
            ),
            f"a link {label!r}",
            timeout,
        )
        button = message.button(label)
        return (button.url if button else None) or ""

    def blocks_the_bot(self) -> None:
        """From now on the bot is refused with 403."""
        with self._hub.changing() as world:
            people.blocks(world, self._bot, self._chat, self._user)

    def unblocks(self) -> None:
        """Let the bot write again."""
        with self._hub.changing() as world:
            people.unblocks(world, self._bot, self._chat, self._user)

    def deletes_account(self) -> None:
        """The person is gone from Telegram: 403 "user is deactivated"."""
        with self._hub.changing():
            people.deletes_account(self._chat)

    # What the person sees

    @property
    def messages(self) -> list[Message]:
        """What the bot has written, oldest first, each in its latest state, deleted ones included."""
        return [message for message in self.conversation if message.from_bot]

    @property
    def conversation(self) -> list[Message]:
        """Both sides, oldest first."""
        with self._hub.reading():
            return [seen(message) for message in self._chat.messages.values()]

    @property
    def toasts(self) -> list[str]:
        """The short answers to taps this person was shown, oldest first."""
        with self._hub.reading():
            return [toast.text for toast in self._chat.toasts if toast.user_id == self.user_id]

    def screen(self) -> str:
        """The chat as text, for reading in a failed test."""
        lines = [line_of(message) for message in self.conversation if not message.deleted]
        return "\n".join([f"--- {self.name} ---", *lines, "---"])

    def sees(self, what: str | re.Pattern[str], *, after: Message | None = None, timeout: float = PATIENCE) -> Message:
        """Wait until a message of the bot says this; gives the newest one that does, in its present state.

        `after` leaves out that message and everything before it.
        """
        oldest = after.id if after is not None else 0
        return self._wait(
            lambda: self._newest(lambda message: message.id > oldest and message.says(what)), f"{what!r}", timeout
        )

    def is_told(self, what: str, *, timeout: float = PATIENCE) -> str:
        """Wait for a short answer to a tap that contains this."""
        return self._wait(
            lambda: next((text for text in reversed(self.toasts) if what in plain(text)), None),
            f"a short answer {what!r}",
            timeout,
        )

    def stays_silent(self, *, for_seconds: float) -> None:
        """Fail when a message of the bot comes within so many real seconds."""
        before = len(self.messages)
        ends_at = time.monotonic() + for_seconds
        while (left := ends_at - time.monotonic()) > 0:
            self._hub.changes.wait_for_change(min(left, 0.05))
            if len(self.messages) > before:
                raise StoryError(f"{self.name}'s phone was to stay silent\n{self.screen()}")

    def _newest(self, meant: Callable[[Message], bool]) -> Message | None:
        with self._hub.reading():
            theirs = (
                seen(message)
                for message in reversed(self._chat.messages.values())
                if message.sender is self._bot.user and message.deleted_at is None
            )
            return next((message for message in theirs if meant(message)), None)

    def _wait(self, look: Callable[[], Found | None], what: str, timeout: float) -> Found:
        looked_at = -1

        def look_again() -> Found | None:
            nonlocal looked_at
            with self._hub.reading():
                unchanged, looked_at = self._chat.revision == looked_at, self._chat.revision
            return None if unchanged else look()

        found = wait_for(self._hub.changes, look_again, timeout)
        if found is None:
            raise StoryError(f"{self.name} did not see {what} within {timeout:g} s\n{self.screen()}")
        return found
